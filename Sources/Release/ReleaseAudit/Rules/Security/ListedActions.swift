// SPDX-License-Identifier: Apache-2.0

/// A list of actions that was true on a day.
struct ListedActions {
  /// The day, in seconds since 1970.
  let date: Int64
  /// The day in words.
  let day: String

  /// For how long what is not on a list counts as known not to be.
  static let lifetime: Int64 = 365 * 86_400

  /// What a rule says that looked things up.
  ///
  /// What is on the list stays true; where nothing was found and the list has grown old, only a
  /// newer one tells.
  func outcome(_ found: RuleOutcome, in project: AuditedProject) -> RuleOutcome {
    guard case .examined(let findings) = found, findings.isEmpty, let now = project.unixTime,
      now > date + Self.lifetime
    else { return found }
    return .unknown(wouldTell: "a newer release of Hallmark: its list is of \(day)")
  }
}
