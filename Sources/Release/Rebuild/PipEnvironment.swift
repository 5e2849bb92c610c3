// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SystemPackage

/// A fresh Python virtual environment with pip, and the environment variables for programs in it.
///
/// Of the caller's variables only those pass that say how to reach a package index. Tokens of a
/// release job (`ACTIONS_*`, `*_TOKEN`, …) do not: a build runs code that others wrote.
struct PipEnvironment: Sendable {
  /// The folder of the virtual environment.
  let folder: FilePath
  /// The environment of programs that run in it.
  let variables: [String: String]
  /// The version of Python, such as `3.11.7`.
  let pythonVersion: String

  /// The Python of the virtual environment.
  var python: FilePath { folder.appending("bin/python") }

  /// The oldest Python that is accepted.
  private static let oldestPython = (3, 11)

  /// Variables that configure access to an index, and nothing else.
  private static let indexVariables = [
    "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_TRUSTED_HOST",
    "PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY", "PIP_DEFAULT_TIMEOUT", "PIP_TIMEOUT",
    "PIP_RETRIES", "PIP_CONFIG_FILE", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy",
    "https_proxy", "all_proxy", "no_proxy",
  ]

  /// Makes the folders and the virtual environment below `work`.
  ///
  /// - Parameters:
  ///   - python: The interpreter's name or path.
  ///   - work: An empty folder of its own.
  ///   - additional: Variables on top of the common ones; an empty value removes one.
  ///   - inheritsIndexSettings: Whether the caller's settings for package indexes apply.
  ///   - log: Where the programs' output goes.
  /// - Throws: ``RebuildError`` of reason `environment` or `files`.
  init(
    python: String, work: FilePath, additional: [String: String] = [:],
    inheritsIndexSettings: Bool = true, log: inout BuildLog
  ) async throws {
    let home = work.appending("home")
    let temporary = work.appending("tmp")
    folder = work.appending("venv")
    for path in [home, temporary] { try FileTree.makeFolder(path) }
    let inherited = Platform.environment
    var variables = Self.common(home: home, temporary: temporary, inherited: inherited)
    if inheritsIndexSettings {
      variables = Self.addingIndexSettings(to: variables, inherited: inherited)
      try Self.linkPipConfiguration(into: home, inherited: inherited)
    }
    for (name, value) in additional { variables[name] = value.isEmpty ? nil : value }
    pythonVersion = try await Self.version(of: python, variables: variables, folder: work)
    log.add("python \(pythonVersion)")
    let command = [python, "-m", "venv", folder.string]
    guard
      try await ChildProcess(command: command, environment: variables, folder: work).run(log: &log)
    else {
      throw RebuildError(
        .environment, "python cannot make a virtual environment", help: Platform.venvHelp,
        logTail: log.tail)
    }
    let path = variables["PATH"] ?? ""
    variables["PATH"] = "\(folder.appending("bin")):\(path)"
    variables["VIRTUAL_ENV"] = folder.string
    self.variables = variables
  }

  /// A program to run in this environment.
  func process(_ command: [String], in folder: FilePath) -> ChildProcess {
    ChildProcess(command: command, environment: variables, folder: folder)
  }

  /// A program to run in this environment with the caller's settings for package indexes, whatever
  /// the environment itself was made with.
  func processWithCallersIndex(
    _ command: [String], in folder: FilePath
  ) throws -> ChildProcess {
    let inherited = Platform.environment
    var variables = self.variables
    variables["PIP_CONFIG_FILE"] = nil
    if let home = variables["HOME"] {
      try Self.linkPipConfiguration(into: FilePath(home), inherited: inherited)
    }
    return ChildProcess(
      command: command,
      environment: Self.addingIndexSettings(to: variables, inherited: inherited), folder: folder)
  }

  private static func addingIndexSettings(
    to variables: [String: String], inherited: [String: String]
  ) -> [String: String] {
    variables.merging(inherited.filter { indexVariables.contains($0.key) }) { $1 }
  }

  private static func common(
    home: FilePath, temporary: FilePath, inherited: [String: String]
  ) -> [String: String] {
    [
      "PATH": inherited["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
      "HOME": home.string,
      "TMPDIR": temporary.string,
      "TZ": "UTC",
      "LC_ALL": "C.UTF-8",
      "PYTHONHASHSEED": "0",
      "PYTHONNOUSERSITE": "1",
      "PYTHONUTF8": "1",
      "PIP_DISABLE_PIP_VERSION_CHECK": "1",
      "PIP_NO_INPUT": "1",
      "PIP_PROGRESS_BAR": "off",
      "NO_COLOR": "1",
    ]
  }

  // The home folder is a fresh one, but a private index may be named in the user's pip.conf.
  private static func linkPipConfiguration(
    into home: FilePath, inherited: [String: String]
  ) throws {
    guard let user = inherited["HOME"], !user.isEmpty else { return }
    for (index, name) in Platform.pipConfigurationFiles.enumerated() {
      var source = FilePath(user).appending(name)
      if index == 0, let folder = inherited["XDG_CONFIG_HOME"], !folder.isEmpty {
        source = FilePath(folder).appending("pip/pip.conf")
      }
      guard FileTree.isFile(source) else { continue }
      let target = home.appending(name)
      try FileTree.makeFolder(target.removingLastComponent())
      do {
        try FileManager.default.createSymbolicLink(
          atPath: target.string, withDestinationPath: source.string)
      } catch {
        throw RebuildError(.files, "cannot make the link `\(target)`")
      }
    }
  }

  private static func version(
    of python: String, variables: [String: String], folder: FilePath
  ) async throws -> String {
    let script = "import platform; print(platform.python_version())"
    let outcome: ChildProcess.Outcome
    do {
      outcome = try await ChildProcess(
        command: [python, "-I", "-c", script], environment: variables, folder: folder
      ).collect(limit: 1 << 16)
    } catch let error as RebuildError {
      throw RebuildError(.environment, error.message, help: Platform.venvHelp)
    }
    let text = String(
      decoding: outcome.standardOutput.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    let numbers = text.split(separator: ".").prefix(2).compactMap { Int($0) }
    guard outcome.isSuccess, numbers.count == 2 else {
      throw RebuildError(.environment, "`\(python)` does not run", help: Platform.venvHelp)
    }
    guard (numbers[0], numbers[1]) >= oldestPython else {
      throw RebuildError(
        .environment, "`\(python)` is Python \(text), but 3.11 or newer is needed",
        help: Platform.venvHelp)
    }
    return text
  }
}
