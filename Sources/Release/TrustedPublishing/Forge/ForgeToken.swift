// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A token for the API of a forge: whoever has its text may write what its owner may.
///
/// Descriptions, dumps and string interpolation of it are redacted, so that it cannot slip into a
/// log or an error text by accident.
package struct ForgeToken: Sendable {
  /// What kind of token it is, which decides about the header that carries it.
  package enum Kind: Hashable, Sendable {
    /// GitHub's tokens, of a job or a person: `Authorization: Bearer`.
    case bearer
    /// GitLab's token of a job: `JOB-TOKEN`.
    case job
    /// GitLab's tokens of a person, group or project: `PRIVATE-TOKEN`.
    case personal
  }

  /// What kind of token it is.
  package let kind: Kind
  /// The token's text, for the requests that need it.
  package let unsafelyRevealedText: String

  /// Takes over a token; an empty text, one of more than 8 KiB, or one with anything but visible
  /// ASCII gives `nil`, since it would break out of a request header.
  package init?(_ text: String, kind: Kind) {
    guard VisibleASCII.holds(text), text.utf8.count <= 8192 else { return nil }
    self.kind = kind
    unsafelyRevealedText = text
  }

  /// The header that carries it; a secret.
  package var unsafelyRevealedHeader: (name: String, value: String) {
    switch kind {
    case .bearer: ("Authorization", "Bearer \(unsafelyRevealedText)")
    case .job: ("JOB-TOKEN", unsafelyRevealedText)
    case .personal: ("PRIVATE-TOKEN", unsafelyRevealedText)
    }
  }
}

extension ForgeToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A placeholder.
  package var description: String { "[redacted forge token]" }
  /// A placeholder.
  package var debugDescription: String { description }
  /// Nothing of the text.
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
