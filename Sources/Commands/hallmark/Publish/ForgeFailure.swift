// SPDX-License-Identifier: Apache-2.0

import Encodings
import ServiceClients
import TrustedPublishing
import Verification

/// Turns what stops a publication at a forge into words and an exit status.
enum ForgeFailure {
  /// The failure for a phase's error; it says what is out at the forge.
  static func commandFailure(
    for failure: ForgePublication.Failure, at target: ForgeTarget
  ) -> CommandFailure {
    var result = commandFailure(forCause: failure.cause, at: target)
    result.diagnostic.notes.append("\(target.name): \(failure.exposure.description)")
    return result
  }

  private static func commandFailure(
    forCause error: any Error, at target: ForgeTarget
  ) -> CommandFailure {
    switch error {
    case let problem as ForgePlan.Problem: plan(problem, at: target)
    case let problem as ForgeProblem: forge(problem, at: target)
    case let error as TransportError: transport(error, at: target)
    default: PublishFailure.commandFailure(for: error)
    }
  }

  private static func plan(_ problem: ForgePlan.Problem, at target: ForgeTarget) -> CommandFailure {
    let place = target.name
    let diagnostic =
      switch problem {
      case .otherCommit(let tag, let found, let expected):
        Diagnostic(
          "the tag `\(tag)` is not the commit that was built", place: place,
          expected: "commit \(expected)", found: "commit \(found)",
          help: ["release from the tag, or move on to another version"])
      case .immutable(let missing):
        Diagnostic(
          "the release is published and can no longer be changed, and lacks "
            + "\(missing.count) file\(missing.count == 1 ? "" : "s")",
          place: place, notes: missing.map { "missing: \($0)" },
          help: ["make releases as drafts, as this program does, or release another version"])
      case .conflicts(let conflicts):
        Diagnostic(
          "`\(conflicts.first?.name ?? "")` cannot be published: the release has "
            + "\(conflicts.first?.description ?? "")", place: place,
          notes: conflicts.dropFirst().map { "`\($0.name)` too: \($0.description)" },
          help: ["find out who put it there; published files never change: raise the version"])
      }
    return CommandFailure(status: ExitStatus.differs.rawValue, diagnostic)
  }

  private static func forge(_ problem: ForgeProblem, at target: ForgeTarget) -> CommandFailure {
    var diagnostic = Diagnostic("\(problem)", place: target.name)
    var status = ExitStatus.differs
    switch problem {
    case .noTag(let tag):
      status = .couldNotRun
      diagnostic.help = ["push the tag first: git push origin \(tag)"]
    case .severalDrafts:
      status = .couldNotRun
      diagnostic.help = ["delete the drafts but one, and run the same command again"]
    case .changed, .gone:
      diagnostic.help = ["find out who else works on the release, and run the command again"]
    case .differs(_, let expected, let found):
      diagnostic.expected = "SHA-256 \(expected)"
      diagnostic.found = found.map { "SHA-256 \($0)" } ?? "more bytes"
      diagnostic.help = ["delete the file at the forge, and run the same command again"]
    }
    return CommandFailure(status: status.rawValue, diagnostic)
  }

  private static func transport(
    _ error: TransportError, at target: ForgeTarget
  ) -> CommandFailure {
    var failure = PublishFailure.commandFailure(for: error)
    if error.isAuthenticationRefusal || error.reason == .status(404) {
      failure.diagnostic.help = [
        target.reference.kind == .github
          ? "the token must be one that may write releases: `permissions: contents: write`"
          : "the token must be one that may write packages and releases of the project"
      ]
    }
    return failure
  }
}
