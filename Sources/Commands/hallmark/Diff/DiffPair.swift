// SPDX-License-Identifier: Apache-2.0

import Approvals
import Archives
import PythonPackaging
import Reproducibility
import Verification

/// A published file, and the rebuilt one of the same name.
struct DiffPair: Sendable {
  /// The name of the published file.
  let name: String
  /// Its path.
  let published: String
  /// The path of the rebuilt file; `nil` if there is none.
  let rebuilt: String?

  private static let limit = 1_000

  /// The pairs that two arguments name: two files, or two folders of distributions.
  ///
  /// - Throws: `CommandFailure` with status 1 or 2.
  static func pairs(published: String, rebuilt: String) throws(CommandFailure) -> [DiffPair] {
    switch (FileReading.isFolder(published), FileReading.isFolder(rebuilt)) {
    case (false, false):
      return [DiffPair(name: lastComponent(published), published: published, rebuilt: rebuilt)]
    case (false, true):
      // A file and the folder of a build: its name says which one is meant.
      let name = lastComponent(published)
      return [
        DiffPair(
          name: name, published: published, rebuilt: ApprovalFiles.path(name, in: rebuilt))
      ]
    case (true, false):
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "`\(published)` is a folder and `\(rebuilt)` is not",
          help: ["name two files, or two folders whose files are paired by name"]))
    case (true, true):
      let names = try distributions(in: published)
      guard !names.isEmpty else {
        throw CommandFailure(
          status: ExitStatus.couldNotRun.rawValue,
          Diagnostic("there is no wheel or sdist in `\(published)`"))
      }
      guard names.count <= limit else {
        throw CommandFailure(
          status: ExitStatus.usage.rawValue,
          Diagnostic("`\(published)` has more than \(limit) files"))
      }
      let others = try distributions(in: rebuilt)
      return names.map { name in
        let isThere = others.contains { $0.utf8.elementsEqual(name.utf8) }
        return DiffPair(
          name: name, published: ApprovalFiles.path(name, in: published),
          rebuilt: isThere ? ApprovalFiles.path(name, in: rebuilt) : nil)
      }
    }
  }

  /// Compares the two.
  ///
  /// - Throws: `CommandFailure` when a file cannot be read.
  func compare() throws(CommandFailure) -> RebuildReport.File {
    let filename: DistributionFilename
    do {
      filename = try DistributionFilename(name)
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "`\(name)` does not have the name of a wheel or an sdist: \(error)",
          help: ["the published file needs the name that it was published under"]))
    }
    guard let rebuilt else {
      return RebuildReport.File(
        name: name, outcome: .cannotRebuild(reason: "no rebuilt file has this name", log: []))
    }
    let report = ArtifactComparison(
      published: try Self.bytes(published), rebuilt: try Self.bytes(rebuilt), filename: filename
    ).report()
    return RebuildReport.File(name: name, outcome: .compared(report))
  }

  private static func bytes(_ path: String) throws(CommandFailure) -> [UInt8] {
    do {
      return try FileReading.bytes(of: path, limit: ArchiveLimits().archiveSize)
    } catch {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
  }

  private static func distributions(in folder: String) throws(CommandFailure) -> [String] {
    do {
      return try ApprovalFiles.entries(of: folder)
        .filter { $0.isRegular && DistributionArguments.isDistribution($0.name) }
        .map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
  }

  private static func lastComponent(_ path: String) -> String {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"))
    return parts.last.map { String(decoding: Array($0), as: UTF8.self) } ?? path
  }
}
