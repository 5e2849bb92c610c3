// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import PythonPackaging
import Reproducibility

extension FuzzTarget {
  /// The comparison of a published file with a rebuilt one.
  static let comparisons: [FuzzTarget] = [
    FuzzTarget("compare-wheels") { bytes in
      try compare(bytes, "a-1.0-py3-none-any.whl") { bytes in
        let archive = try ZipArchive(
          parsing: bytes, profile: .general, limits: archiveLimits)
        return try archive.members.map { member in
          let contents = member.isFolder ? [] : try archive.contents(of: member)
          let mode = Int(member.header.externalAttributes >> 16)
          return "\(member.path) \(member.isFolder) \(permissions(mode, isFile: !member.isFolder)) "
            + "\(SHA256Hash(hashing: contents))"
        }
      }
    },
    FuzzTarget("compare-sdists") { bytes in
      // The two tar streams are easier to mutate than what is inside a deflate stream.
      try compare(bytes, "a-1.0.tar.gz", pack: gzip) { bytes in
        let stream = try GzipMember(parsing: bytes, limits: archiveLimits)
        let archive = try TarArchive(parsing: stream.contents, limits: archiveLimits)
        return archive.members.map { member in
          let digest = SHA256Hash(hashing: Array(archive.contents(of: member)))
          let permissions = permissions(member.header.mode, isFile: member.kind == .file)
          return "\(member.path) \(member.kind) \(permissions) \(digest)"
        }
      }
    },
  ]

  /// What published files tell about their build.
  static let traits: [FuzzTarget] = [
    FuzzTarget("wheel-traits") { bytes in
      _ = try WheelTraits(parsing: bytes, limits: archiveLimits)
    },
    FuzzTarget("sdist-traits") { bytes in
      let traits = try SdistTraits(parsing: gzip(bytes), limits: archiveLimits)
      for time in traits.recordedTimes {
        require((0..<1_000_000_000).contains(time.nanoseconds), "a fraction of more than a second")
      }
    },
    FuzzTarget("marker") { bytes in
      let markers = MarkerEnvironment(
        implementation: "cpython", version: "3.11.7", platform: "linux", machine: "x86_64")
      guard let text = String(validating: bytes, as: UTF8.self) else { return }
      guard let holds = markers.holds(text) else { return }
      require(markers.holds("(\(text)) and os_name == 'posix'") ?? holds == holds, "another answer")
    },
  ]

  private static let archiveLimits = ArchiveLimits(
    archiveSize: 1 << 20, entries: 1_000, memberSize: 4 << 20, ratioFreeSize: 1 << 20)

  // Who may execute a file, and the special bits.
  private static func permissions(_ mode: Int, isFile: Bool) -> String {
    "\(mode & 0o7000) \(isFile && mode & 0o100 != 0) \(isFile && mode & 0o111 != 0)"
  }

  /// Compares the two halves of an input, and the first with itself.
  ///
  /// What passes must hold the same by an independent, simple listing of paths, kinds, permissions
  /// and contents.
  private static func compare(
    _ bytes: [UInt8], _ name: String, pack: ([UInt8]) -> [UInt8] = { $0 },
    listing: ([UInt8]) throws -> [String]
  ) throws {
    guard bytes.count >= 4 else { return }
    let length = (Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16) % bytes.count
    let published = pack(Array(bytes.dropFirst(3).prefix(length)))
    let rebuilt = pack(Array(bytes.dropFirst(3 + length)))
    let filename = try DistributionFilename(name)
    let report = ArtifactComparison(
      published: published, rebuilt: rebuilt, filename: filename, archives: archiveLimits
    ).report()
    require(
      report.verdict != .identical || published == rebuilt, "identical, but other bytes")
    require(
      report.verdict == .identical || !report.differences.isEmpty, "different without a reason")
    if report.verdict.passes {
      let one = try? listing(published).sorted()
      let other = try? listing(rebuilt).sorted()
      require(one != nil && one == other, "a pass of archives that hold different things")
    }
    let same = ArtifactComparison(
      published: published, rebuilt: published, filename: filename, archives: archiveLimits
    ).report()
    require(
      same.verdict == .identical || same.differences.map(\.cause) == [.archiveRefused],
      "a file differs from itself")
  }

  // A gzip file of stored blocks, with the checksum that belongs to it.
  private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    var output: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(60_000)
      rest = rest.dropFirst(60_000)
      let count = UInt32(block.count)
      output += [rest.isEmpty ? 1 : 0] + little(count, 2) + little(~count, 2) + block
    } while !rest.isEmpty
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return output + little(~sum, 4) + little(UInt32(truncatingIfNeeded: bytes.count), 4)
  }
}
