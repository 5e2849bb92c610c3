// SPDX-License-Identifier: Apache-2.0

extension Excerpt {
  private static let lineLength = 240
  private static let context = 2

  /// A look at two texts where they differ, with two lines around each difference.
  init(
    lines published: [ArraySlice<UInt8>], _ rebuilt: [ArraySlice<UInt8>],
    _ difference: LineDifference, limit: Int
  ) {
    var steps: [LineDifference.Step] = []
    let before = max(0, difference.commonPrefix - Self.context)..<difference.commonPrefix
    steps += before.map { LineDifference.Step(origin: .both, line: $0) }
    steps += difference.steps
    if let last = difference.steps.last {
      // After the last difference both go on alike.
      let source = last.origin == .rebuilt ? rebuilt : published
      let after = (last.line + 1)..<min(source.count, last.line + 1 + Self.context)
      let text = after.map { source[$0] }
      let tail = text.map { Line(origin: .both, text: Self.shown($0)) }
      lines = Self.shortened(steps, published, rebuilt, limit: limit) + tail
    } else {
      lines = Self.shortened(steps, published, rebuilt, limit: limit)
    }
  }

  // Leaves out what is the same between differences, and what is beyond the limit.
  private static func shortened(
    _ steps: [LineDifference.Step], _ published: [ArraySlice<UInt8>],
    _ rebuilt: [ArraySlice<UInt8>], limit: Int
  ) -> [Line] {
    var lines: [Line] = []
    var index = 0
    while index < steps.count {
      guard lines.count < limit else {
        lines.append(Line(origin: .omitted, text: "\(steps.count - index) more lines"))
        break
      }
      let step = steps[index]
      if step.origin == .both {
        var end = index
        while end < steps.count, steps[end].origin == .both { end += 1 }
        if end - index > 2 * context + 1 {
          let hidden = end - index - 2 * context
          for kept in [index..<(index + context), (end - context)..<end] {
            lines += kept.map { Line(origin: .both, text: shown(published[steps[$0].line])) }
            if kept.lowerBound == index {
              lines.append(Line(origin: .omitted, text: "\(hidden) lines that are the same"))
            }
          }
          index = end
          continue
        }
      }
      let source = step.origin == .rebuilt ? rebuilt : published
      lines.append(Line(origin: step.origin, text: shown(source[step.line])))
      index += 1
    }
    return lines
  }

  /// A look at two contents as bytes, from the row of sixteen where they differ first.
  init(bytes published: ArraySlice<UInt8>, _ rebuilt: ArraySlice<UInt8>) {
    let start = TextLines.firstDifference(published, rebuilt) / 16 * 16
    var lines: [Line] = []
    for (origin, bytes) in [(Origin.published, published), (.rebuilt, rebuilt)] {
      var rows = bytes.dropFirst(start).prefix(64)
      var offset = start
      if rows.isEmpty { lines.append(Line(origin: origin, text: "\(Self.offset(start))  (end)")) }
      while !rows.isEmpty {
        lines.append(Line(origin: origin, text: Self.hexadecimal(rows.prefix(16), at: offset)))
        rows = rows.dropFirst(16)
        offset += 16
      }
    }
    self.lines = lines
  }

  private static func shown(_ line: ArraySlice<UInt8>) -> String {
    let text = String(decoding: line.prefix(lineLength), as: UTF8.self)
    return line.count > lineLength ? text + "…" : text
  }

  private static func offset(_ value: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  private static func hexadecimal(_ row: ArraySlice<UInt8>, at place: Int) -> String {
    let digits = row.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    let padding = Array(repeating: "  ", count: 16 - row.count)
    let text = row.map { $0 >= 0x20 && $0 < 0x7F ? Character(Unicode.Scalar($0)) : "." }
    return "\(offset(place))  \((digits + padding).joined(separator: " "))  \(String(text))"
  }
}
