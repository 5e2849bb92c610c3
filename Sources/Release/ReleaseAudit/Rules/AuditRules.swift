// SPDX-License-Identifier: Apache-2.0

/// All rules, in the order in which they are listed.
package enum AuditRules {
  /// The rules.
  package static let all: [any AuditRule.Type] = security + process

  /// Attacks on workflows: what runs, with which rights, on whose words.
  static let security: [any AuditRule.Type] = []

  /// The release process: who may release what, and how it is proven.
  static let process: [any AuditRule.Type] = []
}
