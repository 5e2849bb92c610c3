// SPDX-License-Identifier: Apache-2.0

/// Why there is nothing to compare a published file with: the cause beside the verdict
/// `cannot-rebuild`.
package enum RebuildObstacle: String, Hashable, Sendable, CaseIterable {
  /// A requirement of the build is not on the index, or not for this machine.
  case requirementUnavailable = "requirement-unavailable"
  /// The wheel names no back end that is known, and no upload time bounds the environment.
  case unknownGenerator = "unknown-generator"
  /// There is no sdist and no repository.
  case noSource = "no-source"
  /// The repository has no tag of this release, or not the commit that is attested.
  case noReference = "no-reference"
  /// The tag is not at the commit that is attested.
  case tagMoved = "tag-moved"
  /// The build ran and failed.
  case buildFailed = "build-failed"
  /// The build was stopped at a limit.
  case limitExceeded = "limit-exceeded"
  /// The wheel is for a platform, and its toolchain is not known.
  case platformWheel = "platform-wheel"
  /// No interpreter is there that could have built the file.
  case interpreterMissing = "interpreter-missing"
  /// The published archive is one that no reader should accept.
  case archiveRefused = "archive-refused"
  /// The build made files of other names.
  case otherFile = "other-file"
  /// The published file is not at the index any more, or not the one that it promises.
  case fileMissing = "file-missing"

  /// What a person can do, without a full stop.
  package var fix: String {
    switch self {
    case .requirementUnavailable: "name an index that has it by --index"
    case .unknownGenerator: "give the upload time by --uploaded-before"
    case .noSource: "give the sdist too, or --from git with --tag and --repository"
    case .noReference: "look at the tags, and give one by --tag, or another --repository"
    case .tagMoved: "find out who moved the tag; the attested commit is what was built"
    case .buildFailed: "read the end of the log; the build may need more than Python packages"
    case .limitExceeded: "find out what the build does; if it is meant to, raise the limit"
    case .platformWheel: "compiled wheels are not rebuilt here: rebuild in the image of their CI"
    case .interpreterMissing: "install that Python, or name one by --python"
    case .archiveRefused: "do not install it; ask its publisher for a well-formed one"
    case .otherFile: "give the source of this very version"
    case .fileMissing: "look at the release's page; a file that vanished cannot be checked"
    }
  }
}
