// SPDX-License-Identifier: Apache-2.0

/// A piece of a file that is not what its format asks for; the rest of the file is read all the
/// same.
package struct WorkflowProblem: Hashable, Sendable {
  /// Its bytes.
  package let span: Range<Int>
  /// What is wrong, for a person: lowercase, without a full stop.
  package let problem: String

  /// Describes a problem.
  package init(_ span: Range<Int>, _ problem: String) {
    self.span = span
    self.problem = problem
  }
}
