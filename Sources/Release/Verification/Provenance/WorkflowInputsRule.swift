// SPDX-License-Identifier: Apache-2.0

import Encodings

/// The workflow was started with the expected inputs, among others.
///
/// slsa-verifier `verifiers/internal/gha/provenance.go` (`VerifyWorkflowInputs`).
enum WorkflowInputsRule {
  /// Compares inputs as text.
  ///
  /// - Throws: ``ProvenanceReason/mismatchWorkflowInputs``,
  ///   ``ProvenanceReason/invalidDssePayload`` when they were not recorded.
  static func check(
    _ provenance: GitHubProvenance, expected: [String: String]
  ) throws(ProvenanceFailure) {
    let inputs = try provenance.context().workflowInputs()
    for (name, value) in expected.sorted(by: { $0.key < $1.key }) {
      guard case .string(let found) = inputs[name] else {
        throw ProvenanceReason.mismatchWorkflowInputs.failure(
          "the workflow was started without the input `\(name)`")
      }
      guard found.utf8.elementsEqual(value.utf8) else {
        throw ProvenanceReason.mismatchWorkflowInputs.failure(
          "expected the input `\(name)` to be `\(value)`, it was `\(found)`")
      }
    }
  }
}
