// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import FoundationEssentials
import SystemPackage

/// One run of the driver: a copy of the source, a question to the back end, perhaps a file.
struct SandboxRun: Sendable {
  /// The build it belongs to.
  let build: SandboxedBuild
  /// The environment.
  let site: BuildSite
  /// The hook that makes a file; `nil` only asks for requirements.
  let hook: String?
  /// Requirements that are met; others end the run before the hook.
  let known: [String]?

  /// What came back.
  struct Result: Sendable {
    /// What the back end requires.
    let requirements: [String]
    /// The file, if one was made; its name is not checked.
    let file: (name: String, bytes: [UInt8])?
    /// Where it ran.
    let surroundings: BuildSurroundings
  }

  /// Runs the driver.
  ///
  /// - Throws: ``RebuildError``, `CancellationError`.
  func run(log: inout BuildLog) async throws -> Result {
    var collected = log
    defer { log = collected }
    return try await FileTree.withTemporaryFolder { work in
      let job = work.appending("job")
      try FileTree.makeFolder(job)
      for folder in [work, job] { Platform.makeExecutable(folder) }
      let layout = Layout(build: build, site: try ownSite(in: work), work: work)
      let user = build.conditions
      let files: [(String, String)] = [
        ("driver.py", BuildDriver.driver), ("hook.py", BuildDriver.hook),
        ("request.json", request(layout).compactText),
        (
          "passwd",
          "root:x:0:0:root:/:/bin/false\n\(user.userName):x:\(layout.userID):\(layout.userID)::"
            + "\(user.home):/bin/sh\n"
        ),
        ("group", "root:x:0:\n\(user.userName):x:\(layout.userID):\n"),
      ]
      for (name, text) in files {
        let path = job.appending(name)
        try FileTree.write(Array(text.utf8), to: path, isTemporary: true)
        Platform.makeReadable(path)
      }
      let channel = work.appending("result.tar")
      let output = try FileTree.create(channel)
      defer { try? output.close() }
      let process = SupervisedProcess(
        command: layout.command, environment: ["PATH": "/usr/bin:/bin"], folder: "/",
        limits: build.limits, isSandbox: layout.isSandbox,
        scratch: layout.isSandbox ? nil : work)
      let filter = work.appending("filter")
      try FileTree.write(layout.filter ?? [], to: filter, isTemporary: true)
      let input = try FileTree.openForReading(filter)
      defer { try? input.close() }
      let outcome = try await process.run(input: input, output: output, log: &collected)
      if let kind = outcome.exceeded { throw limitError(kind, collected) }
      guard outcome.isSuccess else {
        let (_, size) = try FileTree.digest(channel)
        if size >= Int64(build.limits.output) { throw limitError(.output, collected) }
        if let kind = Self.limit(in: collected.tail) { throw limitError(kind, collected) }
        if layout.isSandbox, let line = collected.tail.last, line.hasPrefix("bwrap: ") {
          throw RebuildError(.sandbox, "the sandbox cannot be made: \(line.dropFirst(7))")
        }
        throw RebuildError(
          .build, "the build ended with \(outcome.status)", logTail: collected.tail)
      }
      let bytes = try FileTree.read(channel, limit: build.limits.output + 1 << 20)
      return try result(of: bytes, layout, log: collected)
    }
  }

  /// Nothing outside of a sandbox keeps a build from changing its environment, so it gets a copy.
  private func ownSite(in work: FilePath) throws(RebuildError) -> BuildSite {
    guard case .unsandboxed = build.place else { return site }
    let copy = work.appending("env")
    try FileTree.copyItem(site.folder, to: copy)
    return BuildSite(folder: copy, interpreter: site.interpreter, wheels: site.wheels)
  }

