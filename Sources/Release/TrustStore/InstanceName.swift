// SPDX-License-Identifier: Apache-2.0

package import Sigstore

/// The name of an instance of Sigstore, and of its folder.
package struct InstanceName: Hashable, Sendable, CustomStringConvertible {
  /// The name.
  package let text: String

  /// Takes up to 64 lower-case letters, digits, `-`, `_` and `.`, the first a letter or digit.
  ///
  /// - Throws: ``TrustStoreError/name(_:)``.
  package init(_ text: String) throws(TrustStoreError) {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard text.utf8.count <= 64, let first = text.utf8.first, isAlphanumeric(first),
      text.utf8.allSatisfy({ isAlphanumeric($0) || "-_.".utf8.contains($0) })
    else { throw .name(text) }
    self.text = text
  }

  /// The name of a built-in instance.
  package init(_ instance: BuiltInInstance) {
    text = instance.rawValue
  }

  /// The built-in instance of this name.
  package var builtIn: BuiltInInstance? { BuiltInInstance(rawValue: text) }

  /// The name.
  package var description: String { text }
}
