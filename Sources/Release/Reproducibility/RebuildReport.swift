// SPDX-License-Identifier: Apache-2.0

/// What a rebuild of a release came to: its files with their verdicts, and how they were made.
///
/// Every text may come from outside; whoever shows it escapes it.
package struct RebuildReport: Sendable {
  /// A line about the release, such as the Python that built it and why that one.
  package struct Fact: Hashable, Sendable {
    /// What it is about.
    package let label: String
    /// What is so.
    package let value: String

    /// Describes something.
    package init(_ label: String, _ value: String) {
      self.label = label
      self.value = value
    }
  }

  /// What became of a file.
  package enum Outcome: Sendable {
    /// It was rebuilt and compared.
    case compared(ComparisonReport)
    /// There is nothing to compare with: why, in one sentence, and the last lines of a log.
    case cannotRebuild(reason: String, log: [String])
  }

  /// One file.
  package struct File: Sendable {
    /// Its name.
    package let name: String
    /// What became of it.
    package let outcome: Outcome
    /// How it was rebuilt.
    package let facts: [Fact]

    /// Describes a file.
    package init(name: String, outcome: Outcome, facts: [Fact] = []) {
      self.name = name
      self.outcome = outcome
      self.facts = facts
    }

    /// The verdict.
    package var verdict: RebuildVerdict {
      switch outcome {
      case .compared(let report): report.verdict
      case .cannotRebuild: .cannotRebuild
      }
    }
  }

  /// What was rebuilt: a project with its version, or two files.
  package let title: String
  /// How, for all files.
  package let facts: [Fact]
  /// The files.
  package let files: [File]

  /// Describes a rebuild.
  package init(title: String, facts: [Fact] = [], files: [File]) {
    self.title = title
    self.facts = facts
    self.files = files
  }

  /// Whether there are files and the verdict of each passes.
  package var passes: Bool { !files.isEmpty && files.allSatisfy(\.verdict.passes) }

  /// The worst verdict: different before what cannot be rebuilt; `nil` without files.
  package var worst: RebuildVerdict? {
    files.map(\.verdict).max { Self.badness($0) < Self.badness($1) }
  }

  // What is different was shown to be; what cannot be rebuilt was not.
  private static func badness(_ verdict: RebuildVerdict) -> Int {
    switch verdict {
    case .different: 5
    case .cannotRebuild: 4
    default: verdict.rung
    }
  }
}

extension RebuildVerdict {
  /// The verdict as a person reads it.
  package var phrase: String {
    switch self {
    case .identical: "identical"
    case .identicalGiven: "identical, given container fields"
    case .equivalentMetadata: "equivalent but for metadata"
    case .different: "different"
    case .cannotRebuild: "cannot be rebuilt"
    }
  }

  /// What the verdict says, in one sentence.
  package var meaning: String {
    switch self {
    case .identical: "the published file and the rebuilt one have the same bytes"
    case .identicalGiven:
      "every path, byte of contents, permission to execute and link is the same; only the listed "
        + "fields of the archive differ"
    case .equivalentMetadata:
      "what gets installed is the same code; metadata about how the file was made differ"
    case .different: "files, contents, permissions or links are not what the rebuild makes"
    case .cannotRebuild: "there is nothing to compare the published file with"
    }
  }
}

extension RebuildVerdict.ContainerField {
  /// The field as a person reads it, in the plural.
  package var phrase: String {
    switch self {
    case .zipTime: "times of ZIP members"
    case .tarTime: "times of tar members"
    case .tarOwner: "owners of tar members"
    case .tarDialect: "forms of tar headers"
    case .mode: "permissions other than to execute"
    case .gzipHeader: "gzip header"
    case .deflate: "compressed streams with the same contents"
    case .zipHeader: "ZIP versions and attributes"
    case .order: "places in the order"
    }
  }
}
