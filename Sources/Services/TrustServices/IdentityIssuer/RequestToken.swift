// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import Storage

/// The secret that whoever may ask the issuer for identity tokens knows; it lies in the data
/// folder, so that reading that folder is what gives the right.
struct RequestToken: Sendable {
  /// Where it is in the data folder.
  static let file = "secrets/identity-request-token"

  private let digest: SHA256.Digest

  /// Reads the secret, or makes one of 256 random bits.
  init(in folder: DataFolder) throws {
    let text = try folder.text(Self.file) {
      Base64.encodeURL(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }
    // An editor may have added a newline.
    let trimmed = text.utf8.last == 0x0a ? String(text.dropLast()) : text
    guard trimmed.utf8.count >= 32 else {
      throw KeyFile.unusable(Self.file, in: folder)
    }
    digest = SHA256.hash(data: Array(trimmed.utf8))
  }

  /// Compares in time that depends on neither text: digests of Swift Crypto compare so.
  func matches(_ candidate: String) -> Bool {
    SHA256.hash(data: Array(candidate.utf8)) == digest
  }
}
