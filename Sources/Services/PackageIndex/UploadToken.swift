// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import Hummingbird

/// An upload token: `hallmark-` and 256 random bits in base64url.
///
/// The index keeps only the SHA-256 of a token's text. That is enough against whoever reads the
/// database, since the text has too much randomness to be guessed from its hash.
struct UploadToken: Sendable {
  /// What every token starts with, so that secret scanners can find one.
  static let prefix = "hallmark-"
  /// For how long a token is good, in seconds.
  static let lifetime: Int64 = 15 * 60

  /// The secret.
  let text: String

  /// Makes a new token.
  init() {
    text = Self.prefix + Base64.encodeURL(RandomText.key(bytes: 32))
  }

  /// Takes a text that has the form of a token.
  init?(_ text: some StringProtocol) {
    guard text.utf8.starts(with: Self.prefix.utf8), text.utf8.count == Self.prefix.utf8.count + 43,
      (try? Base64.decodeURL(text.dropFirst(Self.prefix.count))) != nil
    else { return nil }
    self.text = String(text)
  }

  /// Takes the token from a request: Basic authentication with the user `__token__`, or the schemes
  /// `Bearer` and `token`.
  init?(of request: Request) {
    guard let field = request.headers[.authorization],
      let space = field.firstIndex(of: " "), field.utf8.count <= 1024
    else { return nil }
    let credentials = field[field.index(after: space)...].trimmed
    switch field[..<space].lowercased() {
    case "basic":
      guard let bytes = try? Base64.decode(credentials),
        let text = String(validating: bytes, as: UTF8.self),
        text.utf8.starts(with: "__token__:".utf8)
      else { return nil }
      self.init(text.dropFirst("__token__:".count))
    case "bearer", "token": self.init(credentials)
    default: return nil
    }
  }

  /// What the database keeps.
  var hash: SHA256Hash { SHA256Hash(hashing: Array(text.utf8)) }
}
