// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A minted upload token: whoever has its text may upload until it expires or is burned.
///
/// Descriptions, dumps and string interpolation of it are redacted, so that it cannot slip into a
/// log or an error text by accident.
package struct UploadToken: Sendable {
  /// The token's text, for the one request that needs it.
  package let unsafelyRevealedText: String

  /// Takes over a token that an index minted; an empty text, or one with anything but visible
  /// ASCII, gives `nil`, since it would break out of a request header.
  package init?(_ text: String) {
    guard VisibleASCII.holds(text), text.utf8.count <= 8192 else { return nil }
    unsafelyRevealedText = text
  }
}

extension UploadToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A placeholder.
  package var description: String { "[redacted upload token]" }
  /// A placeholder.
  package var debugDescription: String { description }
  /// Nothing of the text.
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
