// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Small real distributions: a stored ZIP archive, and a tar archive in stored gzip.
struct SampleDistribution: Sendable {
  let filename: String
  let bytes: [UInt8]

  static func metadata(name: String, version: String) -> String {
    """
    Metadata-Version: 2.4
    Name: \(name)
    Version: \(version)
    Summary: Says <hello>
    Requires-Python: >=3.9

    """
  }

  /// A wheel; `salt` changes the bytes and nothing else.
  static func wheel(
    name: String = "greeting", version: String = "1.0", filename: String? = nil, salt: String = "",
    metadata: String? = nil, record: String? = nil
  ) -> SampleDistribution {
    let folder = "\(name)-\(version).dist-info"
    let metadata = metadata ?? Self.metadata(name: name, version: version)
    var members = [
      ("\(name)/__init__.py", "# \(salt)\n"),
      ("\(folder)/METADATA", metadata),
      ("\(folder)/WHEEL", "Wheel-Version: 1.0\nGenerator: test 1\nTag: py3-none-any\n"),
    ]
    let lines = members.map { path, text in
      let digest = Base64.encodeURL(SHA256Hash(hashing: Array(text.utf8)).bytes)
      return "\(path),sha256=\(digest),\(text.utf8.count)\n"
    }
    members.append(("\(folder)/RECORD", record ?? lines.joined() + "\(folder)/RECORD,,\n"))
    return SampleDistribution(
      filename: filename ?? "\(name)-\(version)-py3-none-any.whl",
      bytes: zip(members.map { ($0.0, Array($0.1.utf8)) }))
  }

  /// A source distribution.
  static func sdist(
    name: String = "greeting", version: String = "1.0", filename: String? = nil, salt: String = "",
    metadata: String? = nil
  ) -> SampleDistribution {
    let folder = "\(name)-\(version)"
    let metadata = metadata ?? Self.metadata(name: name, version: version)
    let members = [
      ("\(folder)/PKG-INFO", metadata),
      ("\(folder)/pyproject.toml", "# \(salt)\n"),
    ]
    return SampleDistribution(
      filename: filename ?? "\(folder).tar.gz",
      bytes: gzip(tar(members.map { ($0.0, Array($0.1.utf8)) })))
  }

  private static func zip(_ members: [(String, [UInt8])]) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for (name, contents) in members {
      let offset = archive.count
      let shared =
        little(20, 2) + little(0, 2) + little(0, 2) + little(0, 2) + little(0x21, 2)
        + little(Int(crc32(contents)), 4) + little(contents.count, 4) + little(contents.count, 4)
        + little(name.utf8.count, 2) + little(0, 2)
      archive += little(0x0403_4b50, 4) + shared + Array(name.utf8) + contents
      directory +=
        little(0x0201_4b50, 4) + little(20, 2) + shared + little(0, 2) + little(0, 2)
        + little(0, 2) + little(0, 4) + little(offset, 4) + Array(name.utf8)
    }
    let end =
      little(0x0605_4b50, 4) + little(0, 4) + little(members.count, 2) + little(members.count, 2)
      + little(directory.count, 4) + little(archive.count, 4) + little(0, 2)
    return archive + directory + end
  }

  private static func tar(_ members: [(String, [UInt8])]) -> [UInt8] {
    var archive: [UInt8] = []
    for (name, contents) in members {
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, at offset: Int) {
        header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
      }
      func octal(_ value: Int, _ width: Int) -> String {
        let digits = String(value, radix: 8)
        return String(repeating: "0", count: width - digits.utf8.count) + digits
      }
      put(name, at: 0)
      put(octal(0o644, 7), at: 100)
      put(octal(0, 7), at: 108)
      put(octal(0, 7), at: 116)
      put(octal(contents.count, 11), at: 124)
      put(octal(0, 11), at: 136)
      put(String(repeating: " ", count: 8), at: 148)
      put("0", at: 156)
      put("ustar", at: 257)
      put("00", at: 263)
      put(octal(header.reduce(0) { $0 + Int($1) }, 6), at: 148)
      header[154] = 0
      archive += header + contents
      archive += [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
    }
    return archive + [UInt8](repeating: 0, count: 1024)
  }

  private static func gzip(_ contents: [UInt8]) -> [UInt8] {
    var output: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    var rest = contents[...]
    while !rest.isEmpty {
      let block = rest.prefix(60_000)
      rest = rest.dropFirst(block.count)
      output += [rest.isEmpty ? 1 : 0] + little(block.count, 2) + little(~block.count & 0xffff, 2)
      output += block
    }
    return output + little(Int(crc32(contents)), 4) + little(contents.count, 4)
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var value = ~UInt32(0)
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    }
    return ~value
  }
}
