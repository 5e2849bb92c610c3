// SPDX-License-Identifier: Apache-2.0

@testable import Archives

/// Small wheels and sdists, with the fields that tell how they were made.
enum PublishedSamples {
  static let metadata = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"

  /// A wheel of one module.
  static func wheel(
    generator: String? = "hatchling 1.27.0", metadata: String = metadata, time: UInt16 = 0x5A21,
    infoTime: UInt16? = nil, mode: Int = 0o644, license: Bool = false
  ) throws -> [UInt8] {
    let info = "tiny-1.0.dist-info"
    let line = generator.map { "Generator: \($0)\n" } ?? ""
    var files: [(String, String, UInt16, Int)] = [
      ("tiny.py", "answer = 42\n", time, mode),
      ("\(info)/METADATA", metadata, infoTime ?? time, 0o644),
      ("\(info)/WHEEL", "Wheel-Version: 1.0\n\(line)", infoTime ?? time, 0o644),
      ("\(info)/RECORD", "", infoTime ?? time, 0o664),
    ]
    if license { files.insert(("\(info)/LICENSE", "all", infoTime ?? time, 0o644), at: 1) }
    var writer = ZipWriter(time: DOSTime(unixSeconds: 315_532_800))
    for (path, text, _, mode) in files {
      try writer.add(path, contents: Array(text.utf8), mode: mode)
    }
    return dated(writer.finish(), files.map(\.2))
  }

  // Puts dates into the local and the central headers, one after the other; the time is midnight.
  private static func dated(_ bytes: [UInt8], _ dates: [UInt16]) -> [UInt8] {
    var bytes = bytes
    for (signature, offset) in [([0x50, 0x4B, 3, 4], 10), ([0x50, 0x4B, 1, 2], 12)] {
      var found = 0
      for start in bytes.indices.dropLast(16)
      where found < dates.count && bytes[start..<start + 4].elementsEqual(signature.map(UInt8.init))
      {
        let date = dates[found]
        bytes.replaceSubrange(
          start + offset..<start + offset + 4,
          with: [0, 0, UInt8(truncatingIfNeeded: date), UInt8(truncatingIfNeeded: date >> 8)])
        found += 1
      }
    }
    return bytes
  }

  /// A DOS date.
  static func date(_ year: Int, _ month: Int, _ day: Int) -> UInt16 {
    UInt16((year - 1980) << 9 | month << 5 | day)
  }

  /// A member of an sdist as its header records it.
  struct Header {
    var path: String
    var contents = ""
    var type: Character = "0"
    var time = "1700000000"
    var mode = 0o644
    var magic = "ustar\u{0}00"
    var device: [UInt8] = [UInt8](repeating: 0, count: 16)
    var owner = ""
  }

  /// An sdist with these members below `tiny-1.0/`.
  static func sdist(_ headers: [Header], metadata: String = metadata) throws -> [UInt8] {
    var tar: [UInt8] = []
    var first = headers.first ?? Header(path: "PKG-INFO")
    first.path = "PKG-INFO"
    first.contents = metadata
    first.type = "0"
    for header in headers + [first] {
      if header.time.contains(".") {
        let body = "mtime=\(header.time)\n"
        let record = "\(body.utf8.count + 3) \(body)"
        var pax = header
        pax.type = "x"
        pax.time = "0"
        tar += block(pax, contents: Array(record.utf8))
      }
      tar += block(header, contents: Array(header.contents.utf8))
    }
    tar += [UInt8](repeating: 0, count: 1024)
    return try GzipWriter.file(of: tar)
  }

  /// Device numbers as Python's `tarfile` up to 3.8 writes them.
  static let oldDevice = Array("0000000\u{0}0000000\u{0}".utf8)

  private static func block(_ header: Header, contents: [UInt8]) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: [UInt8], _ offset: Int) {
      block.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    func octal(_ value: Int, _ width: Int) -> [UInt8] {
      let digits = String(value, radix: 8)
      return Array((String(repeating: "0", count: width - digits.utf8.count) + digits).utf8)
    }
    put(Array("tiny-1.0/\(header.path)".utf8), 0)
    put(octal(header.mode, 7), 100)
    put(octal(0, 7), 108)
    put(octal(0, 7), 116)
    put(octal(contents.count, 11), 124)
    put(octal(Int(header.time.split(separator: ".").first ?? "0") ?? 0, 11), 136)
    put(Array("        ".utf8), 148)
    put([header.type.asciiValue ?? 0], 156)
    put(Array(header.magic.utf8), 257)
    put(Array(header.owner.utf8), 265)
    put(header.device, 329)
    put(octal(block.reduce(0) { $0 + Int($1) }, 6) + [0], 148)
    let padding = (512 - contents.count % 512) % 512
    return block + contents + [UInt8](repeating: 0, count: padding)
  }
}
