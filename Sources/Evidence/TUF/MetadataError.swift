// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// Why metadata or a target of a TUF repository is not accepted.
package enum MetadataError: Error, Hashable, Sendable {
  /// The file does not have the form that the specification gives it.
  case malformed(role: String, DocumentError)
  /// Fewer distinct keys of the role signed than its threshold says.
  case unsigned(role: String, signatures: Int, threshold: Int)
  /// The version is another than the file's name, or the file that lists it, says.
  case versionMismatch(role: String, expected: Int64, found: Int64)
  /// The version is lower than one that was accepted before.
  case rollback(role: String, trusted: Int64, found: Int64)
  /// A role that the accepted snapshot listed is no longer in the new one.
  case removedFromSnapshot(role: String)
  /// The metadata has expired.
  case expired(role: String, at: Timestamp)
  /// The repository does not have the file.
  case missing(role: String)
  /// A length is another than the file that lists it says.
  case lengthMismatch(name: String, expected: Int64, found: Int)
  /// A digest is another than the file that lists it says.
  case digestMismatch(name: String)
  /// No digest of a kind that is known here is given.
  case noKnownDigest(name: String)
  /// A delegated role is not in the snapshot.
  case notInSnapshot(role: String)
  /// The search reached one of RepositoryLimits.
  case limit(String)
  /// The path of a target could lead out of the folder of targets.
  case unsafePath(String)
  /// No role that may speak for this path lists it.
  case unknownTarget(String)
}

extension MetadataError: CustomStringConvertible {
  /// One sentence for a person.
  package var description: String {
    switch self {
    case .malformed(let role, let error): "the metadata of `\(role)` is malformed: \(error)"
    case .unsigned(let role, let signatures, let threshold):
      "the metadata of `\(role)` has valid signatures of \(signatures) keys, "
        + "\(threshold) are needed"
    case .versionMismatch(let role, let expected, let found):
      "the metadata of `\(role)` has version \(found), expected is \(expected)"
    case .rollback(let role, let trusted, let found):
      "the repository was rolled back: `\(role)` has version \(found), "
        + "version \(trusted) was already accepted"
    case .removedFromSnapshot(let role):
      "the repository was rolled back: the role `\(role)` is missing from its snapshot"
    case .expired(let role, let time): "the metadata of `\(role)` expired at \(time)"
    case .missing(let role): "the repository does not have the metadata of `\(role)`"
    case .lengthMismatch(let name, let expected, let found):
      "`\(name)` has \(found) bytes, its repository lists \(expected)"
    case .digestMismatch(let name): "`\(name)` has another digest than its repository lists"
    case .noKnownDigest(let name): "the repository lists no SHA-256 or SHA-512 of `\(name)`"
    case .notInSnapshot(let role): "the delegated role `\(role)` is not in the snapshot"
    case .limit(let what): "the repository exceeds a limit: \(what)"
    case .unsafePath(let path):
      "the target path `\(path)` has empty or dotted parts, or starts with a slash"
    case .unknownTarget(let path): "the repository has no target `\(path)`"
    }
  }
}
