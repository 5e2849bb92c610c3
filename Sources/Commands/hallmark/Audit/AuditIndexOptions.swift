// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import PythonPackaging
import ServiceClients

/// Whether an index is asked for the last release, and which.
struct AuditIndexOptions: ParsableArguments {
  @Option(
    defaultAsFlag: NetworkOptions.publicIndex,
    help: ArgumentHelp(
      """
      Ask the index what it shows of the last release: pypi.org, or the index of this simple API. \
      Written without a value, it stands behind the paths.
      """, valueName: "url"))
  var index: String?

  @Option(
    help: ArgumentHelp(
      "The project's name at the index; that of pyproject.toml otherwise.", valueName: "name"))
  var project: String?

  @OptionGroup var trust: TrustOptions

  func validate() throws {
    _ = try url()
    if project != nil, index == nil { throw ValidationError("--project belongs to --index.") }
    _ = try name()
  }

  /// The base of the simple API; nil where no index is asked.
  ///
  /// - Throws: `ValidationError`.
  func url() throws -> ServiceURL? {
    guard let index else { return nil }
    guard index.utf8.firstRange(of: "://".utf8) != nil else {
      throw ValidationError(
        "--index: `\(index)` is no address; put paths before --index, or give it a URL.")
    }
    let text = index.utf8.last == UInt8(ascii: "/") ? index : index + "/"
    return try NetworkOptions.serviceURL(text, option: "--index")
  }

  /// The project's name, where it is given.
  ///
  /// - Throws: `ValidationError`.
  func name() throws -> ProjectName? {
    do {
      return try project.map { try ProjectName($0) }
    } catch {
      throw ValidationError("--project: \(error).")
    }
  }
}
