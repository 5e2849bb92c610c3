// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Readers for predicates in which a member that is not known is an error: what a rule does not
/// know it cannot have compared.
extension JSONNode {
  /// Refuses members other than the named ones.
  func onlyMembers(_ names: [String]) throws(DocumentError) {
    for member in try object().members
    where !names.contains(where: { $0.utf8.elementsEqual(member.key.utf8) }) {
      throw error("`\(member.key.prefix(64))` is not a known member")
    }
  }

  /// A string that may be absent; absent is empty, as the formats have it.
  func text(_ key: String) throws(DocumentError) -> String {
    try optional(key)?.string() ?? ""
  }

  /// A Boolean that may be absent; absent is false.
  func flag(_ key: String) throws(DocumentError) -> Bool {
    try optional(key)?.boolean() ?? false
  }

  /// An object of strings that may be absent, such as a digest set.
  func strings(_ key: String) throws(DocumentError) -> [String: String] {
    guard let node = try optional(key) else { return [:] }
    let members = try node.object().members
    guard members.count <= 64 else { throw node.error("more than 64 members") }
    var strings: [String: String] = [:]
    for member in members {
      guard case .string(let text) = member.value else { throw node.error("expected strings") }
      strings[member.key] = text
    }
    return strings
  }
}
