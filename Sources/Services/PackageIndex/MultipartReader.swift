// SPDX-License-Identifier: Apache-2.0

/// A streaming reader of `multipart/form-data` (RFC 7578, RFC 2046 §5.1).
///
/// ```
/// --B CRLF
/// Content-Disposition: form-data; name="version" CRLF CRLF
/// 1.0 CRLF
/// --B-- CRLF
/// ```
/// The form is read strictly: no preamble, no text after the closing delimiter but one CRLF, no white
/// space after a boundary, no folded header lines, no nested multipart, no escapes in names. All
/// clients that upload to an index write exactly this, and every liberty is a chance for two readers
/// to disagree about what was uploaded.
struct MultipartReader {
  /// How much a form may ask of the server before its fields are known.
  struct Limits: Hashable, Sendable {
    /// Bytes of the header lines of one part.
    var headerBytes = 8 << 10
    /// Header lines of one part.
    var headerLines = 16
    /// Parts of a form.
    var parts = 400
  }

  /// What the reader sees, in order.
  enum Event {
    /// A part starts.
    case part(MultipartPart)
    /// More bytes of the part.
    case bytes(ArraySlice<UInt8>)
    /// The part is complete.
    case endOfPart
  }

  private enum State { case start, delimiterEnd, headers, body, epilogue }

  private let delimiter: [UInt8]
  private let limits: Limits
  private var state = State.start
  private var parts = 0
  // Starts with CRLF, which makes the first delimiter like all the others.
  private var buffer: [UInt8] = [0x0d, 0x0a]

  /// Starts a reader for the value of a request's `Content-Type` field.
  ///
  /// - Throws: ``MultipartError/notMultipart`` unless it is `multipart/form-data` with a boundary.
  init(contentType: String, limits: Limits = Limits()) throws(MultipartError) {
    guard let header = HeaderValue(contentType), header.value.lowercased() == "multipart/form-data",
      let boundary = header.parameters["boundary"]?.utf8, (1...70).contains(boundary.count),
      boundary.allSatisfy(Self.isBoundaryCharacter)
    else { throw .notMultipart }
    delimiter = [0x0d, 0x0a, 0x2d, 0x2d] + boundary
    self.limits = limits
  }

  // `bchars` of RFC 2046 without the space.
  private static func isBoundaryCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: "'()+_,-./:=?".utf8.contains(byte)
    }
  }

  /// Reads more of the body.
  ///
  /// - Throws: ``MultipartError``, or what `handle` throws.
  mutating func read(
    _ bytes: some Sequence<UInt8>, handle: (Event) throws -> Void
  ) throws {
    buffer.append(contentsOf: bytes)
    var position = 0
    defer { buffer.removeFirst(position) }
    while true {
      let rest = buffer[position...]
      switch state {
      case .start:
        guard rest.starts(with: delimiter.prefix(rest.count)) else { throw MultipartError.preamble }
        guard rest.count >= delimiter.count else { return }
        position += delimiter.count
        state = .delimiterEnd
      case .delimiterEnd:
        guard rest.count >= 2 else { return }
        if rest.starts(with: [0x0d, 0x0a]) {
          parts += 1
          guard parts <= limits.parts else { throw MultipartError.tooManyParts(limits.parts) }
          state = .headers
        } else if rest.starts(with: [0x2d, 0x2d]) {
          state = .epilogue
        } else {
          throw MultipartError.delimiter
        }
        position += 2
      case .headers:
        guard let end = Self.find([0x0d, 0x0a, 0x0d, 0x0a], in: rest.prefix(limits.headerBytes))
        else {
          guard rest.count < limits.headerBytes else { throw MultipartError.headerTooLarge }
          return
        }
        let part = try MultipartPart(headerLines: rest[..<end], limit: limits.headerLines)
        position = end + 4
        state = .body
        try handle(.part(part))
      case .body:
        guard let end = Self.find(delimiter, in: rest) else {
          // The last bytes may be the start of a delimiter.
          let safe = rest.dropLast(delimiter.count - 1)
          if !safe.isEmpty { try handle(.bytes(safe)) }
          position += safe.count
          return
        }
        if end > rest.startIndex { try handle(.bytes(rest[..<end])) }
        try handle(.endOfPart)
        position = end + delimiter.count
        state = .delimiterEnd
      case .epilogue:
        guard [0x0d, 0x0a].starts(with: rest) else { throw MultipartError.epilogue }
        return
      }
    }
  }

  /// Checks that the body was complete.
  ///
  /// - Throws: ``MultipartError/truncated``.
  func finish() throws(MultipartError) {
    guard case .epilogue = state else { throw .truncated }
  }

  private static func find(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    var start = bytes.startIndex
    while let candidate = bytes[start...].firstIndex(of: 0x0d) {
      guard bytes.endIndex - candidate >= pattern.count else { return nil }
      if bytes[candidate...].starts(with: pattern) { return candidate }
      start = candidate + 1
    }
    return nil
  }
}

/// Why a body is not a form that the index reads.
enum MultipartError: Error, Hashable, CustomStringConvertible {
  case notMultipart
  case preamble
  case delimiter
  case epilogue
  case truncated
  case headerTooLarge
  case header
  case nested
  case tooManyParts(Int)

  /// One sentence for a person.
  var description: String {
    switch self {
    case .notMultipart: "the request is not multipart/form-data with a boundary"
    case .preamble: "the form does not start with its boundary"
    case .delimiter: "a boundary of the form is not followed by a line break"
    case .epilogue: "data follows the end of the form"
    case .truncated: "the form ends too early"
    case .headerTooLarge: "the header of a form field is too large"
    case .header: "the header of a form field is malformed"
    case .nested: "a form field is multipart itself or has a transfer encoding"
    case .tooManyParts(let limit): "the form has more than \(limit) fields"
    }
  }
}
