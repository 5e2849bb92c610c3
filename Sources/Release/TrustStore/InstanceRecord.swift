// SPDX-License-Identifier: Apache-2.0

package import Encodings
import TUF

/// All that is kept of an instance, in one file.
///
/// It has the name and repository, every root from the first that was trusted, the signed metadata,
/// and the targets. The same file is what is exported.
///
/// Nothing in it counts before ``instance(trusting:at:)``.
package struct InstanceRecord: Hashable, Sendable {
  /// The media type that is read and written.
  package static let mediaType = "application/vnd.hallmark.trust-instance.v1+json"
  /// Bytes of a file at most.
  package static let sizeLimit = 64 << 20
  static let rootLimit = 1024
  static let fileLimit = 1024

  /// The name it has where it was written.
  package let name: InstanceName
  /// The URL of the TUF repository.
  package let repository: String
  /// When the metadata was accepted; `nil` when there is none yet.
  package let updated: Timestamp?
  /// The roots, oldest first.
  package let roots: [[UInt8]]
  /// The metadata of the other roles.
  let metadata: JSONFiles
  /// The targets by name.
  let targets: JSONFiles

  init(
    name: InstanceName, repository: String, updated: Timestamp?, roots: [[UInt8]],
    metadata: JSONFiles, targets: JSONFiles
  ) {
    self.name = name
    self.repository = repository
    self.updated = updated
    self.roots = roots
    self.metadata = metadata
    self.targets = targets
  }

  /// An instance of which nothing is known but its root.
  package init(name: InstanceName, repository: String, root: [UInt8]) {
    self.init(
      name: name, repository: repository, updated: nil, roots: [root], metadata: JSONFiles(),
      targets: JSONFiles())
  }

  /// Reads a file.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    let node = try JSONNode(parsing: bytes, limits: JSONLimits(size: Self.sizeLimit, depth: 8))
    let mediaType = try node.required("mediaType")
    guard try mediaType.string().utf8.elementsEqual(Self.mediaType.utf8) else {
      throw mediaType.error("expected `\(Self.mediaType)`")
    }
    let nameNode = try node.required("name")
    do { name = try InstanceName(try nameNode.string()) } catch let error as TrustStoreError {
      throw nameNode.error("\(error)")
    } catch { throw nameNode.error("expected a string") }
    repository = try node.required("repository").string()
    updated = try node.optional("updated")?.timestamp()
    let rootsNode = try node.required("roots")
    var roots: [[UInt8]] = []
    for root in try rootsNode.array(limit: Self.rootLimit) { roots.append(try root.bytes()) }
    guard !roots.isEmpty else { throw rootsNode.error("there is no root") }
    self.roots = roots
    metadata = try JSONFiles(try node.required("metadata"))
    targets = try JSONFiles(try node.required("targets"))
  }

  /// The file's text.
  package var bytes: [UInt8] {
    let members: [(String, JSONValue)] =
      [
        ("mediaType", .string(Self.mediaType)), ("name", .string(name.text)),
        ("repository", .string(repository)),
      ] + (updated.map { [("updated", .string($0.rfc3339))] } ?? [])
      + [
        ("roots", .array(roots.map { .string(Base64.encode($0)) })), ("metadata", metadata.json),
        ("targets", targets.json),
      ]
    return Array(JSONValue.object(members).indentedText.utf8)
  }
}

/// Files by their names, which are compared byte by byte.
struct JSONFiles: Hashable, Sendable {
  private(set) var files: [[UInt8]: [UInt8]] = [:]

  init() {}

  init(_ node: JSONNode) throws(DocumentError) {
    let members = try node.object().members
    guard members.count <= InstanceRecord.fileLimit else {
      throw node.error("more than \(InstanceRecord.fileLimit) files")
    }
    for member in members {
      files[Array(member.key.utf8)] = try node.required(member.key).bytes()
    }
  }

  subscript(name: String) -> [UInt8]? {
    get { files[Array(name.utf8)] }
    set { files[Array(name.utf8)] = newValue }
  }

  var json: JSONValue {
    .object(
      files.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
        (String(decoding: $0.key, as: UTF8.self), .string(Base64.encode($0.value)))
      })
  }
}
