// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import PythonPackaging
import ServiceClients
import TrustedPublishing
import Verification

/// The options that say at which forge the files become assets of a release.
struct ForgeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A GitHub repository whose release of --tag gets the files and their evidence.",
      valueName: "owner/repo"))
  var github: String?

  @Option(
    help: ArgumentHelp(
      "A GitLab project, by its path or number, whose release of --tag gets them.",
      valueName: "project"))
  var gitlab: String?

  @Option(help: ArgumentHelp("The git tag of that release.", valueName: "tag"))
  var tag: String?

  @Option(
    name: .customLong("forge-url"),
    help: ArgumentHelp(
      "The forge's API, if not that of GITHUB_API_URL or CI_API_V4_URL, or else the public one.",
      valueName: "url"))
  var forgeURL: String?

  @Option(
    help: ArgumentHelp(
      "A file with a token for the forge; else GH_TOKEN, GITHUB_TOKEN or CI_JOB_TOKEN.",
      valueName: "file"),
    completion: .file())
  var forgeTokenFile: String?

  func validate() throws {
    guard github == nil || gitlab == nil else {
      throw ValidationError("Only one of --github and --gitlab can be given.")
    }
    guard github != nil || gitlab != nil else {
      guard tag == nil, forgeURL == nil, forgeTokenFile == nil else {
        throw ValidationError(
          "--tag, --forge-url and --forge-token-file need --github or --gitlab.")
      }
      return
    }
    guard tag != nil else { throw ValidationError("A release at a forge needs its --tag.") }
    _ = try reference()
    _ = try base()
  }

  /// Which release is meant; `nil` if none is.
  ///
  /// - Throws: `ValidationError`.
  func reference() throws -> ForgeReference? {
    let named = github.map { (ForgeReference.Kind.github, $0) } ?? gitlab.map { (.gitlab, $0) }
    guard let (kind, project) = named, let tag else { return nil }
    do {
      return try ForgeReference(kind, project: project, tag: tag)
    } catch {
      throw ValidationError("--\(kind.rawValue) and --tag: \(error).")
    }
  }

  private func base() throws -> ServiceURL {
    try Self.base(github != nil ? .github : .gitlab, url: forgeURL)
  }

  /// The base of a forge's API: that of an option, of a job's variable, or the public one.
  ///
  /// - Throws: `ValidationError`.
  static func base(_ kind: ForgeReference.Kind, url: String?) throws -> ServiceURL {
    if let url { return try NetworkOptions.serviceURL(url, option: "--forge-url") }
    let (variable, standard) =
      kind == .github
      ? ("GITHUB_API_URL", "https://api.github.com")
      : ("CI_API_V4_URL", "https://gitlab.com/api/v4")
    let named = Platform.environment(variable).flatMap { $0.isEmpty ? nil : $0 }
    return try NetworkOptions.serviceURL(named ?? standard, option: variable)
  }

  /// The release with its address and token; `nil` if none is named.
  ///
  /// - Throws: `CommandFailure` when there is no token, `ValidationError`.
  func target() throws -> ForgeTarget? {
    guard let reference = try reference() else { return nil }
    return ForgeTarget(reference: reference, base: try base(), token: try token(reference.kind))
  }

  private func token(_ kind: ForgeReference.Kind) throws(CommandFailure) -> ForgeToken {
    if let token = try Self.token(kind, file: forgeTokenFile) { return token }
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

  /// The token for a forge, from a file or the environment; `nil` if there is none.
  ///
  /// - Throws: `CommandFailure` when there is something that is no token.
  static func token(
    _ kind: ForgeReference.Kind, file: String?
  ) throws(CommandFailure) -> ForgeToken? {
    if let file {
      let text = try UploadAuthorization.secret(inFile: file)
      guard let token = ForgeToken(text, kind: kind == .github ? .bearer : .personal) else {
        throw UploadAuthorization.noToken(inFile: file)
      }
      return token
    }
    let names = kind == .github ? ["GH_TOKEN", "GITHUB_TOKEN"] : ["CI_JOB_TOKEN"]
    for name in names {
      guard let text = Platform.environment(name), !text.isEmpty else { continue }
      guard let token = ForgeToken(text, kind: kind == .github ? .bearer : .job) else {
        throw CommandFailure(
          status: ExitStatus.authenticationRefused.rawValue,
          Diagnostic("the variable `\(name)` does not hold a token"))
      }
      return token
    }
    return nil
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
