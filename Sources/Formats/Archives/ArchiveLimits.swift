// SPDX-License-Identifier: Apache-2.0

/// What an archive may ask of its reader.
///
/// Everything is held in memory, so these bound it.
package struct ArchiveLimits: Hashable, Sendable {
  /// Most bytes of the archive itself.
  package var archiveSize: Int
  /// Most members.
  package var entries: Int
  /// Most bytes of one decompressed member, and of a decompressed tar stream.
  package var memberSize: Int
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
    archiveSize: Int = 1 << 30, entries: Int = 100_000, memberSize: Int = 512 << 20,
    ratio: Int = 50, ratioFreeSize: Int = 64 << 20, pathLength: Int = 4_096, pathDepth: Int = 64
  ) {
    // zlib counts in 32 bits.
    self.archiveSize = min(archiveSize, 1 << 31)
    self.entries = entries
    self.memberSize = memberSize
    self.ratio = ratio
    self.ratioFreeSize = ratioFreeSize
    self.pathLength = pathLength
    self.pathDepth = pathDepth
  }
}
