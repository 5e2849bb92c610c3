// SPDX-License-Identifier: Apache-2.0

/// A place in the project that a rule objects to.
package struct Finding: Sendable {
  /// A place in a file.
  package struct Place: Hashable, Sendable {
    /// The file's path in the project, with `/`.
    package let path: String
    /// The bytes; nil for the file as a whole, or for one that is missing.
    package let span: Range<Int>?
    /// What is there to see; empty at the finding's own place where the message says it.
    package let label: String

    /// Makes a place.
    package init(_ path: String, _ span: Range<Int>?, _ label: String = "") {
      self.path = path
      self.span = span
      self.label = label
    }
  }

  /// The rule's name.
  package let rule: String
  /// How bad it is here, which may be less than the rule's own.
  package let severity: AuditSeverity
  /// What is wrong, in one sentence with the names from the file: lowercase, no full stop.
  package let message: String
  /// Where.
  package let place: Place
  /// Other places that belong to it.
  package let related: [Place]
  /// What to do, where the rule's own words are too general.
  package let help: String?
  /// What repairs it.
  package let fix: ProposedFix?

  /// Describes a finding.
  package init(
    rule: String, severity: AuditSeverity, _ message: String, at place: Place,
    related: [Place] = [], help: String? = nil, fix: ProposedFix? = nil
  ) {
    self.rule = rule
    self.severity = severity
    self.message = message
    self.place = place
    self.related = related
    self.help = help
    self.fix = fix
  }
}
