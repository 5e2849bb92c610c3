// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import SystemPackage

/// The SHA-256 of all that is in a folder: names, contents, permissions to execute, targets of links;
/// not times and owners.
///
/// It is of one line per entry, sorted by path: `d PATH`, `f SHA-256 PATH`, `x SHA-256 PATH` for a file
/// that may be executed, `l TARGET` and a zero byte before the path for a link, each ended by a zero
/// byte. Pipes, sockets and devices are left out.
enum FolderManifest {
  /// Reads every file of a folder.
  ///
  /// - Parameters:
  ///   - folder: the folder.
  ///   - excluded: names at its top that do not count.
  /// - Returns: the digest.
  /// - Throws: ``RebuildError`` of reason `files`, when something cannot be read.
  static func sha256(
    of folder: FilePath, except excluded: Set<String> = []
  ) throws(RebuildError) -> SHA256Hash {
    var lines: [[UInt8]] = []
    try add(folder, at: "", to: &lines, except: excluded)
    lines.sort { $0.lexicographicallyPrecedes($1) }
    return SHA256Hash(hashing: Array(lines.joined()))
  }

  private static func add(
    _ folder: FilePath, at prefix: String, to lines: inout [[UInt8]], except excluded: Set<String>
  ) throws(RebuildError) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.string)
    } catch {
      throw RebuildError(.files, "cannot list the folder `\(folder)`")
    }
    for name in names where !excluded.contains(name) {
      let path = folder.appending(name)
      let place = prefix + name
      switch Platform.entry(path) {
      case .folder:
        lines.append(line("d ", place))
        try add(path, at: place + "/", to: &lines, except: [])
      case .file(let isExecutable):
        let digest = try FileTree.digest(path).sha256.hexadecimal
        lines.append(line("\(isExecutable ? "x" : "f") \(digest) ", place))
      case .link:
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path.string)
        guard let target else { throw RebuildError(.files, "cannot read the link `\(path)`") }
        lines.append(line("l \(target)\u{0}", place))
      case nil: continue
      }
    }
  }

  private static func line(_ start: String, _ path: String) -> [UInt8] {
    Array("\(start)\(path)\u{0}".utf8)
  }
}