  private func request(_ layout: Layout) -> JSONValue {
    let conditions = build.conditions
    func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
    func object<Value>(_ pairs: [String: Value], _ make: (Value) -> JSONValue) -> JSONValue {
      .object(pairs.sorted { $0.key < $1.key }.map { ($0.key, make($0.value)) })
    }
    let dropped = layout.changesUser ? JSONValue.integer(Int64(layout.userID)) : .null
    return [
      "input": .string(layout.input.string), "source": .string(layout.source.string),
      "project": .string(layout.source.appending(build.subfolder).string),
      "work": .string(layout.scratch.string), "folders": strings(layout.folders),
      "writable": strings(layout.isSandbox ? Sandbox.writable : []),
      "python": .string(layout.environment.appending("bin/python").string),
      "hook": hook.map { .string($0) } ?? .null,
      "requires": .string("get_requires_for_build_\(build.kind.rawValue)"),
      "backend": .string(build.system.backend), "backend_path": strings(build.system.backendPath),
      "known": known.map(strings) ?? .null, "settings": .object([]),
      "umask": .integer(Int64(conditions.umask)), "uid": dropped, "gid": dropped,
      "variables": object(layout.variables) { .string($0) },
      "limits": object(build.limits.perProcess) { .integer(Int64($0)) },
      "sandbox": .boolean(layout.isSandbox),
      "reverse": .boolean(conditions.reversesDirectoryOrder),
      "shift": .integer(conditions.sourceTimeShift),
    ]
  }

  // What comes out of a sandbox is as hostile as what went in.
  private func result(of bytes: [UInt8], _ layout: Layout, log: BuildLog) throws -> Result {
    let damaged = RebuildError(
      .build, "the build's results cannot be read", logTail: log.tail)
    let limits = ArchiveLimits(
      archiveSize: bytes.count, entries: 2, memberSize: build.limits.output)
    guard let archive = try? TarArchive(parsing: bytes, limits: limits),
      let text = try? archive.contents(of: "result.json"),
      let node = try? JSONNode(parsing: text, limits: JSONLimits(size: 1 << 20)),
      let status = try? node.required("status").string(),
      let requirements = try? node.required("requires").array(limit: 1000).map({
        try $0.string()
      })
    else { throw damaged }
    let surroundings = BuildSurroundings(
      isSandbox: layout.isSandbox, folder: layout.source, variables: layout.variables,
      conditions: build.conditions, userID: layout.userID)
    switch status {
    case "requires":
      return Result(requirements: requirements, file: nil, surroundings: surroundings)
    case "built":
      guard let name = try? node.required("name").string(),
        let contents = try? archive.contents(of: "dist/\(name)")
      else { throw damaged }
      return Result(
        requirements: requirements, file: (name, contents), surroundings: surroundings)
    default:
      let named = (try? node.optional("limit")?.string()).flatMap { $0 }
      let kind = named.flatMap(Sandbox.Limits.Kind.init) ?? Self.limit(in: log.tail)
      if let kind { throw limitError(kind, log) }
      let problem = (try? node.optional("problem")?.string()).flatMap { $0 } ?? "the build failed"
      let reason = log.lastError ?? Self.lastException(in: log.tail)
      throw RebuildError(
        .build,
        LineBuffer.printable(Array(problem.utf8)[...]) + (reason.map { ": \($0)" } ?? ""),
        logTail: log.tail)
    }
  }

  private func limitError(_ kind: Sandbox.Limits.Kind, _ log: BuildLog) -> RebuildError {
    RebuildError(
      .limit, "the build was stopped at its limit of \(build.limits.text(kind))",
      help: "if the build needs more, give it more with --limit-\(kind.rawValue)",
      logTail: log.tail,
      limit: kind)
  }

  /// What the system says where a limit is met that only the build itself sees.
  private static func limit(in tail: [String]) -> Sandbox.Limits.Kind? {
    for line in tail.reversed() {
      for (text, kind) in limitMessages where line.contains(text) { return kind }
    }
    return nil
  }

  private static let limitMessages: [(String, Sandbox.Limits.Kind)] = [
    ("No space left on device", .disk), ("Resource temporarily unavailable", .processes),
    ("can't start new thread", .processes), ("Cannot fork", .processes),
    ("Cannot allocate memory", .memory), ("MemoryError", .memory), ("File too large", .output),
    ("CPU time limit exceeded", .time),
  ]

  /// The end of a traceback: `SystemExit: …`, `ModuleNotFoundError: …`.
  private static func lastException(in tail: [String]) -> String? {
    tail.last { line in
      guard let first = line.utf8.first, first != 0x20 else { return false }
      let name = line.prefix { $0 != ":" }
      return name.hasSuffix("Error") || name.hasSuffix("Exception")
    }
  }
}
