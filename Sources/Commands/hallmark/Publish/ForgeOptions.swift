// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import PythonPackaging
import ServiceClients
import TrustedPublishing
import Verification

/// The options that say at which forge the files become assets of a release.
struct ForgeOptions: ParsableArguments {
  @OptionGroup var project: ForgeProjectOptions

  @Option(
    help: ArgumentHelp(
      "The git tag of the release that gets the files and their evidence.", valueName: "tag"))
  var tag: String?

  func validate() throws {
    try project.requireProject()
    guard project.isNamed else {
      guard tag == nil else { throw ValidationError("--tag needs --github or --gitlab.") }
      return
    }
    guard tag != nil else { throw ValidationError("A release at a forge needs its --tag.") }
    if let reference = try reference() { _ = try project.base(reference.kind) }
  }

  /// Which release is meant; `nil` if none is.
  ///
  /// - Throws: `ValidationError`.
  func reference() throws -> ForgeReference? {
    guard let tag else { return nil }
    return try project.reference(tag: tag)
  }

  /// The release with its address and token; `nil` if none is named.
  ///
  /// - Throws: `CommandFailure` when there is no token, `ValidationError`.
  func target() throws -> ForgeTarget? {
    guard let reference = try reference() else { return nil }
    return ForgeTarget(
      reference: reference, base: try project.base(reference.kind),
      token: try token(reference.kind))
  }

  private func token(_ kind: ForgeReference.Kind) throws(CommandFailure) -> ForgeToken {
    if let token = try project.token(kind) { return token }
    throw CommandFailure(
      status: ExitStatus.authenticationRefused.rawValue,
      Diagnostic(
        "there is no token for \(kind.title)",
        help: [
          kind == .github
            ? "pass the job's token by `GH_TOKEN: ${{ github.token }}`, and give the job "
              + "`permissions: contents: write`"
            : "run it in a job, which has CI_JOB_TOKEN",
          "elsewhere, write a token into a file and name it by --forge-token-file",
        ]))
  }
}

/// A release at a forge, and how it is reached.
struct ForgeTarget: Sendable {
  /// Which release.
  let reference: ForgeReference
  /// The base of the API.
  let base: ServiceURL
  /// The token.
  let token: ForgeToken

  /// What a person calls it, such as "GitHub acme/greeting v1".
  var name: String { "\(reference.kind.title) \(reference.project) \(reference.tag)" }

  /// The API's client.
  func service(for release: LocalRelease, over transport: HTTPTransport) -> any ForgeService {
    switch reference.kind {
    case .github:
      GitHubReleases(
        reference, api: base, token: token, isPrerelease: release.version.isPreRelease,
        transport: transport)
    case .gitlab:
      GitLabReleases(
        reference, api: base, token: token, package: release.project.normalized,
        version: release.version.normalized, transport: transport)
    }
  }
}
