// SPDX-License-Identifier: Apache-2.0

package import TUF
import Encodings
import Verification

/// A folder with a metadata file per role, named `ROLE.json` with the role percent-encoded, so that
/// no name of a role leads out of the folder.
package struct MetadataFolder: MetadataCache {
  /// The folder's path.
  package let path: String

  /// Names a folder, which must exist.
  package init(path: String) {
    self.path = path
  }

  /// The path of a role's file.
  package func file(ofRole role: String) -> String {
    "\(path)/\(PercentEncoding.encodeQueryValue(role)).json"
  }

  /// The bytes of a role; `nil` when there are none, or more than the limit.
  package func bytes(ofRole role: String, limit: Int) -> [UInt8]? {
    try? FileReading.bytes(of: file(ofRole: role), limit: limit)
  }

  /// Makes a change durable.
  ///
  /// - Throws: ``StoreFileError``.
  package func apply(_ change: CacheChange) throws(StoreFileError) {
    switch change {
    case .store(let role, let bytes): try Platform.write(bytes, to: file(ofRole: role))
    case .remove(let role): try Platform.remove(file(ofRole: role))
    }
  }

  /// Writes the bytes of a role as they are, such as a first root.
  ///
  /// - Throws: ``StoreFileError``.
  package func store(_ bytes: [UInt8], role: String) throws(StoreFileError) {
    try apply(.store(role: role, bytes))
  }
}

/// A folder with targets by their percent-encoded paths.
package struct TargetFolder: Sendable {
  private let path: String

  /// Names a folder, which must exist.
  package init(path: String) {
    self.path = path
  }

  private func file(of target: String) -> String {
    // The mark keeps names apart from `.` and `..`, and from hidden files.
    "\(path)/target-\(PercentEncoding.encodeQueryValue(target))"
  }

  /// The bytes of a target, if they are what its repository lists.
  package func bytes(of target: TargetFile) -> [UInt8]? {
    guard
      let bytes = try? FileReading.bytes(
        of: file(of: target.path), limit: Int(clamping: target.length)),
      (try? target.check(bytes)) != nil
    else { return nil }
    return bytes
  }

  /// Keeps the bytes of a target.
  ///
  /// - Throws: ``StoreFileError``.
  package func store(_ bytes: [UInt8], of target: String) throws(StoreFileError) {
    try Platform.write(bytes, to: file(of: target))
  }
}
