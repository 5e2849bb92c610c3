// SPDX-License-Identifier: Apache-2.0

/// Why a text or byte sequence is not in the form that its encoding demands.
///
/// Offsets count bytes from the start of the input.
package enum EncodingError: Error, Hashable, Sendable {
  /// The text is not canonical base64 or base64url.
  case base64(offset: Int)
  /// The text is not an even number of lower-case hexadecimal digits.
  case hexadecimal(offset: Int)
  /// The text is not PEM with the expected label.
  case pem(String)
  /// The text is not an RFC 3339 time.
  case timestamp(String)
  /// The bytes end before the value does.
  case truncated(offset: Int)
}

extension EncodingError: CustomStringConvertible {
  /// One sentence for a person.
  package var description: String {
    switch self {
    case .base64(let offset): "not canonical base64 at byte \(offset)"
    case .hexadecimal(let offset): "not lower-case hexadecimal at byte \(offset)"
    case .pem(let reason): "not a PEM document: \(reason)"
    case .timestamp(let text): "not an RFC 3339 time: `\(text)`"
    case .truncated(let offset): "the input ends too early, at byte \(offset)"
    }
  }
}
