// SPDX-License-Identifier: Apache-2.0

/// Why a key or signature of SSH is not read, or does not hold.
package struct SSHError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of defect it is.
  package enum Reason: String, Hashable, Sendable {
    /// More bytes than any real one has.
    case tooLarge
    /// The text around the base64.
    case armor
    /// The bytes end within a value.
    case truncated
    /// Bytes after the last value.
    case trailing
    /// A number that is not positive, or not in the fewest bytes.
    case number
    /// A text that is not of visible ASCII characters.
    case text
    /// The six bytes at the beginning.
    case magic
    /// The version of the format.
    case version
    /// The purpose that was signed for.
    case namespace
    /// The field that must be empty.
    case reserved
    /// The hash of the message.
    case hash
    /// The kind of signature.
    case algorithm
    /// A kind of key that is not supported.
    case keyKind
    /// A certificate instead of a key.
    case certificate
    /// The key itself.
    case key
    /// Another key than the expected one.
    case otherKey
    /// Nobody touched the hardware key.
    case presence
    /// The signature is not by the key over the message.
    case invalid
    /// A line with a key.
    case line
    /// An option before the key.
    case option
    /// A time of an option.
    case time
  }

  /// The kind of defect.
  package let reason: Reason
  /// One sentence for a person.
  package let description: String

  /// Describes a defect.
  init(_ reason: Reason, _ description: String) {
    self.reason = reason
    self.description = description
  }
}
