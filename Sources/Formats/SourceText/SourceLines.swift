// SPDX-License-Identifier: Apache-2.0

/// A place in a text, as people and editors count.
package struct SourcePosition: Hashable, Comparable, Sendable {
  /// The line, from 1.
  package let line: Int
  /// The column in Unicode scalars, from 1; a byte that is not UTF-8 counts as one.
  package let column: Int

  /// Makes a position.
  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// Where the lines of a text begin; they end with LF, CR LF or CR.
package struct SourceLines: Hashable, Sendable {
  /// The text.
  package let bytes: [UInt8]
  /// The offset of each line's first byte; never empty.
  package let starts: [Int]

  /// Finds the lines.
  package init(_ bytes: [UInt8]) {
    var starts = [0]
    var offset = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      if byte == 0x0A { starts.append(offset) }
      if byte == 0x0D {
        if offset < bytes.count, bytes[offset] == 0x0A { offset += 1 }
        starts.append(offset)
      }
    }
    self.bytes = bytes
    self.starts = starts
  }

  /// The number of lines; an empty one after the last line break counts.
  package var count: Int { starts.count }

  /// The line of an offset, from 1; offsets outside are the first or last line's.
  package func line(at offset: Int) -> Int {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The position of an offset.
  package func position(at offset: Int) -> SourcePosition {
    let line = line(at: offset)
    let end = min(max(offset, starts[line - 1]), bytes.count)
    // Bytes that go on with a scalar do not count, nor does a byte order mark.
    let head = bytes[starts[line - 1]..<end]
    let mark = line == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) && end >= 3 ? 1 : 0
    return SourcePosition(line: line, column: head.count { $0 & 0xC0 != 0x80 } + 1 - mark)
  }

  /// The bytes of a line, from 1, without its line break; empty for a line that is not there.
  package func contents(ofLine line: Int) -> ArraySlice<UInt8> {
    guard line >= 1, line <= starts.count else { return [] }
    let start = starts[line - 1]
    var end = line < starts.count ? starts[line] : bytes.count
    while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    return bytes[start..<end]
  }
}
