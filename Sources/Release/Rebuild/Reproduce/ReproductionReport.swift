// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PythonPackaging
package import Reproducibility

/// What came of the attempt to make one published file again.
package struct FileReproduction: Sendable {
  /// How it ended.
  package enum Outcome: Sendable {
    /// A file was built and compared.
    case compared(ComparisonReport)
    /// The file is the source, so it was only read strictly.
    case source
    /// There is nothing to compare with.
    case obstacle(RebuildFailure)
  }

  /// The file.
  package let filename: DistributionFilename
  /// Its digest; `nil` when it could not be had.
  package let sha256: SHA256Hash?
  /// How it ended.
  package let outcome: Outcome
  /// What was inferred.
  package var facts: [InferredFact] = []
  /// The variant that came closest.
  package var variant: BuildVariant?
  /// How many builds were made.
  package var attempts = 0
  /// The version of the interpreter.
  package var python: String?
  /// What the build environment held, as `name==version`.
  package var environment: [String] = []
  /// The digest of the lock of that environment, as `hallmark lock` would write it.
  package var lock: SHA256Hash?
  /// Whether that lock was resolved by an earlier run, so that no index was asked now.
  package var isLockKept = false
  /// The bytes that were built.
  package var rebuilt: [UInt8]?
  /// How long it took.
  package var duration: Duration = .zero

  /// The verdict; `nil` for the source, which is not judged.
  package var verdict: RebuildVerdict? {
    switch outcome {
    case .compared(let report): report.verdict
    case .source: nil
    case .obstacle: .cannotRebuild
    }
  }
}

/// Why a file cannot be rebuilt, for a person.
package struct RebuildFailure: Error, Hashable, Sendable {
  /// The cause by its name.
  package let obstacle: RebuildObstacle
  /// What happened: lower case, one sentence, no full stop.
  package let message: String
  /// What a person can do about it.
  package let help: String
  /// The last lines of the build's output, if one ran.
  package let logTail: [String]

  /// Describes a failure.
  package init(
    _ obstacle: RebuildObstacle, _ message: String, help: String? = nil, logTail: [String] = []
  ) {
    self.obstacle = obstacle
    self.message = message
    self.help = help ?? obstacle.fix
    self.logTail = logTail
  }

  /// The failure of a wheel that is for a platform; `nil` for one that is for all.
  package init?(platformOf name: WheelFilename) {
    guard name.platformTags != ["any"] else { return nil }
    self.init(
      .platformWheel,
      "`\(name.text)` is for \(name.platformTags.joined(separator: " and ")): it holds what a "
        + "compiler made")
  }
}

/// What came of all files of a release.
package struct ReproductionReport: Sendable {
  /// What the rebuild started from, in words.
  package let source: String
  /// The tag, if the source is a repository and a tag was found.
  package var tag: String?
  /// The commit, if the source is a repository.
  package var commit: String?
  /// The folder of the project in the repository, if it is not the top.
  package var subdirectory: String?
  /// Whether an attestation names that commit.
  package var isCommitAttested = false
  /// The files, in the order in which they were given.
  package let files: [FileReproduction]
}
