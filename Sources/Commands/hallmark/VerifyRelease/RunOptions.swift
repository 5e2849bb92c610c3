// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ServiceClients
import TrustedPublishing

/// The options that say at which forge the project is, and which run of its CI made the files.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The GitHub repository: its tag, its release of the tag, and its runs.",
      valueName: "owner/repo"))
  var github: String?

  @Option(
    help: ArgumentHelp(
      "The GitLab project, by its path or number: its tag, its release and its jobs.",
      valueName: "project"))
  var gitlab: String?

  @Option(
    help: ArgumentHelp(
      "The files are the artifacts of this run of GitHub Actions, or of this job of GitLab CI.",
      valueName: "number"))
  var run: Int64?

  @Option(
    name: .customLong("forge-url"),
    help: ArgumentHelp(
      "The forge's API, if not that of GITHUB_API_URL or CI_API_V4_URL, or else the public one.",
      valueName: "url"))
  var forgeURL: String?

  @Option(
    help: ArgumentHelp(
      "A file with a token for the forge; else GH_TOKEN, GITHUB_TOKEN or CI_JOB_TOKEN, if any.",
      valueName: "file"),
    completion: .file())
  var forgeTokenFile: String?

  func validate() throws {
    guard github == nil || gitlab == nil else {
      throw ValidationError("Only one of --github and --gitlab can be given.")
    }
    if github == nil, gitlab == nil {
      guard run == nil, forgeURL == nil, forgeTokenFile == nil else {
        throw ValidationError(
          "--run, --forge-url and --forge-token-file need --github or --gitlab.")
      }
    }
    if let run, run < 1 { throw ValidationError("--run must be a number from 1.") }
    _ = try reference(tag: "v1")
  }

  /// Which release of which project is meant; `nil` if none is.
  ///
  /// - Throws: `ValidationError`.
  func reference(tag: String) throws -> ForgeReference? {
    let named = github.map { (ForgeReference.Kind.github, $0) } ?? gitlab.map { (.gitlab, $0) }
    guard let (kind, project) = named else { return nil }
    do {
      return try ForgeReference(kind, project: project, tag: tag)
    } catch {
      throw ValidationError("--\(kind.rawValue) and --tag: \(error).")
    }
  }

  /// How the forge is reached; `nil` if none is named.
  ///
  /// - Throws: `CommandFailure`, `ValidationError`.
  func access(tag: String) throws -> ForgeAccess? {
    guard let reference = try reference(tag: tag) else { return nil }
    return ForgeAccess(
      reference: reference, base: try ForgeOptions.base(reference.kind, url: forgeURL),
      token: try ForgeOptions.token(reference.kind, file: forgeTokenFile))
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
