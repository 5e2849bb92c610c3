// SPDX-License-Identifier: Apache-2.0

import Sigstore

/// Every criterion that was looked at while provenance was judged, for the report.
struct ProvenanceTrace {
  /// The outcomes, in the order of the rules.
  private(set) var checks: [VerificationCheck] = []

  /// Takes over the outcomes of signature, log and certificate.
  mutating func record(_ report: VerificationReport) { checks += report.checks }

  /// Runs a criterion and records how it ended.
  ///
  /// - Parameters:
  ///   - rule: the rule that it belongs to.
  ///   - expected: what is expected, where it compares.
  ///   - found: what is found, where it compares.
  ///   - criterion: throws if it is not met.
  /// - Returns: what the criterion gives.
  /// - Throws: what the criterion throws.
  mutating func check<Value>(
    _ rule: VerificationRule, expected: String? = nil, found: String? = nil,
    _ criterion: () throws(ProvenanceFailure) -> Value
  ) throws(ProvenanceFailure) -> Value {
    do {
      let value = try criterion()
      checks.append(VerificationCheck(rule, .passed, expected: expected, found: found))
      return value
    } catch {
      checks.append(
        VerificationCheck(rule, .failed(error.sentence), expected: expected, found: found))
      throw error
    }
  }
}
