// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import ServiceClients
import TrustedPublishing
import Verification

/// Asks the forge of a project for its settings.
struct AuditForge {
  /// Most unanswered questions that are shown.
  private static let shownGaps = 12

  let options: AuditForgeOptions
  let network: TransportOptions
  let console: Console

  /// A project at a forge, and how it is reached.
  struct Place: Sendable {
    let kind: ForgeReference.Kind
    let project: String
    let base: ServiceURL
    let token: ForgeToken?
  }

  /// What was asked at a place, with the answers.
  struct Reading: Sendable {
    let place: Place
    let inquiry: ForgeInquiry
  }

  /// Asks for the settings; nil, with a message, where it is not known which project to ask for.
  ///
  /// - Throws: `CommandFailure`, `ValidationError`, `CancellationError`.
  func reading(of project: AuditedProject) async throws -> Reading? {
    guard let place = try place(of: project) else { return nil }
    return try await reading(of: project, at: place)
  }

  /// Asks for the settings of the project at a place.
  func reading(of project: AuditedProject, at place: Place) async throws -> Reading {
    let environments = project.publishEnvironments
    let branches = project.releaseBranchFilters(place.kind == .github ? .github : .gitlab)
    let inquiry = try await network.withTransport { transport in
      try await Self.settings(place, transport)
        .inquiry(environments: environments, branches: branches)
    }
    report(inquiry.state, place)
    return Reading(place: place, inquiry: inquiry)
  }

  /// The client of a place's interface.
  static func settings(_ place: Place, _ transport: HTTPTransport) -> ForgeSettings {
    ForgeSettings(
      place.kind == .github ? .github : .gitlab, project: place.project, api: place.base,
      token: place.token, transport: transport)
  }

  private func report(_ state: ForgeState, _ place: Place) {
    guard !state.gaps.isEmpty else { return }
    var notes = Array(state.gaps.prefix(Self.shownGaps))
    if state.gaps.count > notes.count { notes.append("and \(state.gaps.count - notes.count) more") }
    let count = state.gaps.count
    console.report(
      Diagnostic(
        "the forge left \(count) question\(count == 1 ? "" : "s") about settings unanswered; what "
          + "depends on them is unknown", severity: .warning, place: state.page, notes: notes,
        help: place.token == nil
          ? ["give \(Self.token(place.kind))"]
          : ["Documentation/auditing.md says which token is shown what"]))
  }

  // A job's own token is shown almost nothing of GitLab's settings.
  private static func token(_ kind: ForgeReference.Kind) -> String {
    kind == .github
      ? "a token by GH_TOKEN or GITHUB_TOKEN, or --forge-token-file"
      : "a maintainer's token with the scope `read_api` by --forge-token-file"
  }

  /// The project that is named, or that of the git remote at the forge that is asked.
  private func place(of project: AuditedProject) throws -> Place? {
    if let reference = try options.project.reference(tag: "v1") {
      return try place(reference.kind, reference.project)
    }
    guard project.isWhole else {
      explain("settings belong to a whole repository, and only a part of one was named")
      return nil
    }
    guard let address = project.forgeAddress else {
      explain("git does not say which project of a forge this is: it has no remote `origin`")
      return nil
    }
    for kind in ForgeReference.Kind.allCases {
      // The token goes where the person says, never to an address that only a repository names.
      let base = try options.project.base(kind)
      guard base.host == address.host || base.host == "api.\(address.host)",
        options.project.forgeURL == nil
          || base.path.contains(kind == .github ? "/api/v3" : "/api/v4")
      else { continue }
      guard let reference = try? ForgeReference(kind, project: address.project, tag: "v1") else {
        continue
      }
      return try place(kind, reference.project)
    }
    explain("the git remote is at `\(address.host)`, which is not the forge that is asked")
    return nil
  }

  private func place(_ kind: ForgeReference.Kind, _ project: String) throws -> Place {
    Place(
      kind: kind, project: project, base: try options.project.base(kind),
      token: try options.project.token(kind))
  }

  private func explain(_ problem: String) {
    console.report(
      Diagnostic(
        problem,
        help: ["name it by --github OWNER/NAME or --gitlab PROJECT, with --forge-url for one's own"]
      ))
  }
}
