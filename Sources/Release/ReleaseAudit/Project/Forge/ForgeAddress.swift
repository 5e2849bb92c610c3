// SPDX-License-Identifier: Apache-2.0

/// A project's place at a forge, as the address of a git remote says it.
package struct ForgeAddress: Hashable, Sendable {
  /// The host, in lowercase.
  package let host: String
  /// The path without `.git`: `owner/name`.
  package let project: String

  /// Reads `https://host/owner/name.git`, `ssh://git@host/owner/name` or `git@host:owner/name`; nil
  /// for anything else.
  package init?(remote: String) {
    var rest = Substring(remote)
    var host: Substring
    if let scheme = ["https://", "ssh://", "git://", "http://"].first(where: { rest.hasPrefix($0) })
    {
      rest = rest.dropFirst(scheme.utf8.count)
      host = rest.prefix { $0 != "/" }
      rest = rest.dropFirst(host.count)
    } else {
      guard let colon = rest.firstIndex(of: ":"), !rest.hasPrefix("/"), !rest.hasPrefix(".") else {
        return nil
      }
      host = rest[..<colon]
      rest = rest[rest.index(after: colon)...]
    }
    if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
    if let port = host.lastIndex(of: ":") { host = host[..<port] }
    while rest.hasPrefix("/") { rest.removeFirst() }
    while rest.hasSuffix("/") { rest.removeLast() }
    if rest.hasSuffix(".git") { rest = rest.dropLast(4) }
    guard !host.isEmpty, rest.contains("/") else { return nil }
    self.host = host.lowercased()
    project = String(rest)
  }
}

extension AuditedProject {
  /// Where the project is by its remote `origin`, or its only one; nil where git does not say.
  package var forgeAddress: ForgeAddress? {
    guard let remotes = git?.settings.remotes else { return nil }
    let only = remotes.count == 1 ? remotes.values.first : nil
    return (remotes["origin"] ?? only).flatMap { ForgeAddress(remote: $0) }
  }
}
