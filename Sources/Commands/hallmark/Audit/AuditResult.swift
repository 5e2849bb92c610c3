// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import SourceText

/// What an audit of one path came to, for all forms of output.
struct AuditResult: Sendable {
  /// The project as it was read, for where its files are.
  let read: ReadProject
  /// The project.
  let project: AuditedProject
  /// What was found, without what the baseline knows and what is not severe enough.
  let report: AuditReport
  /// How many findings the baseline knows.
  var known = 0
  /// What the baseline has that is not found any more.
  var stale: [AuditBaseline.Entry] = []
  /// What would change the settings that rules object to, where that was asked.
  var settings: Settings?

  /// Requests that change settings, and what became of them.
  struct Settings: Sendable {
    let place: AuditForge.Place
    let repair: SettingsRepair
    let outcomes: [AuditSettings.Outcome]
  }

  /// A file's path as the person would write it, or the address of a page of settings.
  func location(_ path: String) -> String {
    Finding.Place(path, nil).isPage ? path : read.location(of: path)
  }

  /// The folder that the project's paths begin at.
  var root: String { read.root }

  /// The lines of a place's file.
  func lines(_ place: Finding.Place) -> SourceLines? { project.files[place.path]?.lines }

  /// The first and last position of a place; nil for a file as a whole.
  func region(_ place: Finding.Place) -> (start: SourcePosition, end: SourcePosition)? {
    guard let span = place.span, let lines = lines(place) else { return nil }
    return (lines.position(at: span.lowerBound), lines.position(at: span.upperBound))
  }

  /// The verdicts on the checklist's items; empty where only a part of a project was looked at.
  var verdicts: [(item: ChecklistItem, verdict: ChecklistVerdict)] {
    project.isWhole ? Checklist.verdicts(project, outcomes: report.outcomes) : []
  }
}

extension AuditSeverity {
  /// The word before a finding, as compilers use them.
  var label: String {
    switch self {
    case .high: "error"
    case .medium: "warning"
    case .low: "note"
    case .info: "info"
    }
  }

  /// The colour of the word.
  var style: Console.Style {
    switch self {
    case .high: .bad
    case .medium: .warning
    case .low: .accent
    case .info: .faint
    }
  }
}
