// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings
package import Sigstore

/// One thing to sign, and what an earlier run left of it.
package struct SigningItem: Sendable {
  /// What is signed.
  package enum Content: Hashable, Sendable {
    /// An in-toto statement, byte by byte.
    case statement([UInt8])
    /// A file, by its digest.
    case file(SHA256Hash)
  }

  /// The name of the item, for messages.
  package let name: String
  /// What is signed.
  package let content: Content
  /// The bundle's text that is already there; `nil` if there is none.
  package let existing: [UInt8]?
  /// Whether the statement that is already there does as well as the one to sign; by default it must
  /// be the same, byte by byte.
  package let accepts: (@Sendable (Statement) -> Bool)?

  /// Describes an item.
  ///
  /// - Parameters:
  ///   - name: the item's name, for messages.
  ///   - content: what is signed.
  ///   - existing: the bundle's text that is already there, if any.
  ///   - accepts: whether an existing statement does as well; for statements that say when or in
  ///     which run they were made.
  package init(
    name: String, content: Content, existing: [UInt8]? = nil,
    accepts: (@Sendable (Statement) -> Bool)? = nil
  ) {
    self.name = name
    self.content = content
    self.existing = existing
    self.accepts = accepts
  }

  /// Describes a statement to sign.
  ///
  /// - Throws: `CanonicalJSON.UnsupportedNumber`.
  package init(
    name: String, _ statement: Statement, existing: [UInt8]? = nil,
    accepts: (@Sendable (Statement) -> Bool)? = nil
  ) throws(CanonicalJSON.UnsupportedNumber) {
    self.init(
      name: name, content: .statement(try statement.payload()), existing: existing,
      accepts: accepts)
  }
}

/// An item with its bundle.
package struct SignedItem: Hashable, Sendable {
  /// The item's name.
  package let name: String
  /// The bundle and its verified text; for one that was there already, the text as it was.
  package let signed: SignedBundle
  /// Whether it was there already.
  package let wasPresent: Bool
}

/// What a session has done, as it does it.
package enum SigningEvent: Sendable {
  /// The bundle of an item, by its place in the list, was there already and is right.
  case present(Int, SignedItem)
  /// An item, by its place in the list, is signed and verified: it may be written now.
  case signed(Int, SignedItem)
}
