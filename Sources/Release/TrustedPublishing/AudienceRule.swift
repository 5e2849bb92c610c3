// SPDX-License-Identifier: Apache-2.0

/// Which audience an index may ask identity tokens for.
///
/// A token for the audience of another service is that service's key: an index that asks for
/// `pypi` could exchange the token at PyPI itself and publish there in the caller's name. So each
/// of the public indexes must ask for its own word, and nobody else may ask for theirs.
package enum AudienceRule {
  /// Words that belong to one service each.
  package static let reserved = ["pypi", "testpypi", "sigstore"]

  /// Compares the audience that an index asked for.
  ///
  /// - Parameters:
  ///   - audience: what the index asked for.
  ///   - expected: what it must ask for, where that is known; compared byte by byte.
  /// - Returns: why no token must be made for it; `nil` if one may.
  package static func problem(_ audience: String, expected: String?) -> String? {
    if let expected {
      return audience.utf8.elementsEqual(expected.utf8)
        ? nil
        : "the index asks for identity tokens of the audience `\(audience)`, not `\(expected)`"
    }
    // Indexes have words; what looks like an address or a domain is a cloud's or a forge's.
    let isWord =
      audience.utf8.count <= 64
      && audience.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      }
    guard isWord else {
      return "the index asks for identity tokens of the audience `\(audience)`, which may be "
        + "another service's; --audience names it if it is the index's own"
    }
    let lowered = audience.lowercased()
    guard !reserved.contains(where: { $0.utf8.elementsEqual(lowered.utf8) }) else {
      return "the index asks for identity tokens of the audience `\(audience)`, which is another "
        + "service's: it could use them there in your name"
    }
    return nil
  }
}
