// SPDX-License-Identifier: Apache-2.0

/// What an archive may ask of its reader.
package struct ArchiveLimits: Hashable, Sendable {
  /// Most bytes of the archive itself, which is held in memory.
  package var archiveSize: Int
  /// Most members.
  package var entries: Int
  /// Most bytes of one decompressed member.
  package var memberSize: Int
  /// Most bytes of all decompressed members together, and of a decompressed stream.
  package var unpackedSize: Int
  /// Most decompressed bytes per compressed byte, once more than ``ratioFreeSize`` bytes came out.
  package var ratio: Int
  /// Decompressed bytes up to which the ratio does not matter.
  package var ratioFreeSize: Int
  /// Most bytes of a member's path.
  package var pathLength: Int
  /// Most folders of a member's path.
  package var pathDepth: Int

  /// Makes limits.
  ///
  /// The defaults are those of PyPI where it has one (ratio 50 above 64 MiB), and
  /// above what real distributions need elsewhere.
  package init(
    archiveSize: Int = 1 << 30, entries: Int = 100_000, memberSize: Int = 1 << 30,
    unpackedSize: Int = 2 << 30, ratio: Int = 50, ratioFreeSize: Int = 64 << 20,
    pathLength: Int = 4_096, pathDepth: Int = 64
  ) {
    // zlib counts in 32 bits.
    self.archiveSize = min(archiveSize, 1 << 31)
    self.entries = entries
    self.memberSize = memberSize
    self.unpackedSize = unpackedSize
    self.ratio = ratio
    self.ratioFreeSize = ratioFreeSize
    self.pathLength = pathLength
    self.pathDepth = pathDepth
  }

  /// Refuses an archive that is too long before anything of it is read.
  func checkArchiveSize(_ count: Int) throws(ArchiveError) {
    guard count <= archiveSize else { throw ArchiveError.tooLong(self) }
  }

  /// Refuses what unpacks to too much, in all or for the compressed bytes it came from.
  func check(unpacked: Int, from compressed: Int) throws(ArchiveError) {
    guard unpacked <= unpackedSize else {
      throw ArchiveError(.limit, "it unpacks to more than \(unpackedSize) bytes")
    }
    guard unpacked <= ratioFreeSize || unpacked / max(1, compressed) < ratio else {
      throw ArchiveError(.limit, "it unpacks to \(ratio) times its size or more")
    }
  }
}
