// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import SystemPackage
import Verification

/// Shows, asks about and writes repairs.
struct AuditRepairs {
  let console: Console
  let options: AuditOptions

  /// Shows or writes what a run changed.
  ///
  /// - Returns: Whether the files are now as the run left them.
  /// - Throws: `CommandFailure`.
  func apply(_ run: FixRun, to read: ReadProject) throws -> Bool {
    for dropped in run.dropped {
      console.report(
        Diagnostic(
          "`\(dropped.fix.finding.rule)` is not repaired: \(dropped.reason)", severity: .warning,
          place: place(dropped.fix.finding, read),
          notes: ["the repair was: \(dropped.fix.proposal.title)"]))
    }
    let changes = run.changes
    if changes.isEmpty {
      console.progress("nothing to repair")
      return true
    }
    let isAsked =
      options.unsafe && options.fix && !options.diff && !options.yes
      && run.applied.contains { $0.proposal.safety == .needsReview }
    if options.diff || isAsked {
      for change in changes {
        let name = read.location(of: change.path)
        let diff = UnifiedDiff.text(
          name: UntrustedText.printable(name), before: change.before, after: change.after)
        for line in diff { isAsked ? console.progress(paint(line)) : console.output(paint(line)) }
      }
    }
    if options.diff { return false }
    if isAsked {
      try Self.confirm("Make these changes?", on: console, what: "the repairs that need a look")
    }
    var unwritten: Set<String> = []
    for change in changes {
      do throws(FileReplacement.Failure) {
        try FileReplacement.write(
          change.path, in: FilePath(read.root), before: change.before, after: change.after)
      } catch {
        unwritten.insert(change.path)
        console.report(
          Diagnostic(
            "\(error)", place: read.location(of: change.path),
            help: ["make it a file that can be written, then run again"]))
      }
    }
    for fix in run.applied
    where fix.proposal.edits.keys.allSatisfy({ !unwritten.contains($0) }) {
      console.progress(
        "repaired " + UntrustedText.printable(place(fix.finding, read)) + ": "
          + UntrustedText.printable(fix.proposal.title) + " (\(fix.finding.rule))")
    }
    return unwritten.isEmpty
  }

  private func place(_ finding: Finding, _ read: ReadProject) -> String {
    read.location(of: finding.place.path)
  }

  private func paint(_ line: String) -> String { console.painted(diff: line) }

  /// Asks a person; without a terminal nobody confirms.
  ///
  /// - Throws: `CommandFailure`.
  static func confirm(_ question: String, on console: Console, what: String) throws {
    guard Platform.isTerminal(0) else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "nothing is changed: nobody confirmed \(what)",
          help: ["look at what is above, then run the command again with --yes"]))
    }
    console.writeToError(question + " [y/N] ")
    guard ["y", "Y", "yes"].contains(readLine() ?? "") else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue, Diagnostic("nothing is changed: not confirmed"))
    }
  }
}
