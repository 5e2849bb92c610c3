// SPDX-License-Identifier: Apache-2.0

import SystemPackage

/// Where the lines of a build go: to a callback, to a file if there is one, and the last of them
/// into memory for the error text.
struct BuildLog: Sendable {
  /// The last lines, oldest first.
  private(set) var tail: [String] = []
  /// The last line that a tool marked as an error, without the mark.
  private(set) var lastError: String?

  private let file: FileDescriptor?
  private let progress: @Sendable (String) -> Void
  private var written = 0

  private static let tailCount = 20
  private static let fileLimit = 64 << 20

  init(file: FileDescriptor?, progress: @escaping @Sendable (String) -> Void) {
    self.file = file
    self.progress = progress
  }

  mutating func add(_ line: String) {
    tail.append(line)
    if tail.count > Self.tailCount { tail.removeFirst() }
    // `build` shows the output of pip behind `< `.
    for mark in ["< ERROR: ", "ERROR: "] where line.hasPrefix(mark) {
      lastError = String(line.dropFirst(mark.count))
    }
    progress(line)
    guard let file, written < Self.fileLimit else { return }
    // A log that cannot be written must not fail the build.
    written += (try? file.writeAll("\(line)\n".utf8)) ?? 0
  }
}

/// Cuts a stream of bytes into lines of bounded length without control characters.
struct LineBuffer {
  private var pending: [UInt8] = []

  private static let lineLimit = 2_000

  /// The lines that these bytes complete.
  mutating func add(_ bytes: UnsafeRawBufferPointer) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        lines.append(Self.printable(pending[...]))
        pending.removeAll(keepingCapacity: true)
      } else if pending.count < Self.lineLimit {
        pending.append(byte)
      }
    }
    return lines
  }

  /// The last line, if it has no line feed.
  mutating func finish() -> String? {
    defer { pending = [] }
    return pending.isEmpty ? nil : Self.printable(pending[...])
  }

  /// Text for a terminal: UTF-8 repaired, control characters left out but line feed and tab.
  static func printable(_ bytes: ArraySlice<UInt8>) -> String {
    let kept = bytes.filter { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 || $0 == 0x0A }
    return String(decoding: kept, as: UTF8.self)
  }
}
