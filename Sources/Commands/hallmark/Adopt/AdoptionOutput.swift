// SPDX-License-Identifier: Apache-2.0

import Adoption
import Encodings
import ReleaseAudit
import SystemPackage
import Verification

/// Shows a plan, asks about it, and makes its changes.
struct AdoptionOutput {
  /// What is to be done with a plan.
  enum Purpose {
    case ask, write, diff, check
  }

  let console: Console
  let isJSON: Bool
  let read: ReadProject
  let plan: AdoptionPlan
  /// Why files change that are no piece of the adoption.
  var command = "hallmark adopt"

  /// Does it all.
  ///
  /// - Returns: The status.
  /// - Throws: `CommandFailure`.
  func finish(_ purpose: Purpose) throws -> ExitStatus {
    let changes = plan.changes
    var isWritten = false
    switch purpose {
    case .check: if !isJSON { showCheck() }
    case .diff: showDiff { isJSON ? console.progress($0) : console.output($0) }
    case .ask:
      if !changes.isEmpty {
        showDiff { console.progress($0) }
        showSummary { console.progress($0) }
        try confirm()
      }
      isWritten = try write(changes)
    case .write: isWritten = try write(changes)
    }
    if isJSON {
      console.output(AdoptionJSON(plan: plan, isWritten: isWritten).document.indentedText)
    } else if purpose != .check {
      if purpose != .ask || changes.isEmpty { showSummary { console.output($0) } }
      showFailing()
      if purpose != .diff { showToDo() }
    }
    return status(purpose)
  }

  private func status(_ purpose: Purpose) -> ExitStatus {
    var statuses: [ExitStatus] = []
    if !plan.failing.isEmpty { statuses.append(.differs) }
    if !plan.unfinished.isEmpty { statuses.append(.undecided) }
    let isLook = purpose == .check || purpose == .diff
    if isLook, !plan.changes.isEmpty || !plan.edited.isEmpty { statuses.append(.differs) }
    return .worst(of: statuses)
  }

  private func showDiff(_ show: (String) -> Void) {
    for change in plan.changes {
      let lines = UnifiedDiff.text(
        name: UntrustedText.printable(read.location(of: change.path)), before: change.before,
        after: change.after)
      for line in lines { show(console.painted(diff: line)) }
    }
  }

  private func showSummary(_ show: (String) -> Void) {
    if plan.changes.isEmpty {
      show(plan.unfinished.isEmpty ? "nothing is missing; no file changes" : "no file changes")
    }
    for change in plan.changes {
      let mark = change.before == nil ? "new    " : "change "
      show("  \(mark) \(printable(change.path)): \(UntrustedText.printable(change.reason))")
    }
    for note in plan.notes { show("  note    \(UntrustedText.printable(note))") }
  }

  private func showCheck() {
    for change in plan.changes {
      console.report(
        Diagnostic(
          change.before == nil ? "it is missing" : "it is not as an adoption would leave it",
          place: read.location(of: change.path), notes: [change.reason],
          help: ["`\(command) --diff` shows what would change"]))
    }
    for block in plan.edited {
      console.report(
        Diagnostic(
          "somebody has changed "
            + (block.section.map { "the piece `\($0)`" } ?? "the file")
            + " that an adoption wrote",
          severity: .warning, place: read.location(of: block.path),
          help: ["look at the change; `\(command)` then takes it as yours"]))
    }
    showFailing()
    if plan.changes.isEmpty, plan.edited.isEmpty, plan.failing.isEmpty, plan.unfinished.isEmpty {
      console.output("the release process is as it was adopted, and every item holds")
    }
  }

  private func showFailing() {
    for failing in plan.failing {
      let finding = failing.findings.first
      console.report(
        Diagnostic(
          "item \(failing.item.number) fails: \(failing.item.recommendation)",
          severity: .warning, place: finding.map { read.location(of: $0.place.path) },
          notes: failing.findings.prefix(3).map(\.message),
          help: [finding.map { "`hallmark explain \($0.rule)` tells how to repair it" } ?? ""]))
    }
    for open in plan.unfinished {
      console.report(Diagnostic(open, severity: .warning))
    }
  }

  private func showToDo() {
    console.output("")
    console.output("What only a person can do:")
    for (index, toDo) in plan.toDo.enumerated() {
      let items = toDo.items.map(String.init).joined(separator: ", ")
      console.output("")
      console.output("\(index + 1). \(toDo.title)  (items \(items))")
      if let place = toDo.place { console.output("     \(UntrustedText.printable(place))") }
      let width = toDo.values.map(\.name.utf8.count).max() ?? 0
      for (name, value) in toDo.values {
        let gap = String(repeating: " ", count: width - name.utf8.count)
        let shown = UntrustedText.printable(value)
        console.output(name.isEmpty ? "     $ \(shown)" : "     \(name)\(gap)  \(shown)")
      }
    }
  }

  private func confirm() throws {
    guard Platform.isTerminal(0) else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "nothing is changed: nobody confirmed the changes",
          help: ["look at the diff above, then run the command again with --yes"]))
    }
    console.writeToError("Make these changes? [y/N] ")
    guard ["y", "Y", "yes"].contains(readLine() ?? "") else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue, Diagnostic("nothing is changed: not confirmed"))
    }
  }

  // The record comes last: what is not written is not remembered.
  private func write(_ changes: [AdoptionPlan.Change]) throws -> Bool {
    var problems: [FileReplacement.Failure] = []
    let isRecord = { (change: AdoptionPlan.Change) in change.path == AdoptionRecord.path }
    for change in changes.filter({ !isRecord($0) }) + changes.filter(isRecord) {
      if isRecord(change), !problems.isEmpty { break }
      do throws(FileReplacement.Failure) {
        try FileReplacement.write(
          change.path, in: FilePath(read.root), before: change.before, after: change.after)
      } catch {
        problems.append(error)
      }
    }
    guard let first = problems.first else { return !changes.isEmpty }
    throw CommandFailure(
      status: ExitStatus.couldNotRun.rawValue,
      Diagnostic(
        "\(first)", place: read.location(of: first.path),
        notes: problems.dropFirst().map(\.description),
        help: ["make it a file that can be written, then run again"]))
  }

  private func printable(_ path: String) -> String {
    UntrustedText.printable(read.location(of: path))
  }
}
