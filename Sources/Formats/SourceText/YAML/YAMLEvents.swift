// SPDX-License-Identifier: Apache-2.0

import CYAML

/// libyaml's events with the bytes they stand in.
final class YAMLEvents {
  /// What happens in a document.
  struct Event {
    /// The kind of an event, with what it carries.
    enum Kind: Equatable {
      case scalar(YAMLScalar)
      case alias(String)
      case sequenceStart(YAMLLayout)
      case mappingStart(YAMLLayout)
      /// The end of a list or mapping.
      case end
      case streamEnd
      /// The start of the stream, starts and ends of documents.
      case other
    }

    let kind: Kind
    let span: Range<Int>
    var anchor: String?
    var tag: String?
  }

  private let lines: SourceLines
  // Offsets of characters, where a character may be more than a byte; libyaml counts characters.
  private let offsets: [Int32]?
  private let mark: Int
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>

  /// Begins to parse.
  ///
  /// - Throws: ``YAMLError`` of reason `encoding`.
  init(_ lines: SourceLines) throws(YAMLError) {
    self.lines = lines
    let bytes = lines.bytes
    mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if bytes.allSatisfy({ $0 < 0x80 }) {
      offsets = nil
    } else {
      guard String(validating: bytes, as: UTF8.self) != nil else {
        throw YAMLError(
          reason: .encoding, position: Self.firstInvalid(lines), problem: "the text is not UTF-8")
      }
      var offsets: [Int32] = []
      offsets.reserveCapacity(bytes.count + 1)
      for offset in mark..<bytes.count where bytes[offset] & 0xC0 != 0x80 {
        offsets.append(Int32(offset))
      }
      self.offsets = offsets
    }
    parser = .allocate(capacity: 1)
    text = .allocate(capacity: max(bytes.count - mark, 1))
    _ = text.update(fromContentsOf: bytes[mark...])
    yaml_parser_initialize(parser)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, bytes.count - mark)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    text.deallocate()
  }

  /// The next event.
  ///
  /// - Throws: ``YAMLError`` of reason `syntax`.
  func next() throws(YAMLError) -> Event {
    var raw = yaml_event_t()
    guard yaml_parser_parse(parser, &raw) == 1 else { throw failure() }
    defer { yaml_event_delete(&raw) }
    let start = offset(raw.start_mark)
    let end = max(start, offset(raw.end_mark))
    switch raw.type {
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      let style: YAMLScalar.Style =
        switch scalar.style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
      let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return event(
        .scalar(YAMLScalar(text: String(decoding: value, as: UTF8.self), style: style)),
        start, end, anchor: scalar.anchor, tag: scalar.tag)
    case YAML_ALIAS_EVENT:
      return Event(kind: .alias(Self.string(raw.data.alias.anchor) ?? ""), span: start..<end)
    case YAML_SEQUENCE_START_EVENT:
      let data = raw.data.sequence_start
      let layout: YAMLLayout = data.style == YAML_FLOW_SEQUENCE_STYLE ? .flow : .block
      return event(.sequenceStart(layout), start, end, anchor: data.anchor, tag: data.tag)
    case YAML_MAPPING_START_EVENT:
      let data = raw.data.mapping_start
      let layout: YAMLLayout = data.style == YAML_FLOW_MAPPING_STYLE ? .flow : .block
      return event(.mappingStart(layout), start, end, anchor: data.anchor, tag: data.tag)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      return Event(kind: .end, span: start..<end)
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT:
      return Event(kind: .streamEnd, span: start..<end)
    default:
      return Event(kind: .other, span: start..<end)
    }
  }

  // An event begins at its anchor or tag; the value itself comes after them.
  private func event(
    _ kind: Event.Kind, _ start: Int, _ end: Int, anchor: UnsafeMutablePointer<UInt8>?,
    tag: UnsafeMutablePointer<UInt8>?
  ) -> Event {
    var position = start
    if anchor != nil || tag != nil {
      while position < end || kind.isCollection {
        guard position < lines.bytes.count else { break }
        let byte = lines.bytes[position]
        if byte == UInt8(ascii: "&") || byte == UInt8(ascii: "!") {
          while position < lines.bytes.count, lines.bytes[position] > 0x20 { position += 1 }
        } else if byte == UInt8(ascii: "#") {
          while position < lines.bytes.count, lines.bytes[position] != 0x0A { position += 1 }
        } else if byte <= 0x20 {
          position += 1
        } else {
          break
        }
      }
    }
    var end = max(position, end)
    if case .scalar(let scalar) = kind, scalar.style == .literal || scalar.style == .folded {
      // The lines end where their text does, not where the next token begins.
      while end > position + 1, lines.bytes[end - 1] <= 0x20 { end -= 1 }
    }
    return Event(
      kind: kind, span: position..<end, anchor: Self.string(anchor), tag: Self.string(tag))
  }

  private func offset(_ mark: yaml_mark_t) -> Int {
    guard let offsets else { return min(mark.index + self.mark, lines.bytes.count) }
    return mark.index < offsets.count ? Int(offsets[mark.index]) : lines.bytes.count
  }

  private func failure() -> YAMLError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be parsed"
    return YAMLError(
      reason: .syntax, position: lines.position(at: offset(parser.pointee.problem_mark)),
      problem: problem)
  }

  private static func string(_ text: UnsafeMutablePointer<UInt8>?) -> String? {
    text.map { String(cString: $0) }
  }

  private static func firstInvalid(_ lines: SourceLines) -> SourcePosition? {
    // A repaired text is the same up to the first byte that is not UTF-8.
    let repaired = Array(String(decoding: lines.bytes, as: UTF8.self).utf8)
    let offset = zip(lines.bytes, repaired).enumerated().first { $0.element.0 != $0.element.1 }
    return lines.position(at: offset?.offset ?? lines.bytes.count)
  }
}

extension YAMLEvents.Event.Kind {
  fileprivate var isCollection: Bool {
    switch self {
    case .sequenceStart, .mappingStart: true
    case .scalar, .alias, .end, .streamEnd, .other: false
    }
  }
}
