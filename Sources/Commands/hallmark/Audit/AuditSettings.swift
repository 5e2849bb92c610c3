// SPDX-License-Identifier: Apache-2.0

import Encodings
import ReleaseAudit
import ServiceClients
import TrustedPublishing
import Verification

/// Shows the requests that change settings, and sends them after a confirmation.
struct AuditSettings {
  let console: Console
  let options: AuditOptions
  let network: TransportOptions

  /// What became of a change.
  enum Outcome: Sendable {
    /// Nobody asked to send it.
    case shown
    /// The forge took it.
    case applied
    /// It was not sent, or refused, and why.
    case failed(String)
  }

  /// Sends changes one by one, after a confirmation.
  ///
  /// - Returns: What became of each.
  /// - Throws: `CommandFailure` where nobody confirms, `CancellationError`.
  func apply(_ repair: SettingsRepair, at place: AuditForge.Place) async throws -> [Outcome] {
    guard place.token != nil else {
      throw CommandFailure(
        status: ExitStatus.authenticationRefused.rawValue,
        Diagnostic(
          "there is no token to change settings with",
          help: [
            place.kind == .github
              ? "give one with `Administration: write` by GH_TOKEN or --forge-token-file"
              : "give a maintainer's one with the scope `api` by --forge-token-file"
          ]))
    }
    for line in Self.calls(repair, at: place) { console.progress(line) }
    if !options.yes {
      try AuditRepairs.confirm(
        "Change these settings of \(UntrustedText.printable(place.project))?",
        on: console, what: "the settings")
    }
    return try await network.withTransport { transport in
      let settings = AuditForge.settings(place, transport)
      var outcomes: [Outcome] = []
      for change in repair.changes {
        if let allows = change.allows, !options.unsafe {
          let reason = "it allows \(allows), which needs --unsafe"
          outcomes.append(.failed(reason))
          report(change, reason)
          continue
        }
        do {
          try await settings.apply(change)
          outcomes.append(.applied)
          console.progress("changed: " + UntrustedText.printable(change.title))
        } catch let error as TransportError {
          outcomes.append(.failed(error.detail))
          report(change, error.detail, Self.meaning(change, place))
        }
      }
      return outcomes
    }
  }

  private func report(_ change: ForgeChange, _ reason: String, _ help: [String] = []) {
    console.report(
      Diagnostic(
        "not changed: \(change.title)", severity: .warning, notes: [reason], help: help))
  }

  /// What GitLab may mean by a refusal.
  private static func meaning(_ change: ForgeChange, _ place: AuditForge.Place) -> [String] {
    guard place.kind == .gitlab else { return [] }
    let token = "the token is not a maintainer's with the scope `api`"
    return [
      change.needsPlan
        ? "401, 403 or 404: \(token), or the project's plan is not Premium or Ultimate"
        : "401, 403 or 404: \(token)"
    ]
  }

  /// The requests as commands of the forge's own program, and what is left to a person.
  static func calls(_ repair: SettingsRepair, at place: AuditForge.Place) -> [String] {
    var lines: [String] = []
    for change in repair.changes {
      lines.append("")
      lines.append(
        "# " + UntrustedText.printable(change.title) + " (\(change.rules.joined(separator: ", ")))")
      if change.needsPlan {
        lines.append("# where it is answered by 403 or 404, GitLab's plan may lack the setting")
      }
      if let allows = change.allows {
        lines.append("# this allows " + UntrustedText.printable(allows))
      }
      lines += command(change, at: place)
    }
    if !repair.left.isEmpty {
      lines.append("")
      for item in repair.left {
        lines.append("# left to you: \(item.rule): " + UntrustedText.printable(item.reason))
      }
    }
    return lines
  }

  /// One request as a command that a POSIX shell takes.
  static func command(_ change: ForgeChange, at place: AuditForge.Place) -> [String] {
    let isGitHub = place.kind == .github
    let project =
      isGitHub
      ? "repos/\(place.project)" : "projects/\(PercentEncoding.encodePathSegment(place.project))"
    var words = [isGitHub ? "gh" : "glab", "api", "--method", change.method.rawValue]
    if !["api.github.com", "gitlab.com"].contains(place.base.host) {
      words += ["--hostname", place.base.host]
    }
    words.append(
      ShellWord.quoted(change.path.isEmpty ? project : "\(project)/\(change.path)"))
    guard let body = change.body else { return [words.joined(separator: " ")] }
    if !isGitHub { words += ["--header", "'Content-Type: application/json'"] }
    words += ["--input", "-", "<<'JSON'"]
    return [words.joined(separator: " ")] + escaped(body.indentedText) + ["JSON"]
  }

  /// JSON in visible ASCII: what is neither is written as an escape, which means the same.
  private static func escaped(_ text: String) -> [String] {
    var result = ""
    for unit in text.utf16 {
      if (0x20..<0x7F).contains(unit) || unit == 0x0A {
        result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      } else {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      }
    }
    return result.split(separator: "\n").map(String.init)
  }
}
