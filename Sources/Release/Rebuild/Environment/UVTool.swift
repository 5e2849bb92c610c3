// SPDX-License-Identifier: Apache-2.0

import Archives
import FoundationEssentials
import SystemPackage

/// The resolver and installer: uv, pinned by version and SHA-256.
///
/// pip fetches its wheel, and the program is taken out of it: nothing of it is installed.
struct UVTool: Hashable, Sendable {
  /// The version.
  static let version = "0.13.8"
  /// The program.
  let program: FilePath

  // The wheels of Linux with glibc and musl on x86_64, of Linux on aarch64, of macOS on arm64.
  private static let hashes = [
    "e18a57b8b352eb7c8feb317b9f6f533c8f0ad9673fd6cf34bbe3cf1a9f6a8984",
    "29451c60f5e8b07403e0a175d5229efc36b0289b34143ff4aaa499a5dd52553a",
    "5337c30bb893b4f9ce0ceb921ba2da0d13f649da644f40ad3bef84083bef0203",
    "0b3e8b1a4f5e405e31e2ff33de8af4744831e9f7338539671efbd8c3c94e791d",
    "62b6943c7fd64fac6854f780bea6e0359e5a5bc3241f83ee357bb38276afac49",
  ]

  /// Finds the program in the cache, or fetches it.
  ///
  /// - Parameters:
  ///   - cache: the folder of everything that is kept.
  ///   - python: an interpreter with `venv`, for pip.
  ///   - log: where the programs' output goes.
  /// - Throws: ``RebuildError`` of reason `environment` or `files`.
  init(cache: FilePath, python: String = "python3", log: inout BuildLog) async throws {
    let folder = cache.appending("tools/uv-\(Self.version)-\(Platform.architecture)")
    program = folder.appending("uv")
    if FileTree.isFile(program) { return }
    try FileTree.makeFolder(folder)
    // One fetches, the others wait for it.
    let mark = try FileTree.create(folder.appending(".lock"))
    defer { try? mark.close() }
    while !Platform.tryLock(mark) { try await Task.sleep(for: .milliseconds(200)) }
    if FileTree.isFile(program) { return }
    let wheel = try await Self.fetch(python: python, log: &log)
    let member = "uv-\(Self.version).data/scripts/uv"
    let contents: [UInt8]
    do {
      contents = try ZipArchive(parsing: wheel).contents(of: member)
    } catch {
      throw RebuildError(.environment, "the wheel of uv \(Self.version) cannot be read: \(error)")
    }
    let temporary = folder.appending(".uv.\(Platform.uniqueSuffix).partial")
    defer { try? FileManager.default.removeItem(atPath: temporary.string) }
    try FileTree.write(contents, to: temporary)
    Platform.makeExecutable(temporary)
    do {
      try Platform.rename(temporary, to: program)
    } catch {
      throw RebuildError(.files, "cannot write `\(program)`")
    }
  }

  private static func fetch(python: String, log: inout BuildLog) async throws -> [UInt8] {
    var collected = log
    defer { log = collected }
    return try await FileTree.withTemporaryFolder { work in
      let environment = try await BuildEnvironment(python: python, work: work, log: &collected)
      let list = work.appending("uv.txt")
      let line = "uv==\(version)" + hashes.map { " --hash=sha256:\($0)" }.joined() + "\n"
      try FileTree.write(Array(line.utf8), to: list)
      let target = work.appending("wheels")
      try FileTree.makeFolder(target)
      let command = [
        environment.python.string, "-m", "pip", "download", "--quiet", "--no-deps",
        "--require-hashes", "--only-binary", ":all:", "--dest", target.string,
        "--requirement", list.string,
      ]
      guard try await environment.process(command, in: work).run(log: &collected) else {
        throw RebuildError(
          .environment, "the resolver uv \(version) cannot be fetched",
          help: """
            check that pip can reach a package index: PyPI, or the one that PIP_INDEX_URL or \
            pip.conf names
            """,
          logTail: collected.tail)
      }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: target.string)) ?? []
      guard let name = names.first, names.count == 1 else {
        throw RebuildError(.environment, "pip fetched no wheel of uv \(version)")
      }
      return try FileTree.read(target.appending(name), limit: 256 << 20)
    }
  }
}
