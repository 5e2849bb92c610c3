// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ServiceClients
import TrustedPublishing
import Verification

/// The options that name a project at a forge, and how the forge is reached.
struct ForgeProjectOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The project's GitHub repository.", valueName: "owner/repo"))
  var github: String?

  @Option(
    help: ArgumentHelp("The project at GitLab, by its path or number.", valueName: "project"))
  var gitlab: String?

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

  /// Whether a project is named.
  var isNamed: Bool { github != nil || gitlab != nil }

  func validate() throws {
    guard github == nil || gitlab == nil else {
      throw ValidationError("Only one of --github and --gitlab can be given.")
    }
  }

  /// Refuses options of a forge without a project, where nothing else names one.
  ///
  /// - Throws: `ValidationError`.
  func requireProject() throws {
    guard isNamed || (forgeURL == nil && forgeTokenFile == nil) else {
      throw ValidationError("--forge-url and --forge-token-file need --github or --gitlab.")
    }
  }

  /// Which release of the project is meant; `nil` if no project is named.
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

  /// The base of the forge's API: that of the option, of a job's variable, or the public one.
  ///
  /// - Throws: `ValidationError`.
  func base(_ kind: ForgeReference.Kind) throws -> ServiceURL {
    if let forgeURL { return try NetworkOptions.serviceURL(forgeURL, option: "--forge-url") }
    let (variable, standard) =
      kind == .github
      ? ("GITHUB_API_URL", "https://api.github.com")
      : ("CI_API_V4_URL", "https://gitlab.com/api/v4")
    let named = Platform.environment(variable).flatMap { $0.isEmpty ? nil : $0 }
    return try NetworkOptions.serviceURL(named ?? standard, option: variable)
  }

  /// The token for the forge, from a file or the environment; `nil` if there is none.
  ///
  /// - Throws: `CommandFailure` when there is something that is no token.
  func token(_ kind: ForgeReference.Kind) throws(CommandFailure) -> ForgeToken? {
    if let file = forgeTokenFile {
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
