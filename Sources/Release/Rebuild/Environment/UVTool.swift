// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
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

  // Wheels and the programs in them: of Linux with glibc and musl on x86_64, of Linux on aarch64 (two
  // of them), of macOS on arm64.
  private static let digests = [
    (
      wheel: "e18a57b8b352eb7c8feb317b9f6f533c8f0ad9673fd6cf34bbe3cf1a9f6a8984",
      program: "4a7607589912d9c20e86b860b032f7c7f2913c9a3e76f46aef136885387452b8"
    ),
    (
      wheel: "29451c60f5e8b07403e0a175d5229efc36b0289b34143ff4aaa499a5dd52553a",
      program: "a880db7f5f6745b5ec80aa6ccafdce06ddab1434013b55c62bb2fded1e2f9cb5"
    ),
    (
      wheel: "5337c30bb893b4f9ce0ceb921ba2da0d13f649da644f40ad3bef84083bef0203",
      program: "71a9af4238e9e139a3c185e0a010edd293e9ced3fc158bb544725b3d28d58b29"
    ),
    (
      wheel: "0b3e8b1a4f5e405e31e2ff33de8af4744831e9f7338539671efbd8c3c94e791d",
      program: "5aa4427bd923cfdca2d56a3577f60d8fa7825aa3b496fef975dfd6f03db57d28"
    ),
    (
      wheel: "62b6943c7fd64fac6854f780bea6e0359e5a5bc3241f83ee357bb38276afac49",
      program: "f98066c132dc37b83a8861f9b538d732b5aad41d3b3a69e47abf27cdaef842a9"
    ),
  ]

  /// Where the program is in a cache.
  static func place(in cache: FilePath) -> FilePath {
    cache.appending("tools/uv-\(version)-\(Platform.architecture)/uv")
  }

  /// The SHA-256 of a program, if it is one of those that are pinned; anything else is not run.
  static func digest(ofGenuine program: FilePath) -> SHA256Hash? {
    guard FileTree.isFile(program), let found = try? FileTree.digest(program).sha256,
      digests.contains(where: { $0.program == found.hexadecimal })
    else { return nil }
    return found
  }

  /// Finds the program in the cache, or fetches it; one that was damaged or exchanged there is
  /// replaced.
  ///
  /// - Parameters:
  ///   - cache: the folder of everything that is kept.
  ///   - python: an interpreter with `venv`, for pip.
  ///   - log: where the programs' output goes.
  /// - Throws: ``RebuildError`` of reason `environment` or `files`.
  init(cache: FilePath, python: String = "python3", log: inout BuildLog) async throws {
    program = Self.place(in: cache)
    let folder = program.removingLastComponent()
    if Self.digest(ofGenuine: program) != nil { return }
    try FileTree.makeFolder(folder)
    // One fetches, the others wait for it.
    let mark = try FileTree.create(folder.appending(".lock"))
    defer { try? mark.close() }
    while try !Platform.tryLock(mark) { try await Task.sleep(for: .milliseconds(200)) }
    if Self.digest(ofGenuine: program) != nil { return }
    if FileTree.isFile(program) { log.add("`\(program)` is damaged, and is fetched again") }
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
    guard Self.digest(ofGenuine: program) != nil else {
      throw RebuildError(.environment, "the program in the wheel of uv \(Self.version) is another")
    }
  }

  private static func fetch(python: String, log: inout BuildLog) async throws -> [UInt8] {
    var collected = log
    defer { log = collected }
    return try await FileTree.withTemporaryFolder { work in
      let environment = try await PipEnvironment(python: python, work: work, log: &collected)
      let list = work.appending("uv.txt")
      let line = "uv==\(version)" + digests.map { " --hash=sha256:\($0.wheel)" }.joined() + "\n"
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
