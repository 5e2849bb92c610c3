// SPDX-License-Identifier: Apache-2.0

/// All differences of one cause between a published and a rebuilt file.
///
/// A cause that 945 members share is one difference with a count and some examples.
package struct Difference: Hashable, Sendable {
  /// One member of which it is true.
  package struct Example: Hashable, Sendable {
    /// The member's path in the published archive, or in the rebuilt one if only that has it.
    ///
    /// It is `nil` for the archive as a whole. The path comes from outside.
    package let member: String?
    /// What the published file has.
    package let published: String?
    /// What the rebuilt file has.
    package let rebuilt: String?
    /// A look at the contents.
    package let excerpt: Excerpt?
  }

  /// The cause.
  package let cause: DifferenceCause
  /// What it means for the verdict.
  package let weight: DifferenceCause.Weight
  /// How many members it concerns; 1 if it is about the archive as a whole.
  package let count: Int
  /// The first members, at least one.
  package let examples: [Example]

  /// The first member.
  package var member: String? { examples.first?.member }
  /// What the published file has, for the first member.
  package var published: String? { examples.first?.published }
  /// What the rebuilt file has, for the first member.
  package var rebuilt: String? { examples.first?.rebuilt }
}

/// A short, bounded look at where two contents differ, line by line.
///
/// The texts are from outside: whoever shows them escapes them.
package struct Excerpt: Hashable, Sendable {
  /// Where a line is from.
  package enum Origin: String, Hashable, Sendable {
    /// Both have it.
    case both
    /// Only the published file has it.
    case published
    /// Only the rebuilt file has it.
    case rebuilt
    /// Lines are left out here.
    case omitted
  }

  /// One line.
  package struct Line: Hashable, Sendable {
    /// Where it is from.
    package let origin: Origin
    /// Its text, cut to a bounded length, without its end; of a line left out, how many.
    package let text: String
  }

  /// The lines.
  package let lines: [Line]
}
