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
    case unsafePath
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
    // Names are hostile: no control characters, no endless lines.
    let shown = member.unicodeScalars.prefix(120).map { scalar in
      scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "?" : String(scalar)
    }
    return "member `\(shown.joined())`: \(problem)"
  }
}
