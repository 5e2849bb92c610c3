// SPDX-License-Identifier: Apache-2.0

/// A repository at GitHub: who owns it and what it is called.
package struct ForgeRepository: Hashable, Sendable, CustomStringConvertible {
  /// The account or organisation.
  package let owner: String
  /// The name.
  package let name: String

  /// `owner/name`.
  package var description: String { "\(owner)/\(name)" }
  /// Its address.
  package var url: String { "https://github.com/\(owner)/\(name)" }

  /// Reads `owner/name`; nil for names that GitHub does not give.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, SafeName.isAccount(parts[0]),
      SafeName.isPlain(parts[1], also: "._-", limit: 100), parts[1] != ".", parts[1] != ".."
    else { return nil }
    owner = parts[0]
    name = parts[1]
  }

  /// Reads the address of a remote repository or of a page of one at GitHub; nil for others.
  package init?(address: String) {
    let starts = [
      "https://github.com/", "http://github.com/", "git@github.com:", "ssh://git@github.com/",
      "git://github.com/", "ssh://github.com/",
    ]
    guard let start = starts.first(where: { address.hasPrefix($0) }) else { return nil }
    let parts = address.dropFirst(start.count).split(separator: "/")
    guard parts.count >= 2 else { return nil }
    let name = parts[1].hasSuffix(".git") ? parts[1].dropLast(4) : parts[1]
    self.init("\(parts[0])/\(name)")
  }
}

/// Which texts may be written into workflows, owners files and pages as they are.
///
/// Everything that a generated file takes from a project is one of these, or is quoted by the
/// writer of its format.
enum SafeName {
  /// ASCII letters and digits, and some other characters; not empty.
  static func isPlain(_ text: String, also: String, limit: Int) -> Bool {
    !text.isEmpty && text.utf8.count <= limit
      && text.utf8.allSatisfy { isAlphanumeric($0) || also.utf8.contains($0) }
  }

  /// The name of an account at GitHub.
  static func isAccount(_ text: String) -> Bool {
    isPlain(text, also: "-_", limit: 39) && text.utf8.first != UInt8(ascii: "-")
  }

  /// `@account` or `@organisation/team`.
  static func isOwner(_ text: String) -> Bool {
    guard text.hasPrefix("@") else { return false }
    let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    return (1...2).contains(parts.count) && isAccount(String(parts[0]))
      && parts.dropFirst().allSatisfy { isPlain(String($0), also: "._-", limit: 100) }
  }

  /// The name of a branch.
  static func isBranch(_ text: String) -> Bool {
    isPlain(text, also: "._-/", limit: 200) && text.utf8.first != UInt8(ascii: "-")
      && text.utf8.first != UInt8(ascii: "/")
  }

  /// The name of an environment.
  static func isEnvironment(_ text: String) -> Bool {
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
    guard let first = text.utf8.first, !reserved.contains(text.lowercased()) else { return false }
    // Begins with a letter, so that YAML reads a text.
    return isPlain(text, also: "._-/", limit: 100) && (first | 0x20) >= UInt8(ascii: "a")
      && (first | 0x20) <= UInt8(ascii: "z")
  }

  /// The name of a workflow's file.
  static func isWorkflow(_ text: String) -> Bool {
    isPlain(text, also: "._-", limit: 100) && (text.hasSuffix(".yml") || text.hasSuffix(".yaml"))
      && isAlphanumeric(text.utf8.first ?? 0)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }
}
