// SPDX-License-Identifier: Apache-2.0

/// The header of one part of a form (RFC 7578 §4).
struct MultipartPart: Hashable {
  /// The field's name.
  let name: String
  /// The file name, if the part is a file.
  let filename: String?
  /// `Content-Type` without parameters, in lower case.
  let contentType: String?

  init(name: String, filename: String? = nil, contentType: String? = nil) {
    self.name = name
    self.filename = filename
    self.contentType = contentType
  }

  /// Reads header lines that are separated by CRLF, without the empty line.
  init(headerLines: ArraySlice<UInt8>, limit: Int) throws(MultipartError) {
    var disposition: HeaderValue?
    var contentType: HeaderValue?
    let lines = try Self.lines(of: headerLines, limit: limit)
    for line in lines {
      guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw .header }
      let name = line[..<colon].lowercased()
      // Also refuses folded lines, which start with white space.
      guard !name.isEmpty, name.utf8.allSatisfy(HeaderValue.isToken) else { throw .header }
      let text = line[line.index(after: colon)...].trimmed
      switch name {
      case "content-disposition":
        guard disposition == nil, let value = HeaderValue(text) else { throw .header }
        disposition = value
      case "content-type":
        guard contentType == nil, let value = HeaderValue(text) else { throw .header }
        contentType = value
      case "content-transfer-encoding":
        guard ["binary", "8bit", "7bit"].contains(text.lowercased()) else { throw .nested }
      default: break
      }
    }
    guard let disposition, disposition.value.lowercased() == "form-data",
      let name = disposition.parameters["name"], !name.isEmpty, name.utf8.count <= 100,
      disposition.parameters["filename*"] == nil
    else { throw .header }
    if contentType?.value.lowercased().hasPrefix("multipart/") == true { throw .nested }
    self.init(
      name: name, filename: disposition.parameters["filename"],
      contentType: contentType?.value.lowercased())
  }

  private static func lines(
    of bytes: ArraySlice<UInt8>, limit: Int
  ) throws(MultipartError) -> [Substring] {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .header }
    var lines: [Substring] = []
    var rest = text[...]
    while !rest.isEmpty {
      guard lines.count < limit else { throw .headerTooLarge }
      let end = rest.utf8.firstIndex(of: 0x0d) ?? rest.endIndex
      lines.append(rest[..<end])
      guard end < rest.endIndex else { break }
      let next = rest.utf8.index(after: end)
      guard next < rest.endIndex, rest.utf8[next] == 0x0a else { throw .header }
      rest = rest[rest.utf8.index(after: next)...]
    }
    let controls = lines.contains { line in
      line.utf8.contains { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7f }
    }
    guard !controls else { throw .header }
    return lines
  }
}

/// A field value with parameters: `form-data; name="content"; filename="a.whl"` (RFC 9110 §5.6.6).
///
/// Parameter names are unique and read in lower case. Quoted values have no escapes.
struct HeaderValue: Hashable {
  /// What stands before the first parameter.
  let value: String
  /// The parameters.
  let parameters: [String: String]

  init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    var position = 0
    func skipSpaces() {
      while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 {
        position += 1
      }
    }
    func token(orSlash slash: Bool) -> String {
      let start = position
      while position < bytes.count,
        Self.isToken(bytes[position]) || (slash && bytes[position] == UInt8(ascii: "/"))
      { position += 1 }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    skipSpaces()
    value = token(orSlash: true)
    guard !value.isEmpty else { return nil }
    var parameters: [String: String] = [:]
    skipSpaces()
    while position < bytes.count {
      guard bytes[position] == UInt8(ascii: ";") else { return nil }
      position += 1
      skipSpaces()
      if position == bytes.count { break }
      let name = token(orSlash: false).lowercased()
      guard !name.isEmpty, parameters[name] == nil, position < bytes.count,
        bytes[position] == UInt8(ascii: "=")
      else { return nil }
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        let start = position + 1
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\"")),
          !bytes[start..<end].contains(UInt8(ascii: "\\"))
        else { return nil }
        parameters[name] = String(decoding: bytes[start..<end], as: UTF8.self)
        position = end + 1
      } else {
        let text = token(orSlash: true)
        guard !text.isEmpty else { return nil }
        parameters[name] = text
      }
      skipSpaces()
    }
    self.parameters = parameters
  }

  /// `tchar` of RFC 9110 §5.6.2.
  static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
