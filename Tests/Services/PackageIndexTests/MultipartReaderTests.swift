// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PackageIndex

@Suite struct MultipartReaderTests {
  static let type = "multipart/form-data; boundary=B"

  /// Reads a body in pieces of a size and gives `name=value` per part.
  private func read(
    _ body: String, type: String = MultipartReaderTests.type, chunk: Int,
    limits: MultipartReader.Limits = .init()
  ) throws -> [String] {
    var reader = try MultipartReader(contentType: type, limits: limits)
    var parts: [String] = []
    var rest = Array(body.utf8)[...]
    while !rest.isEmpty {
      try reader.read(rest.prefix(chunk)) { event in
        switch event {
        case .part(let part):
          parts.append(part.name + (part.filename.map { "(\($0))" } ?? "") + "=")
        case .bytes(let bytes): parts[parts.count - 1] += String(decoding: bytes, as: UTF8.self)
        case .endOfPart: parts[parts.count - 1] += ";"
        }
      }
      rest = rest.dropFirst(chunk)
    }
    try reader.finish()
    return parts
  }

  static let header = "Content-Disposition: form-data; name=\"a\"\r\n"

  @Test(arguments: [1, 2, 3, 7, 4096])
  func readsTheSameInPiecesOfAnySize(chunk: Int) throws {
    let body =
      "--B\r\n\(Self.header)\r\n1\r\n--\r\n--A\r\n\n\r\r\n--B\r\n"
      + "content-type: text/plain; charset=utf-8\r\n"
      + "CONTENT-DISPOSITION: Form-Data; name=content; filename=\"x y.whl\"\r\n\r\n\r\n--B--\r\n"
    let parts = try read(body, chunk: chunk)
    #expect(parts == ["a=1\r\n--\r\n--A\r\n\n\r;", "content(x y.whl)=;"])
  }

  @Test func acceptsQuotedBoundaryAndNoFinalLineBreak() throws {
    let body = "--B=1\r\n\(Self.header)\r\nv\r\n--B=1--"
    let type = "Multipart/Form-Data; charset=x; Boundary=\"B=1\""
    #expect(try read(body, type: type, chunk: 5) == ["a=v;"])
  }

  @Test(arguments: [
    "", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/mixed; boundary=B",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
    "multipart/form-data; boundary=\"a b\"", "multipart/form-data; boundary=B; boundary=C",
    "multipart/form-data; boundary=" + String(repeating: "x", count: 71),
    "multipart/form-data; boundary=\"B\\\"\"", "multipart/form-data, boundary=B",
  ])
  func refusesContentTypes(type: String) {
    #expect(throws: MultipartError.notMultipart) { try MultipartReader(contentType: type) }
  }

  static let hostile: [(String, MultipartError)] = [
    ("hello\r\n--B--", .preamble),
    ("\r\n--B--", .preamble),
    ("--C\r\n", .preamble),
    ("--B x\r\n", .delimiter),
    ("--B\nx", .delimiter),
    ("--B\r\n\(header)\r\nv\r\n--Bx\r\n", .delimiter),
    ("--B\r\n\(header)\r\nv\r\n--B--\r\nmore", .epilogue),
    ("--B\r\n\(header)\r\nv\r\n--B--\r\n--B\r\n", .epilogue),
    ("", .truncated),
    ("--B", .truncated),
    ("--B\r\n", .truncated),
    ("--B\r\n\(header)", .truncated),
    ("--B\r\n\(header)\r\nv", .truncated),
    ("--B\r\n\(header)\r\nv\r\n--B", .truncated),
    ("--B\r\n\(header)\r\nv\r\n--B-", .truncated),
    ("--B\r\n\r\nv\r\n--B--\r\n\r\n\r\n", .header),
    ("--B\r\nX: y\r\n\r\nv\r\n--B--", .header),
    ("--B\r\n\(header) folded\r\n\r\nv\r\n--B--", .header),
    ("--B\r\n\(header)\(header)\r\nv\r\n--B--", .header),
    ("--B\r\nContent-Disposition: form-data\r\n\r\nv\r\n--B--", .header),
    ("--B\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nv\r\n--B--", .header),
    ("--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nv\r\n--B--", .header),
    ("--B\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\nv\r\n--B--", .header),
    ("--B\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\nv\r\n--B--", .header),
    ("--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\nv\r\n--B--", .header),
    (
      "--B\r\nContent-Disposition: form-data; name=\"a\"; filename*=utf-8''x\r\n\r\nv\r\n--B--",
      .header
    ),
    ("--B\r\n\(header)A\u{0}: b\r\n\r\nv\r\n--B--", .header),
    ("--B\r\n\(header)A: b\u{0}\r\n\r\nv\r\n--B--", .header),
    ("--B\r\n\(header)A: b\nC: d\r\n\r\nv\r\n--B--", .header),
    ("--B\r\n\(header)Content-Type: multipart/mixed; boundary=C\r\n\r\nv\r\n--B--", .nested),
    ("--B\r\n\(header)Content-Transfer-Encoding: base64\r\n\r\nv\r\n--B--", .nested),
    (
      "--B\r\n\(header)X: \(String(repeating: "y", count: 9000))\r\n\r\nv\r\n--B--", .headerTooLarge
    ),
    (
      "--B\r\n\(header)\(String(repeating: "X: y\r\n", count: 16))\r\nv\r\n--B--", .headerTooLarge
    ),
  ]

  @Test(arguments: hostile, [1, 5, 100_000])
  func refusesHostileBodies(input: (String, MultipartError), chunk: Int) {
    #expect(throws: input.1) { try read(input.0, chunk: chunk) }
  }

  @Test func countsParts() {
    let part = "--B\r\n\(Self.header)\r\nv\r\n"
    let body = String(repeating: part, count: 4) + "--B--"
    #expect(throws: MultipartError.tooManyParts(3)) {
      try read(body, chunk: 50, limits: .init(parts: 3))
    }
  }
}
