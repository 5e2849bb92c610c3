// SPDX-License-Identifier: Apache-2.0

import Encodings
package import TUF

/// What a record holds, as the repository that it is a copy of.
package struct RepositoryCopy: RepositorySource {
  private let roots: [Int64: [UInt8]]
  private let record: InstanceRecord

  /// Makes a repository of a record; nothing in it is verified by that.
  package init(of record: InstanceRecord) {
    self.record = record
    var roots: [Int64: [UInt8]] = [:]
    for root in record.roots {
      if let version = RootMetadata.version(of: root) { roots[version] = root }
    }
    self.roots = roots
  }

  /// A metadata file; `nil` when the record does not have it.
  package func metadata(_ request: MetadataRequest) -> [UInt8]? {
    if request.role == "root" { return request.version.flatMap { roots[$0] } }
    return record.metadata[request.role].flatMap { $0.count <= request.limit ? $0 : nil }
  }

  /// A target; its name in a repository may begin with its digest and a dot.
  package func target(_ path: [String], limit: Int) -> [UInt8]? {
    guard path.count == 1, let name = path.first else { return nil }
    if let bytes = record.targets[name] { return bytes }
    guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    return record.targets[String(name[name.utf8.index(after: dot)...])]
  }
}
