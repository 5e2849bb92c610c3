// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import ServiceClients

extension IndexClient {
  /// The page of a project that must be there.
  ///
  /// - Throws: `CommandFailure`, `CancellationError`.
  func requiredPage(of project: ProjectName, isFresh: Bool = false) async throws -> Page {
    do {
      if let page = try await page(of: project, isFresh: isFresh) { return page }
    } catch let error as CancellationError {
      throw error
    } catch {
      throw FetchFailure.commandFailure(for: error)
    }
    throw FetchFailure.missing("the index has no project `\(project)`", at: pageURL(of: project))
  }
}

extension IndexClient.Page {
  /// The files of a version that must be there.
  func release(
    of project: ProjectName, _ version: Version
  ) throws(CommandFailure) -> IndexedRelease {
    guard let release = page.releases(of: project).first(where: { $0.version == version }) else {
      throw FetchFailure.missing(
        "the index has no file of `\(project)` in version \(version)", at: url)
    }
    try FetchFailure.check(release, at: url)
    return release
  }
}
