// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ReleaseAudit

extension AuditSeverity: ExpressibleByArgument {}
extension AuditProfile: ExpressibleByArgument {}

/// What an audit is asked for.
struct AuditOptions: ParsableArguments {
  /// The forms of output.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    /// For a person.
    case text
    /// By Documentation/schemas/audit-v1.json.
    case json
    /// SARIF 2.1.0, for code scanning and editors.
    case sarif
    /// Annotations of GitHub Actions.
    case github
    /// GitLab's code quality report.
    case gitlab
  }

  @Option(help: "The form of the output.")
  var format: Format?

  @Option(
    help: ArgumentHelp("Also write the report as one HTML page.", valueName: "file"),
    completion: .file())
  var html: String?

  @Option(help: "Which side is taken where recommendations contradict each other.")
  var profile: AuditProfile = .spec8

  @Option(help: "Leave out findings that are less severe.")
  var minSeverity: AuditSeverity = .info

  @Option(
    help: ArgumentHelp("Only these rules, separated by commas.", valueName: "ids"))
  var rules: String?

  @Flag(help: "Show all findings, not only the first of each rule.")
  var all = false

  @Flag(help: "Show every item of the checklist, and what would tell about unknown ones.")
  var checklist = false

  @Flag(help: "Give status 6 where items of the checklist are unknown.")
  var requireKnown = false

  @Flag(help: "Repair what can be repaired.")
  var fix = false

  @Flag(help: "Show the repairs as a diff and write nothing.")
  var diff = false

  @Flag(help: "Also make repairs after which something may work differently.")
  var unsafe = false

  @Flag(help: "Do not ask before --unsafe repairs, nor before --apply-settings.")
  var yes = false

  @Option(
    help: ArgumentHelp("Leave out the findings that this file knows.", valueName: "file"),
    completion: .file())
  var baseline: String?

  @Flag(help: "Write all findings into the file of --baseline.")
  var writeBaseline = false

  /// Refuses options that contradict each other.
  ///
  /// - Throws: `ValidationError`.
  func validate(pathCount: Int, appliesSettings: Bool) throws {
    if unsafe, !fix, !diff {
      throw ValidationError("--unsafe belongs to --fix or --diff.")
    }
    if yes, !unsafe, !appliesSettings {
      throw ValidationError("--yes belongs to --unsafe or --apply-settings.")
    }
    if writeBaseline, baseline == nil {
      throw ValidationError("--write-baseline needs --baseline FILE.")
    }
    if writeBaseline, fix || diff {
      throw ValidationError("--write-baseline and repairs are two runs.")
    }
    if diff, let format, format != .text {
      throw ValidationError("--diff prints a diff, so it has no meaning with --format.")
    }
  }

  /// The rules that are asked.
  ///
  /// - Throws: `ValidationError` for names that no rule has.
  func selection(of all: [any AuditRule.Type]) throws -> [any AuditRule.Type] {
    guard let rules else { return all }
    let wanted = rules.split(separator: ",").map { String($0.drop { $0 == " " }) }
    for name in wanted where !all.contains(where: { $0.description.id == name }) {
      throw ValidationError("there is no rule `\(name)`; `hallmark rules` lists them.")
    }
    return all.filter { wanted.contains($0.description.id) }
  }
}
