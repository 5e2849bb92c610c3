// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit

/// The forges that a release process can be written for.
package enum AdoptionForge: String, Hashable, Sendable, CaseIterable {
  /// github.com.
  case github
  /// gitlab.com.
  case gitlab

  /// The name that people know it by.
  package var name: String { self == .github ? "GitHub" : "GitLab" }
  /// Its address.
  package var address: String { "https://\(rawValue).com" }
}

/// A repository at a forge: who owns it and what it is called.
package struct ForgeRepository: Hashable, Sendable, CustomStringConvertible {
  /// The forge.
  package let forge: AdoptionForge
  /// The account or organisation; at GitLab the namespace, `group/subgroup`.
  package let owner: String
  /// The name.
  package let name: String

  /// `owner/name`.
  package var description: String { "\(owner)/\(name)" }
  /// Its address.
  package var url: String { "\(forge.address)/\(owner)/\(name)" }

  /// Reads `owner/name`, or the address of a repository at the forge; nil for names that the forge
  /// does not give.
  package init?(_ text: String, at forge: AdoptionForge = .github) {
    var text = text
    if forge == .gitlab, text.contains(":") {
      guard let path = Self.path(in: text, at: forge) else { return nil }
      text = path
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    switch forge {
    case .github:
      guard parts.count == 2, SafeName.isAccount(parts[0]),
        SafeName.isPlain(parts[1], also: "._-", limit: 100), parts[1] != ".", parts[1] != ".."
      else { return nil }
    case .gitlab:
      // 20 levels of groups, and the project.
      guard (2...21).contains(parts.count), parts.allSatisfy({ SafeName.isGitLabPath($0) })
      else { return nil }
    }
    self.forge = forge
    owner = parts.dropLast().joined(separator: "/")
    name = parts.last ?? ""
  }

  /// Reads the address of a remote repository or of a page of one at the forge; nil for others.
  package init?(address: String, at forge: AdoptionForge = .github) {
    guard let path = Self.path(in: address, at: forge) else { return nil }
    self.init(path, at: forge)
  }

  private static func path(in address: String, at forge: AdoptionForge) -> String? {
    // Both have a host for SSH at the port of HTTPS.
    let host = "\(forge.rawValue).com"
    let hosts = [host, "www." + host, (forge == .github ? "ssh." : "altssh.") + host]
    guard let place = ForgeAddress(remote: address), hosts.contains(place.host) else { return nil }
    let parts = place.project.split(separator: "/")
    // At GitLab `/-/` stands before what is no project.
    let path = forge == .github ? parts.prefix(2) : parts.prefix { $0 != "-" }
    guard path.count >= 2, let last = path.last else { return nil }
    let name = last.hasSuffix(".git") ? last.dropLast(4) : last
    return (path.dropLast() + [name]).joined(separator: "/")
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

  /// `@account` or `@organisation/team`; at GitLab also `@group/subgroup/subgroup`.
  static func isOwner(_ text: String, at forge: AdoptionForge = .github) -> Bool {
    guard text.hasPrefix("@") else { return false }
    let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    if forge == .gitlab {
      return (1...20).contains(parts.count) && parts.allSatisfy { isGitLabPath(String($0)) }
    }
    return (1...2).contains(parts.count) && isAccount(String(parts[0]))
      && parts.dropFirst().allSatisfy { isPlain(String($0), also: "._-", limit: 100) }
  }

  /// A group, a user or a project at GitLab, as it stands in addresses.
  static func isGitLabPath(_ text: String) -> Bool {
    isPlain(text, also: "._-", limit: 255) && !text.contains("..")
      && isAlphanumeric(text.utf8.first ?? 0) && text.utf8.last != UInt8(ascii: ".")
      && ![".git", ".atom"].contains { text.lowercased().hasSuffix($0) }
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
