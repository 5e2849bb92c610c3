// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ServiceClients
import TrustedPublishing

/// The options that say at which forge the project is, and which run of its CI made the files.
struct RunOptions: ParsableArguments {
  @OptionGroup var project: ForgeProjectOptions

  @Option(
    help: ArgumentHelp(
      "The files are the artifacts of this run of GitHub Actions, or of this job of GitLab CI.",
      valueName: "number"))
  var run: Int64?

  func validate() throws {
    try project.requireProject()
    guard project.isNamed || run == nil else {
      throw ValidationError("--run needs --github or --gitlab.")
    }
    if let run, run < 1 { throw ValidationError("--run must be a number from 1.") }
    _ = try project.reference(tag: "v1")
  }

  /// How the forge is reached; `nil` if none is named.
  ///
  /// - Throws: `CommandFailure`, `ValidationError`.
  func access(tag: String) throws -> ForgeAccess? {
    guard let reference = try project.reference(tag: tag) else { return nil }
    return ForgeAccess(
      reference: reference, base: try project.base(reference.kind),
      token: try project.token(reference.kind))
  }
}

/// A project at a forge, and how it is read.
struct ForgeAccess: Sendable {
  /// Which release.
  let reference: ForgeReference
  /// The base of the API.
  let base: ServiceURL
  /// The token, if there is one.
  let token: ForgeToken?

  /// What a person calls it, such as "GitHub acme/greeting".
  var name: String { "\(reference.kind.title) \(reference.project)" }

  /// The client of the release's API.
  func release(
    project: String, version: String, over transport: HTTPTransport
  ) -> any ForgeService {
    switch reference.kind {
    case .github:
      GitHubReleases(
        reference, api: base, token: token, isPrerelease: false, transport: transport)
    case .gitlab:
      GitLabReleases(
        reference, api: base, token: token, package: project, version: version,
        transport: transport)
    }
  }

  /// The failure that an error of the forge's API is, with what to do about it.
  func failure(for error: any Error) -> CommandFailure {
    let failure = FetchFailure.commandFailure(for: error)
    let help: String
    switch (error as? TransportError)?.reason {
    case .status(401)?, .status(403)?:
      help =
        token == nil
        ? "give a token that may read the project by GH_TOKEN or CI_JOB_TOKEN, or --forge-token-file"
        : "give a token that may read the project and its runs (at GitHub `actions: read`)"
    case .status(404)?:
      help = "check the project and the number of the run; one that is not public needs a token"
    default: return failure
    }
    return CommandFailure(
      status: failure.status, Diagnostic(failure.diagnostic.message, help: [help]))
  }

  /// The client of the API of a run.
  func artifacts(of run: Int64, over transport: HTTPTransport) -> RunArtifacts {
    RunArtifacts(reference, run: run, api: base, token: token, transport: transport)
  }
}
