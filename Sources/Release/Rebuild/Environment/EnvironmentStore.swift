// SPDX-License-Identifier: Apache-2.0

package import Encodings
import FoundationEssentials
import PythonPackaging
package import SystemPackage

/// Resolves build requirements, and keeps environments in which they are installed.
///
/// ```
/// tools/uv-0.13.8-x86_64/uv     the resolver
/// wheels/                       its cache of downloads
/// environments/KEY/             one virtual environment, never changed, with what it must be
/// resolutions/KEY.toml          what was resolved up to a moment that has passed
/// ```
/// What is in it is compared with its digest before each use, and made again where it is damaged or
/// only half there. Only wheels are taken, so nothing of a package runs while it is resolved,
/// fetched and unpacked.
/// `KEY` is a digest of the lock, the interpreter and the resolver's version. The folder can be
/// removed at any time; what is missing is made again.
package struct EnvironmentStore: Sendable {
  /// The folder of everything.
  package let cache: FilePath
  /// Whether resolutions that cannot change any more are kept, and taken from there.
  package var keepsResolutions = false
  /// Variables of the caller, which say where the index is.
  var variables = Platform.environment

  private static let indexHelp = """
    check the names and versions, that wheels of them exist, and that the index can be reached: \
    PyPI, or the one that PIP_INDEX_URL or pip.conf names
    """

  /// Uses a folder.
  ///
  /// - Parameter cache: `~/.cache/hallmark` by default, where `XDG_CACHE_HOME` does not say
  ///   otherwise.
  package init(cache: FilePath? = nil) {
    self.cache = cache ?? Self.defaultCache ?? FilePath()
  }

  private static var defaultCache: FilePath? {
    let environment = Platform.environment
    if let folder = environment["XDG_CACHE_HOME"], folder.hasPrefix("/") {
      return FilePath(folder).appending("hallmark")
    }
    if let home = environment["HOME"], home.hasPrefix("/") {
      return FilePath(home).appending(".cache/hallmark")
    }
    return nil
  }

  /// Makes sure that there is a place for the cache.
  ///
  /// What lies there is run, so a folder that everyone may write to is none.
  func checkPlace() throws(RebuildError) {
    guard !cache.isEmpty else {
      throw RebuildError(
        .environment, "there is no folder for tools and environments",
        help: "set HOME, or XDG_CACHE_HOME, to a folder of your own")
    }
  }

  /// What is to be resolved.
  package struct Question: Hashable, Sendable {
    /// Requirements as `pyproject.toml` writes them.
    package var requirements: [String]
    /// The moment after which uploads do not count; `nil` counts all.
    package var uploadedBefore: Timestamp?
    /// Locks wheels for all platforms and for this version of Python, such as `3.11`, and newer
    /// ones; `nil` locks those for the interpreter that is there.
    package var oldestPython: String?

    /// Whether the moment of the answer is recorded as ``uploadedBefore`` where all uploads count:
    /// nothing later can be in it, and whoever asks again with that moment has the same answer.
    package var recordsMoment = false

    /// Asks for requirements.
    package init(
      _ requirements: [String], uploadedBefore: Timestamp? = nil, oldestPython: String? = nil
    ) {
      self.requirements = requirements
      self.uploadedBefore = uploadedBefore
      self.oldestPython = oldestPython
    }

    /// The question as the lock records it.
    func answered(at moment: Timestamp) -> Question {
      guard recordsMoment, uploadedBefore == nil else { return self }
      var question = self
      // Uploads of this very second may be in it.
      question.uploadedBefore = moment.wholeSeconds.adding(seconds: 1)
      return question
    }
  }

  /// Resolves requirements to one version each, with the digests of the wheels.
  ///
  /// - Throws: ``RebuildError`` of reason `requirements`, `environment` or `files`.
  package func lock(
    _ question: Question, for interpreter: Interpreter,
    log progress: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> BuildLock {
    var log = BuildLog(file: nil, progress: progress)
    return try await lock(question, for: interpreter, log: &log)
  }

  func lock(
    _ question: Question, for interpreter: Interpreter, log: inout BuildLog
  ) async throws -> BuildLock {
    for requirement in question.requirements { try Self.check(requirement) }
    if !question.requirements.isEmpty { try checkPlace() }
    let now = Timestamp(Date())
    let kept =
      keepsResolutions && !question.requirements.isEmpty
      ? KeptResolution(
        question, for: interpreter, index: IndexSettings(environment: variables), in: cache,
        at: now) : nil
    if let lock = kept?.read() {
      log.add("the requirements are those that were resolved before, from the cache")
      return lock
    }
    let text = try await resolved(question, for: interpreter, log: &log)
    let lock = try BuildLock(resolved: text, question: question.answered(at: now))
    try kept?.write(lock)
    return lock
  }

  // The lock as uv writes it.
  private func resolved(
    _ question: Question, for interpreter: Interpreter, log: inout BuildLog
  ) async throws -> [UInt8] {
    if question.requirements.isEmpty {
      return Array("lock-version = \"1.0\"\ncreated-by = \"hallmark\"\npackages = []\n".utf8)
    }
    let uv = try await UVTool(cache: cache, log: &log)
    var collected = log
    defer { log = collected }
    return try await FileTree.withTemporaryFolder { work in
      let input = work.appending("requirements.in")
      let output = work.appending("pylock.toml")
      let text = question.requirements.map { "\($0)\n" }.joined()
      try FileTree.write(Array(text.utf8), to: input)
      var command = [
        "pip", "compile", "--format", "pylock.toml", "--generate-hashes",
        "--only-binary", ":all:", "--python", interpreter.program.string,
        "--output-file", output.string, "--quiet",
      ]
      if let oldest = question.oldestPython {
        command += ["--universal", "--python-version", oldest]
      }
      if let moment = question.uploadedBefore { command += ["--exclude-newer", moment.rfc3339] }
      try await run(uv, command + [input.string], work: work, doing: "resolved", log: &collected)
      return try FileTree.read(output, limit: Pylock.sizeLimit)
    }
  }

  /// The environment of a lock: from the cache, or installed now.
  ///
  /// - Throws: ``RebuildError`` of reason `requirements`, `environment` or `files`.
  package func environment(
    for lock: BuildLock, interpreter: Interpreter,
    log progress: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> BuildSite {
    var log = BuildLog(file: nil, progress: progress)
    return try await environment(for: lock, interpreter: interpreter, log: &log)
  }

  func environment(
    for lock: BuildLock, interpreter: Interpreter, log: inout BuildLog
  ) async throws -> BuildSite {
    try checkPlace()
    let key = SHA256Hash(
      hashing: Array(
        """
        2 \(SHA256Hash(hashing: Array(lock.requirementLines.utf8)))
        \(interpreter.program) \(interpreter.version) \(interpreter.sha256)
        uv \(UVTool.version)
        """.utf8)
    ).hexadecimal.prefix(32)
    let folder = cache.appending("environments").appending(String(key))
    if let site = verified(folder, for: interpreter) { return site }
    if FileTree.isFolder(folder) { try await discard(folder, interpreter, log: &log) }
    try await install(lock, interpreter: interpreter, folder: folder, log: &log)
    guard let site = verified(folder, for: interpreter) else {
      throw RebuildError(
        .files, "the environment in `\(folder)` is not what was installed",
        help: "look at the disk; remove the folder, and build again")
    }
    return site
  }

  /// The environment that lies in a folder, if it is whole.
  private func verified(_ folder: FilePath, for interpreter: Interpreter) -> BuildSite? {
    let path = folder.appending(EnvironmentRecord.filename)
    guard let bytes = try? FileTree.read(path, limit: EnvironmentRecord.sizeLimit),
      let record = try? EnvironmentRecord(parsing: bytes),
      let sha256 = try? FolderManifest.sha256(of: folder, except: [EnvironmentRecord.filename]),
      sha256 == record.sha256
    else { return nil }
    return BuildSite(folder: folder, interpreter: interpreter, wheels: record.wheels)
  }

  /// Moves an environment that is not whole out of the way.
  private func discard(
    _ folder: FilePath, _ interpreter: Interpreter, log: inout BuildLog
  ) async throws {
    let parent = folder.removingLastComponent()
    // One at a time: the next one may find that it was made again.
    let mark = try FileTree.create(parent.appending(".lock"))
    defer { try? mark.close() }
    while try !Platform.tryLock(mark) { try await Task.sleep(for: .milliseconds(200)) }
    guard FileTree.isFolder(folder), verified(folder, for: interpreter) == nil else { return }
    log.add("the environment in `\(folder)` is damaged, and is made again")
    let damaged = parent.appending(".\(Platform.uniqueSuffix).partial")
    do {
      try Platform.rename(folder, to: damaged)
    } catch {
      throw RebuildError(.files, "cannot move the folder `\(folder)`")
    }
    FileTree.remove(damaged)
  }

  private func install(
    _ lock: BuildLock, interpreter: Interpreter, folder: FilePath, log: inout BuildLog
  ) async throws {
    try FileTree.makeFolder(folder.removingLastComponent())
    let partial = folder.removingLastComponent().appending(".\(Platform.uniqueSuffix).partial")
    defer { if FileTree.isFolder(partial) { FileTree.remove(partial) } }
    try FileTree.makeFolder(partial)
    // Whatever the mask of permissions is: another user reads it in the sandbox.
    Platform.makeExecutable(partial)
    try makeEmpty(partial, for: interpreter)
    var wheels: [BuildSite.Wheel] = []
    if !lock.pylock.packages.isEmpty {
      let uv = try await UVTool(cache: cache, log: &log)
      let list = partial.appending("requirements.txt")
      try FileTree.write(Array(lock.requirementLines.utf8), to: list)
      try await run(
        uv, Self.installation(from: list, into: partial), work: partial, doing: "installed",
        log: &log)
      let packages = Self.sitePackages(of: partial)
      let installed = BuildSite.installed(of: lock) { package in
        packages.flatMap { Self.tags(of: package, in: $0) }
      }
      wheels += installed.wheels
      for (package, candidates) in installed.unclear {
        let file = try await settle(package, among: candidates, in: partial, by: uv, log: &log)
        wheels.append(BuildSite.Wheel(filename: file.filename, sha256: file.sha256))
      }
      wheels.sort { $0.filename.utf8.lexicographicallyPrecedes($1.filename.utf8) }
    }
    let record = EnvironmentRecord(sha256: try FolderManifest.sha256(of: partial), wheels: wheels)
    let path = partial.appending(EnvironmentRecord.filename)
    try FileTree.write(Array(record.json.compactText.utf8), to: path)
    do {
      try Platform.rename(partial, to: folder)
    } catch {
      // Another process was faster with the same packages.
      guard FileTree.isFolder(folder) else {
        throw RebuildError(.files, "cannot make the folder `\(folder)`")
      }
    }
  }

  // The environment's own interpreter only tells uv where it is; it has no packages yet.
  private static func installation(from list: FilePath, into folder: FilePath) -> [String] {
    [
      "pip", "install", "--quiet", "--python", folder.appending("bin/python").string,
      "--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", list.string,
    ]
  }

  /// Installs a package anew from one certain wheel, where it cannot be told which one was chosen.
  private func settle(
    _ package: Pylock.Package, among candidates: [Pylock.File], in folder: FilePath, by uv: UVTool,
    log: inout BuildLog
  ) async throws -> Pylock.File {
    let list = folder.appending("requirements.txt")
    let all = try FileTree.read(list, limit: Pylock.sizeLimit)
    defer { try? FileTree.write(all, to: list) }
    for file in candidates {
      let line = "\(package.requirement.text) --hash=sha256:\(file.sha256.hexadecimal)\n"
      try FileTree.write(Array(line.utf8), to: list)
      do {
        try await run(
          uv, Self.installation(from: list, into: folder) + ["--reinstall"], work: folder,
          doing: "installed", log: &log)
        return file
      } catch let error as RebuildError where error.reason == .requirements {
        // Not for this machine.
        continue
      }
    }
    throw RebuildError(
      .requirements, "no wheel of `\(package.requirement.project)` can be installed by its digest",
      logTail: log.tail)
  }

  /// A virtual environment (PEP 405) without packages; `relocatable` lets uv write commands that run
  /// at any place.
  private func makeEmpty(_ folder: FilePath, for interpreter: Interpreter) throws {
    let minor = interpreter.version.split(separator: ".").prefix(2).joined(separator: ".")
    let parts = ["bin", "lib/python\(minor)/site-packages"]
    for part in parts { try FileTree.makeFolder(folder.appending(part)) }
    for part in ["bin", "lib", "lib/python\(minor)", "lib/python\(minor)/site-packages"] {
      Platform.makeExecutable(folder.appending(part))
    }
    do {
      for name in ["python", "python3", "python\(minor)"] {
        try FileManager.default.createSymbolicLink(
          atPath: folder.appending("bin/\(name)").string,
          withDestinationPath: interpreter.program.string)
      }
    } catch {
      throw RebuildError(.files, "cannot make links in `\(folder)`")
    }
    let configuration = """
      home = \(interpreter.program.removingLastComponent())
      implementation = CPython
      version_info = \(interpreter.version)
      include-system-site-packages = false
      relocatable = true

      """
    let path = folder.appending("pyvenv.cfg")
    try FileTree.write(Array(configuration.utf8), to: path)
    Platform.makeReadable(path)
  }

  private func run(
    _ uv: UVTool, _ arguments: [String], work: FilePath, doing: String, log: inout BuildLog
  ) async throws {
    let index = IndexSettings(environment: self.variables)
    var variables = index.variables
    for name in ["PATH", "HOME"] { variables[name] = self.variables[name] }
    variables["UV_CACHE_DIR"] = cache.appending("wheels").string
    variables["UV_PYTHON_DOWNLOADS"] = "never"
    variables["UV_NO_PROGRESS"] = "1"
    variables["NO_COLOR"] = "1"
    var command = [uv.program.string] + arguments + ["--no-config"]
    if index.isOffline, arguments.first == "pip" { command.append("--no-index") }
    let process = ChildProcess(command: command, environment: variables, folder: work)
    guard try await process.run(log: &log) else {
      let problem = log.tail.first { $0.contains("×") || $0.hasPrefix("error:") }
      let words = problem?.drop { $0 == " " || $0 == "×" }.drop { $0 == " " }
      throw RebuildError(
        .requirements,
        "the requirements of the build cannot be \(doing)" + (words.map { ": \($0)" } ?? ""),
        help: Self.indexHelp, logTail: log.tail.filter { !$0.hasPrefix("$ ") })
    }
  }

  /// A requirement goes into a file that uv reads, so it must be one of that file's lines.
  private static func check(_ requirement: String) throws(RebuildError) {
    do {
      _ = try Requirement(requirement)
    } catch {
      throw RebuildError(
        .requirements, "the build requires `\(requirement)`, which cannot be locked: \(error)")
    }
  }

  private static func sitePackages(of folder: FilePath) -> FilePath? {
    let lib = folder.appending("lib")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: lib.string)) ?? []
    return names.sorted().first.map { lib.appending($0).appending("site-packages") }
  }

  private static func tags(of package: Pylock.Package, in site: FilePath) -> Set<String>? {
    let name = package.requirement.project.normalized.replacing("-", with: "_")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: site.string)) ?? []
    let found = names.first { entry in
      guard entry.hasSuffix(".dist-info") else { return false }
      let parts = entry.dropLast(".dist-info".count).split(separator: "-")
      return parts.first.map {
        (try? ProjectName(String($0)))?.normalized.replacing("-", with: "_") == name
      } ?? false
    }
    guard let found else { return nil }
    let path = site.appending(found).appending("WHEEL")
    let bytes = (try? FileTree.read(path, limit: 1 << 16)) ?? []
    var tags: Set<String> = []
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    where line.hasPrefix("Tag: ") {
      tags.insert(String(line.dropFirst("Tag: ".count)))
    }
    return tags
  }
}
