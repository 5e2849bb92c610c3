// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings

/// The targets that a role vouches for, and whom it lets speak for others (TUF specification §4.5).
struct TargetsMetadata: Hashable, Sendable {
  let header: MetadataHeader
  let delegations: [Delegation]
  let keys: KeyTable?
  /// The entries by path, in UTF-8.
  private let targets: [[UInt8]: TargetFile]

  static let targetLimit = 100_000
  static let delegationLimit = 16_384

  init(_ node: JSONNode) throws(DocumentError) {
    header = try MetadataHeader(node, type: "targets")
    let targetsNode = try node.required("targets")
    let members = try targetsNode.object().members
    guard members.count <= Self.targetLimit else {
      throw targetsNode.error("more than \(Self.targetLimit) targets")
    }
    var targets: [[UInt8]: TargetFile] = [:]
    for member in members {
      targets[Array(member.key.utf8)] = try TargetFile(
        path: member.key, JSONNode(member.value, path: "targets"))
    }
    self.targets = targets
    guard let delegationsNode = try node.optional("delegations") else {
      keys = nil
      delegations = []
      return
    }
    keys = try KeyTable(try delegationsNode.required("keys"))
    var delegations: [Delegation] = []
    var names: Set<[UInt8]> = []
    let rolesNode = try delegationsNode.required("roles")
    for item in try rolesNode.array(limit: Self.delegationLimit) {
      let delegation = try Delegation(item)
      guard names.insert(Array(delegation.name.utf8)).inserted else {
        throw rolesNode.error("the role `\(delegation.name)` is there twice")
      }
      delegations.append(delegation)
    }
    self.delegations = delegations
  }

  /// The entry of a target.
  func target(_ path: String) -> TargetFile? { targets[Array(path.utf8)] }
}

/// A role that may speak for some paths.
struct Delegation: Hashable, Sendable {
  /// The role's name; it is nothing but a name, whatever characters it has.
  let name: String
  let role: RoleKeys
  /// Whether later delegations of the same role are not asked about paths of this one.
  let isTerminating: Bool
  private let scope: Scope

  private enum Scope: Hashable, Sendable {
    case patterns([PathPattern])
    /// Beginnings of the SHA-256 of a path in hexadecimal.
    case digestPrefixes([String])
  }

  static let scopeLimit = 16_384
  private static let reserved = ["root", "timestamp", "snapshot", "targets"]

  init(_ node: JSONNode) throws(DocumentError) {
    let nameNode = try node.required("name")
    name = try nameNode.string()
    guard !name.isEmpty, !Self.reserved.contains(name) else {
      throw nameNode.error("`\(name)` cannot be the name of a delegated role")
    }
    role = try RoleKeys(node)
    isTerminating = try node.required("terminating").boolean()
    switch (try node.optional("paths"), try node.optional("path_hash_prefixes")) {
    case (let paths?, nil):
      var patterns: [PathPattern] = []
      for path in try paths.array(limit: Self.scopeLimit) {
        patterns.append(PathPattern(try path.string()))
      }
      scope = .patterns(patterns)
    case (nil, let prefixes?):
      var texts: [String] = []
      for prefix in try prefixes.array(limit: Self.scopeLimit) { texts.append(try prefix.string()) }
      scope = .digestPrefixes(texts)
    default: throw node.error("expected either `paths` or `path_hash_prefixes`")
    }
  }

  /// Whether the role may speak for a path.
  func covers(_ path: String) -> Bool {
    switch scope {
    case .patterns(let patterns): return patterns.contains { $0.matches(path) }
    case .digestPrefixes(let prefixes):
      let digest = Hexadecimal.encode(SignatureHash.sha256.digest(of: Array(path.utf8)))
      return prefixes.contains { digest.utf8.starts(with: $0.utf8) }
    }
  }
}
