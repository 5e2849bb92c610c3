// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import ReleaseAudit

/// What an adoption wrote into a project, so that a later one knows its own text from a person's.
///
/// It is kept as `.hallmark/adopted.json`: the answers that files do not hold, and for each piece of
/// text the SHA-256 of what was written. A piece that still has it is replaced by a newer version; one
/// that somebody changed is theirs.
package struct AdoptionRecord: Hashable, Sendable {
  /// A piece of text.
  package struct Block: Hashable, Sendable {
    /// The file.
    package let path: String
    /// The name of the piece in the file; nil for the whole file.
    package let section: String?
    /// The SHA-256 of its text as it was written.
    package let sha256: SHA256Hash
    /// The SHA-256 of what somebody made of it, where a later run has seen that.
    package var edited: SHA256Hash?
  }

  /// Where it is kept.
  package static let path = ".hallmark/adopted.json"
  /// The name of the format.
  package static let schema = "hallmark.adoption/v1"
  /// The version of what is written; a newer one replaces untouched pieces.
  package static let version: Int64 = 1

  /// The profile.
  package let profile: AuditProfile
  /// The forge; a file that names none is of GitHub.
  package let forge: AdoptionForge
  /// `owner/name`.
  package let repository: String
  /// The branch.
  package let branch: String
  /// The code owners.
  package let owners: [String]
  /// The pieces, by path and name.
  package let blocks: [Block]

  /// Describes an adoption.
  init(
    profile: AuditProfile, forge: AdoptionForge, repository: String, branch: String,
    owners: [String], blocks: [Block]
  ) {
    self.profile = profile
    self.forge = forge
    self.repository = repository
    self.branch = branch
    self.owners = owners
    self.blocks = blocks.sorted {
      ($0.path, $0.section ?? "") < ($1.path, $1.section ?? "")
    }
  }

  /// Reads the file.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    let root = try JSONNode(parsing: bytes, limits: JSONLimits(size: 1 << 20))
    let schema = try root.required("schema")
    guard try schema.string() == Self.schema else {
      throw schema.error("it is not `\(Self.schema)`")
    }
    let profile = try root.required("profile")
    guard let known = AuditProfile(rawValue: try profile.string()) else {
      throw profile.error("it is no profile")
    }
    var forge = AdoptionForge.github
    if let node = try root.optional("forge") {
      guard let named = AdoptionForge(rawValue: try node.string()) else {
        throw node.error("it is no forge")
      }
      forge = named
    }
    var owners: [String] = []
    for node in try root.required("owners").array(limit: 100) { owners.append(try node.string()) }
    var blocks: [Block] = []
    for node in try root.required("blocks").array(limit: 1_000) {
      blocks.append(
        Block(
          path: try node.required("path").string(),
          section: try node.optional("section")?.string(),
          sha256: try Self.hash(node.required("sha256")),
          edited: try node.optional("edited").map { node throws(DocumentError) in
            try Self.hash(node)
          }))
    }
    self.init(
      profile: known, forge: forge, repository: try root.required("repository").string(),
      branch: try root.required("branch").string(), owners: owners, blocks: blocks)
  }

  private static func hash(_ node: JSONNode) throws(DocumentError) -> SHA256Hash {
    guard let hash = SHA256Hash(hexadecimal: try node.string()) else {
      throw node.error("it is not a SHA-256 of 64 hexadecimal digits")
    }
    return hash
  }

  /// The file.
  package var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("schema", .string(Self.schema)), ("version", .integer(Self.version)),
      ("profile", .string(profile.rawValue)),
    ]
    if forge != .github { members.append(("forge", .string(forge.rawValue))) }
    members += [
      ("repository", .string(repository)), ("branch", .string(branch)),
      ("owners", .array(owners.map { .string($0) })),
      (
        "blocks",
        .array(
          blocks.map { block in
            var members: [(String, JSONValue)] = [("path", .string(block.path))]
            if let section = block.section { members.append(("section", .string(section))) }
            members.append(("sha256", .string(block.sha256.hexadecimal)))
            if let edited = block.edited { members.append(("edited", .string(edited.hexadecimal))) }
            return .object(members)
          })
      ),
    ]
    return .object(members)
  }

  /// The piece of a file.
  package func block(_ path: String, _ section: String?) -> Block? {
    blocks.first { $0.path == path && $0.section == section }
  }
}
