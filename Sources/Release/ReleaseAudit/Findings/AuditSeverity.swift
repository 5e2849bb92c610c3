// SPDX-License-Identifier: Apache-2.0

/// How much an attacker gains, or a maintainer loses, by what a rule found.
package enum AuditSeverity: String, Hashable, Comparable, Sendable, CaseIterable {
  /// Worth knowing; nothing to fear by itself.
  case info
  /// Defence in depth is missing.
  case low
  /// An attacker who has something already gets further; or a release may fail or be half done.
  case medium
  /// An attacker from outside gets in, or a release can be forged.
  case high

  package static func < (left: AuditSeverity, right: AuditSeverity) -> Bool {
    left.rank < right.rank
  }

  /// The exit status of an audit whose worst finding is this: 10 to 13.
  package var exitStatus: Int32 { 10 + Int32(rank) }

  private var rank: Int {
    switch self {
    case .info: 0
    case .low: 1
    case .medium: 2
    case .high: 3
    }
  }
}
