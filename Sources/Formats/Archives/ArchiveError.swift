// SPDX-License-Identifier: Apache-2.0

/// Why an archive is refused.
package struct ArchiveError: Error, Hashable, Sendable {
  /// The class of the refusal.
  package enum Reason: String, Hashable, Sendable {
    /// The bytes do not have the structure of the format, or contradict themselves.
    case malformed
    /// A legal feature of the format that the profile leaves out because readers disagree on it.
    case unsupported
    /// A name that would leave the folder, or that means different things to different systems.
    case unsafePath = "unsafe-path"
    /// A limit is exceeded.
    case limit
    /// Contents do not match their checksum or their declared size.
    case corrupt
    /// The archive is well-formed, but the member that was asked for is not there.
    case missing
  }

  /// The class of the refusal.
  package let reason: Reason
  /// What is wrong, without the member's name.
  package let problem: String
  /// The member that it is about, if there is one.
  package let member: String?

  /// That an archive is longer than the limit, for who knows its size before its bytes.
  package static func tooLong(_ limits: ArchiveLimits) -> ArchiveError {
    ArchiveError(.limit, "the archive is longer than \(limits.archiveSize) bytes")
  }

  init(_ reason: Reason, _ problem: String, member: String? = nil) {
    self.reason = reason
    self.problem = problem
    self.member = member
  }
}

extension ArchiveError: CustomStringConvertible {
  /// One sentence for a person.
  package var description: String {
    guard let member else { return problem }
    return "member `\(Self.shown(member, limit: 120))`: \(problem)"
  }

  /// Text out of an archive, which is hostile: no control characters, no endless lines.
  static func shown(_ text: String, limit: Int) -> String {
    text.unicodeScalars.prefix(limit).map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: "?"
      default: String(scalar)
      }
    }.joined()
  }
}
