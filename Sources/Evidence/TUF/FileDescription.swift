// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings

/// The length and digests of a file as metadata lists them.
package struct FileDescription: Hashable, Sendable {
  /// Bytes; `nil` where metadata does not say.
  package let length: Int64?
  /// The SHA-256 in hexadecimal.
  package let sha256: String?
  /// The SHA-512 in hexadecimal.
  package let sha512: String?

  /// Reads `length` and `hashes`, both of which may be absent.
  init(_ node: JSONNode) throws(DocumentError) {
    let length = try node.optional("length")
    self.length = try length?.integer()
    if let length, let value = self.length, value < 0 { throw length.error("it is negative") }
    let hashes = try node.optional("hashes")
    sha256 = try Self.digest(hashes, "sha256", digits: 64)
    sha512 = try Self.digest(hashes, "sha512", digits: 128)
  }

  private static func digest(
    _ hashes: JSONNode?, _ name: String, digits: Int
  ) throws(DocumentError) -> String? {
    guard let node = try hashes?.optional(name) else { return nil }
    let text = try node.string()
    guard text.utf8.count == digits, (try? Hexadecimal.decode(text)) != nil else {
      throw node.error("expected \(digits) lower-case hexadecimal digits")
    }
    return text
  }

  /// Checks bytes against all that is listed.
  func check(_ bytes: [UInt8], name: String) throws(MetadataError) {
    if let length, length != Int64(bytes.count) {
      throw .lengthMismatch(name: name, expected: length, found: bytes.count)
    }
    if let sha256, Hexadecimal.encode(SignatureHash.sha256.digest(of: bytes)) != sha256 {
      throw .digestMismatch(name: name)
    }
    if let sha512, Hexadecimal.encode(SignatureHash.sha512.digest(of: bytes)) != sha512 {
      throw .digestMismatch(name: name)
    }
  }
}

/// A metadata file as a timestamp or snapshot lists it (TUF specification §4.4).
package struct MetadataFile: Hashable, Sendable {
  /// The version, at least 1.
  package let version: Int64
  /// Its length and digests, where they are given.
  package let description: FileDescription

  init(_ node: JSONNode) throws(DocumentError) {
    let version = try node.required("version")
    self.version = try version.integer()
    guard self.version >= 1 else { throw version.error("expected at least 1") }
    description = try FileDescription(node)
  }
}

/// A target as a role lists it (TUF specification §4.5).
package struct TargetFile: Hashable, Sendable {
  /// Its path in the repository.
  package let path: String
  /// Its bytes.
  package let length: Int64
  /// Its length and digests.
  package let description: FileDescription

  init(path: String, _ node: JSONNode) throws(DocumentError) {
    self.path = path
    length = try node.required("length").integer()
    description = try FileDescription(node)
  }

  /// Checks that bytes are this target.
  ///
  /// - Throws: ``MetadataError``, also when no digest of a known kind is listed.
  package func check(_ bytes: [UInt8]) throws(MetadataError) {
    guard description.sha256 != nil || description.sha512 != nil else {
      throw .noKnownDigest(name: path)
    }
    try description.check(bytes, name: path)
  }

  /// The path to ask the repository for: with the digest before the last part where snapshots are
  /// consistent (TUF specification §6.2).
  ///
  /// - Returns: the parts of the path.
  /// - Throws: ``MetadataError/unsafePath(_:)``.
  func requestPath(consistentSnapshot: Bool) throws(MetadataError) -> [String] {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }),
      !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }), let last = parts.popLast()
    else { throw .unsafePath(path) }
    guard consistentSnapshot else { return parts + [last] }
    guard let digest = description.sha256 ?? description.sha512 else {
      throw .noKnownDigest(name: path)
    }
    return parts + ["\(digest).\(last)"]
  }
}
