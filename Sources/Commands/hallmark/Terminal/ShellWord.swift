// SPDX-License-Identifier: Apache-2.0

/// Words of command lines that a person may paste into a POSIX shell.
enum ShellWord {
  /// A text as one word: as it is if it is harmless, else in single quotes.
  ///
  /// Works on bytes, as the shell does: a quote and a combining mark after it are one Character,
  /// and would not be found as a quote.
  static func quoted(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        || "@%+=:,./-_".utf8.contains(byte)
    }
    if plain, !text.isEmpty { return text }
    let quote = UInt8(ascii: "'")
    var bytes = [quote]
    for byte in text.utf8 { bytes += byte == quote ? Array("'\\''".utf8) : [byte] }
    return String(decoding: bytes + [quote], as: UTF8.self)
  }
}
