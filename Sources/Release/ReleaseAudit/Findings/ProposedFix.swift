// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// A repair as changes of bytes.
///
/// It is only a proposal: who applies it parses the files again and drops it where the finding is
/// still there or a new one has come.
package struct ProposedFix: Sendable {
  /// Whether it can be applied without a look.
  package enum Safety: Hashable, Sendable {
    /// What the project does stays the same.
    case safe
    /// Something may work differently, as the title says.
    case needsReview
  }

  /// What it does, in the imperative: "set persist-credentials: false".
  package let title: String
  /// Whether it can be applied without a look.
  package let safety: Safety
  /// The changes of each file, by its path in the project; of a file that is not there, one
  /// insertion at 0.
  package let edits: [String: [SourceEdit]]

  /// Makes a proposal.
  package init(_ title: String, _ safety: Safety, edits: [String: [SourceEdit]]) {
    self.title = title
    self.safety = safety
    self.edits = edits
  }
}
