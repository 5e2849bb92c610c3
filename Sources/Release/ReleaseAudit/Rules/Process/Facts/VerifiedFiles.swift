// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Whether the files that a step verifies are those that a job publishes.
enum VerifiedFiles {
  /// What is found of a verification.
  enum Judgement: Hashable {
    case same
    /// These are others.
    case others(String)
    /// Only a run tells.
    case unclear
  }

  // What verifies images, and releases as a whole, verifies no file that an index is given.
  private static let images = [
    "cosign verify", "cosign verify-attestation", "slsa-verifier verify-image", "gh release verify",
  ]

  /// Compares what a step verifies with what a job uploads.
  ///
  /// - Parameters:
  ///   - check: the verification.
  ///   - other: the job that it is in.
  ///   - upload: the upload.
  ///   - site: the job that publishes.
  ///   - project: what goes from one job to another, and what is in its actions.
  /// - Returns: What is found.
  static func judge(
    _ check: RoleSite, in other: ReleaseFacts.Site, _ upload: Upload, of site: ReleaseFacts.Site,
    _ project: AuditedProject
  ) -> Judgement {
    let flow = project.flow
    guard !images.contains(check.means) else { return .others("what `\(check.means)` checks") }
    guard !check.files.isEmpty, check.files.allSatisfy(isWritten),
      let folder = folder(of: upload, in: site), isAtRoot(check, of: other, project),
      upload.step.workingDirectory == nil
    else { return .unclear }
    let names = check.files.map(normalized)
    if other.flow.reference == site.flow.reference {
      guard names.contains(where: { isIn(folder, $0) }) else {
        return .others(check.files[0])
      }
      // What comes into the folder afterwards is not verified.
      let isReplaced = site.flow.downloads.contains { download in
        download.step > (check.step ?? 0) && download.step < upload.step.index
          && isIn(folder, normalized(download.path.isEmpty ? "." : download.path) + "/x")
      }
      return isReplaced ? .unclear : complete(names)
    }
    let published = artifacts(of: site, flow)
    let verified = artifacts(of: other, flow)
    guard !published.isEmpty, !verified.isEmpty else { return .unclear }
    if published.isDisjoint(with: verified) {
      let isExact = (site.flow.downloads + other.flow.downloads + other.flow.uploads)
        .allSatisfy(\.isExact)
      return isExact ? .others(check.files[0]) : .unclear
    }
    return complete(names)
  }

  /// Patterns of wheels alone leave the source distribution, if there is one.
  private static func complete(_ names: [String]) -> Judgement {
    let isPart = { (name: String) in name.hasSuffix(".whl") || name.hasSuffix(".gz") }
    guard names.allSatisfy(isPart) else { return .same }
    return Set(names.map { $0.hasSuffix(".whl") }).count == 2 ? .same : .unclear
  }

  /// The artifacts that a job works with: those that it fetches, or else those that it makes.
  private static func artifacts(
    of site: ReleaseFacts.Site, _ flow: ReleaseFlow
  ) -> Set<Artifact> {
    let fetched = flow.suppliers(of: site.flow).map {
      Artifact(job: $0.job.reference, step: $0.upload.step)
    }
    guard fetched.isEmpty, site.flow.downloads.isEmpty else { return Set(fetched) }
    return Set(site.flow.uploads.map { Artifact(job: site.flow.reference, step: $0.step) })
  }

  private struct Artifact: Hashable {
    let job: FlowJob.Reference
    let step: Int
  }

  /// The folder that is uploaded; nil where it is not written.
  private static func folder(of upload: Upload, in site: ReleaseFacts.Site) -> String? {
    if upload.step.uses("pypa/gh-action-pypi-publish") {
      guard let given = upload.step.with?["packages-dir"] ?? upload.step.with?["packages_dir"]
      else { return "dist" }
      return given.hasExpressions ? nil : withoutSlash(normalized(given.value))
    }
    let uploads = site.flow.sites.filter {
      $0.step == upload.step.index && $0.target != nil && $0.span == upload.span
    }
    guard let found = uploads.first else { return nil }
    guard let file = found.files.first else {
      // `twine` has no folder of its own, the tools that build have.
      return found.means.hasPrefix("twine") ? nil : "dist"
    }
    guard isWritten(file), let slash = file.lastIndex(of: "/") else { return nil }
    return withoutSlash(normalized(String(file[...slash])))
  }

  private static func isAtRoot(
    _ check: RoleSite, of site: ReleaseFacts.Site, _ project: AuditedProject
  ) -> Bool {
    guard let index = check.step, index < site.job.steps.count else { return false }
    let inner = check.through == nil ? [] : project.steps(inside: check)
    return site.job.steps[index].workingDirectory == nil
      && (inner.map { $0.allSatisfy { $0.workingDirectory == nil } } ?? false)
  }

  /// Whether nothing in a path is known only in a run.
  private static func isWritten(_ path: String) -> Bool { !path.mentions("$") }

  private static func isIn(_ folder: String, _ path: String) -> Bool {
    folder == "." || path == folder || path.hasPrefix(folder + "/")
  }

  private static func normalized(_ text: String) -> String {
    var path = text
    while path.hasPrefix("./") { path.removeFirst(2) }
    return path
  }

  private static func withoutSlash(_ text: String) -> String {
    var path = text
    while path.hasSuffix("/") { path.removeLast() }
    return path.isEmpty ? "." : path
  }
}
