// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

/// Lists in the form of `sha256sum`.
@Suite struct ChecksumListTests {
  static let digest = String(repeating: "0a", count: 32)

  private func names(_ text: String) throws -> [String] {
    try ChecksumList(parsing: Array(text.utf8)).entries.map(\.name)
  }

  @Test(
    arguments: [
      ("HASH  greeting.whl\n", "greeting.whl", false),
      ("HASH *greeting.whl\n", "greeting.whl", true), ("HASH  greeting.whl", "greeting.whl", false),
      ("HASH greeting.whl\n", "greeting.whl", false),
      ("HASH\tgreeting.whl\n", "greeting.whl", false),
      ("HASH   two blanks\n", " two blanks", false), ("HASH  *star\n", "*star", false),
      ("HASH **star\n", "*star", true), ("HASH  ünïcode\n", "ünïcode", false),
      ("\\HASH  a\\\\b\\nc\\rd\n", "a\\b\nc\rd", false), ("HASH  a\\b\n", "a\\b", false),
      ("# words\n\nHASH  after\n\n", "after", false), ("\\HASH *ends\\r\n", "ends\r", true),
    ])
  func reads(text: String, name: String, isBinary: Bool) throws {
    for hash in [Self.digest, Self.digest.uppercased()] {
      let list = try ChecksumList(
        parsing: Array(replacing(text, with: hash).utf8))
      #expect(list.entries.count == 1)
      #expect(list.entries.first?.name == name)
      #expect(list.entries.first?.isBinary == isBinary)
      #expect(list.entries.first?.digest.hexadecimal == Self.digest)
      // What is written is read the same.
      #expect(try ChecksumList(parsing: Array(list.text.utf8)) == list)
      #expect(try ChecksumList(parsingBase64: Array(list.base64.utf8)) == list)
    }
  }

  private func replacing(_ text: String, with hash: String) -> String {
    text.split(separator: "HASH", omittingEmptySubsequences: false).joined(separator: hash)
  }

  @Test(
    arguments: [
      ("", "names no file"), ("\n# words\n", "names no file"), ("HASH", "no blank"),
      ("HASH ", "no name"), ("HASH  ", "no name"), ("HASH *", "no name"), ("HASH-name", "no blank"),
      ("HAS", "does not begin with a SHA-256"), ("0HASH  a", "no blank"),
      ("SHA256 (a) = HASH", "does not begin with a SHA-256"), ("HASH  a\r\n", "carriage return"),
      ("HASH  a\nHASH  a\n", "line 2: `a` is named twice"), ("\\HASH  a\\tb", "backslash"),
      ("\\HASH  a\\", "backslash"), ("HASH  a\0b", "NUL"), ("\\\\HASH  a", "does not begin"),
      (" HASH  a", "does not begin"), ("HASH  a\nx", "line 2:"),
    ])
  func refuses(text: String, problem: String) {
    let bytes = Array(replacing(text, with: Self.digest).utf8)
    let error = #expect(throws: ChecksumListError.self) { try ChecksumList(parsing: bytes) }
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
  }

  @Test func namesAreUTF8() {
    let error = #expect(throws: ChecksumListError.self) {
      try ChecksumList(parsing: Array("\(Self.digest)  a".utf8) + [0xff])
    }
    #expect(error?.problem == "the name is not UTF-8 text")
  }

  /// Names are compared as bytes: the two spellings of é are two files.
  @Test func spellingsAreDifferentNames() throws {
    let list = "\(Self.digest)  e\u{301}\n\(Self.digest)  \u{e9}\n"
    #expect(try names(list).count == 2)
  }

  @Test func limits() throws {
    let list = Array("\(Self.digest)  a\n\(Self.digest)  bc\n".utf8)
    let base64 = Array(Base64.encode(list).utf8)
    let fits = ChecksumListLimits(size: list.count, entries: 2, name: 2)
    #expect(try ChecksumList(parsing: list, limits: fits).entries.count == 2)
    for limits in [
      ChecksumListLimits(size: list.count - 1), ChecksumListLimits(entries: 1),
      ChecksumListLimits(name: 1),
    ] {
      #expect(throws: ChecksumListError.self) { try ChecksumList(parsing: list, limits: limits) }
      #expect(throws: ChecksumListError.self) {
        try ChecksumList(parsingBase64: base64, limits: limits)
      }
    }
    #expect(throws: ChecksumListError.self) {
      try ChecksumList(parsingBase64: base64, limits: ChecksumListLimits(size: 100))
    }
  }

  @Test func base64HasLines() throws {
    let entries = (0..<9).map {
      ChecksumList.Entry(digest: SHA256Hash(hashing: [$0]), name: "file-\($0)")
    }
    let list = ChecksumList(entries)
    let text = Array(list.base64.utf8)
    for width in [64, 76] {
      for end in [[0x0a], [0x0d, 0x0a]] as [[UInt8]] {
        var wrapped: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: width) {
          wrapped += text[start..<min(start + width, text.count)] + end
        }
        #expect(try ChecksumList(parsingBase64: wrapped) == list)
      }
    }
    for bad in ["!", list.base64 + "=", String(list.base64.dropLast())] {
      #expect(throws: ChecksumListError.self) {
        try ChecksumList(parsingBase64: Array(bad.utf8))
      }
    }
  }
}
