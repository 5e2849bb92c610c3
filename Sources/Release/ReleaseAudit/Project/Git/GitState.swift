// SPDX-License-Identifier: Apache-2.0

/// What git knows of a project, as far as an audit asks.
package struct GitState: Hashable, Sendable {
  /// Most tags that are looked at: the newest.
  package static let tagLimit = 20

  /// The id of the commit that is checked out; nil before the first one.
  package let head: String?
  /// The branch that is checked out, without `refs/heads/`; nil for none.
  package let branch: String?
  /// The signature of that commit; nil before the first one.
  package let headSignature: GitSignature?
  /// The newest tags, newest first; ``tagLimit`` at most.
  package let tags: [GitTag]
  /// The settings that git would use here.
  package let settings: GitSettings
  /// The file of allowed signers that signatures were checked against, as it is configured or, where
  /// none is, as it stands in the repository; nil for none.
  package let allowedSigners: String?

  /// Describes a state.
  package init(
    head: String?, branch: String?, headSignature: GitSignature?, tags: [GitTag],
    settings: GitSettings, allowedSigners: String? = nil
  ) {
    self.head = head
    self.branch = branch
    self.headSignature = headSignature
    self.tags = tags
    self.settings = settings
    self.allowedSigners = allowedSigners
  }
}

/// A tag.
package struct GitTag: Hashable, Sendable {
  /// Its name, without `refs/tags/`.
  package let name: String
  /// The id of the commit that it stands for; nil where it stands for something else.
  package let commit: String?
  /// Whether it is an object of its own, with a message, and not only a name for a commit.
  package let isAnnotated: Bool
  /// The signature of the tag; that of a lightweight tag is `none`.
  package let signature: GitSignature

  /// Describes a tag.
  package init(name: String, commit: String?, isAnnotated: Bool, signature: GitSignature) {
    self.name = name
    self.commit = commit
    self.isAnnotated = isAnnotated
    self.signature = signature
  }
}

/// What is known of a signature of a tag or commit.
package enum GitSignature: Hashable, Sendable {
  /// It is not signed.
  case none
  /// By a key of the allowed signers, whose names these are.
  case verified(names: [String])
  /// It does not hold, or is by a key that is not allowed, in one sentence.
  case refused(String)
  /// It is signed, and here it cannot be told by whom, for a reason in one sentence.
  case undecided(String)

  /// Whether there is a signature, whatever it is worth.
  package var isSigned: Bool { self != .none }
}

/// Settings of git that concern releases, from all of git's files.
package struct GitSettings: Hashable, Sendable {
  /// `commit.gpgSign`; nil where not set.
  package var signsCommits: Bool?
  /// `tag.gpgSign`; nil where not set.
  package var signsTags: Bool?
  /// Whether `user.signingKey` is set.
  package var hasSigningKey = false
  /// `gpg.format`: `openpgp`, `ssh` or `x509`; nil where not set.
  package var format: String?
  /// `gpg.ssh.allowedSignersFile` as it is written.
  package var allowedSignersFile: String?
  /// The addresses of the remote repositories by name, without user names and passwords.
  package var remotes: [String: String] = [:]

  /// Makes settings in which nothing is set.
  package init() {}

  /// Reads `git config --null --get-regexp`: `key LF value NUL`, later ones win.
  package init(parsing bytes: [UInt8]) {
    for entry in bytes.split(separator: 0) {
      let key = entry.prefix { $0 != 0x0A }
      let value = String(decoding: entry.dropFirst(key.count + 1), as: UTF8.self)
      // A key without a value is true.
      let isTrue =
        key.count == entry.count || ["true", "yes", "on", "1"].contains(value.lowercased())
      let name = String(decoding: key, as: UTF8.self)
      switch name.lowercased() {
      case "commit.gpgsign": signsCommits = isTrue
      case "tag.gpgsign": signsTags = isTrue
      case "user.signingkey": hasSigningKey = !value.isEmpty
      case "gpg.format": format = value
      case "gpg.ssh.allowedsignersfile": allowedSignersFile = value
      default:
        guard name.hasPrefix("remote."), name.hasSuffix(".url") else { continue }
        remotes[String(name.dropFirst(7).dropLast(4))] = Self.withoutSecrets(value)
      }
    }
  }

  /// An address without the user name and password that may stand in it.
  static func withoutSecrets(_ address: String) -> String {
    guard let scheme = address.range(of: "://") else { return address }
    let rest = address[scheme.upperBound...]
    let host = rest.prefix { $0 != "/" }
    guard let at = host.lastIndex(of: "@") else { return address }
    return String(address[..<scheme.upperBound] + rest[rest.index(after: at)...])
  }
}

extension String {
  fileprivate func range(of part: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) {
        return start..<(index(start, offsetBy: part.count))
      }
      start = index(after: start)
    }
    return nil
  }
}
