// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
package import PythonPackaging
package import SystemPackage

/// Installing a release from an index with real pip into a fresh virtual environment, and running
/// it there: what a user of the package does.
package struct PackageInstaller: Sendable {
  /// How to find out that an installed package works.
  package enum Trial: Hashable, Sendable {
    /// Import a module: `python -c "import MODULE"`.
    case importModule(String)
    /// Run a program that the package installs, with arguments; the first element is its name.
    case command([String])
  }

  /// What happened.
  package struct Report: Sendable {
    /// All packages that are installed, as `name==version`.
    package let packages: [String]
    /// What the trial printed, both streams.
    package let output: String
    /// The version of Python.
    package let pythonVersion: String
  }

  /// The index's URL that ends with `/simple/`.
  package let indexURL: String
  /// The certificate authority that signed the index's TLS certificate, if it is a private one.
  package let certificateAuthority: FilePath?
  /// The interpreter's name or path.
  package let python: String

  /// Describes where to install from.
  package init(
    indexURL: String, certificateAuthority: FilePath? = nil, python: String = "python3"
  ) {
    self.indexURL = indexURL
    self.certificateAuthority = certificateAuthority
    self.python = python
  }

  /// Installs one version of a project, then what it depends on, and tries it.
  ///
  /// The package itself must come from this index, so the caller's settings for pip do not apply to
  /// it. Its dependencies come from where the caller's pip gets packages; both indexes are never
  /// asked for the same name, which would let one of them answer for the other.
  ///
  /// - Throws: ``RebuildError`` of reason `install` with the end of pip's output, of reason
  ///   `environment` or `files`, and `CancellationError`.
  package func install(
    _ project: ProjectName, version: Version, trial: Trial,
    progress: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> Report {
    try await FileTree.withTemporaryFolder { work in
      var log = BuildLog(file: nil, progress: progress)
      let environment = try await PipEnvironment(
        python: python, work: work, additional: variables, inheritsIndexSettings: false, log: &log)
      var command = [
        environment.python.string, "-m", "pip", "install", "--no-cache-dir", "--no-deps",
        "--index-url", indexURL,
      ]
      if let certificateAuthority { command += ["--cert", certificateAuthority.string] }
      let requirement = "\(project.normalized)==\(version.normalized)"
      command.append(requirement)
      guard try await environment.process(command, in: work).run(log: &log) else {
        let reason = log.lastError.map { ": \($0)" } ?? ""
        throw RebuildError(
          .install, "pip cannot install \(project) \(version) from `\(indexURL)`\(reason)",
          logTail: log.tail)
      }
      try await installDependencies(of: requirement, in: environment, work: work, log: &log)
      let packages = try await environment.process(
        [environment.python.string, "-m", "pip", "freeze"], in: work
      ).collect()
      let listed = LineBuffer.printable(packages.standardOutput[...])
      return Report(
        packages: listed.split(separator: "\n").map(String.init),
        output: try await run(trial, of: project, in: environment, work: work),
        pythonVersion: environment.pythonVersion)
    }
  }

  /// Installs what an installed requirement depends on; asks nobody if nothing is missing.
  private func installDependencies(
    of requirement: String, in environment: PipEnvironment, work: FilePath,
    log: inout BuildLog
  ) async throws {
    let python = environment.python.string
    let check = try await environment.process([python, "-m", "pip", "check"], in: work).collect()
    if check.isSuccess { return }
    let command = [python, "-m", "pip", "install", "--no-cache-dir", requirement]
    guard
      try await environment.processWithCallersIndex(command, in: work).run(log: &log)
    else {
      let reason = log.lastError.map { ": \($0)" } ?? ""
      throw RebuildError(
        .install, "pip cannot install what `\(requirement)` depends on\(reason)",
        logTail: log.tail)
    }
  }

  private func run(
    _ trial: Trial, of project: ProjectName, in environment: PipEnvironment, work: FilePath
  ) async throws -> String {
    let command: [String]
    switch trial {
    case .importModule(let name):
      // The name goes to Python as an argument, so that it cannot be code.
      let script = "import importlib, sys; importlib.import_module(sys.argv[1])"
      command = [environment.python.string, "-c", script, name]
    case .command(let words):
      guard let program = words.first, let name = FilePath.Component(program) else {
        throw RebuildError(.install, "there is no program to run")
      }
      let path = environment.folder.appending("bin").appending(name)
      guard FileTree.isFile(path) else {
        throw RebuildError(
          .install, "\(project) is installed, but has no program `\(program)`",
          help: "programs are declared in `[project.scripts]` of pyproject.toml")
      }
      command = [path.string] + words.dropFirst()
    }
    let outcome = try await environment.process(command, in: work.appending("home")).collect()
    let output = LineBuffer.printable(outcome.standardOutput[...]) + outcome.standardError
    guard outcome.isSuccess else {
      throw RebuildError(
        .install, "\(project) is installed, but does not run: \(outcome.status)",
        logTail: output.split(separator: "\n").suffix(20).map(String.init))
    }
    return output
  }

  private var variables: [String: String] {
    // The bundles would override --cert; this value stops pip from reading any configuration.
    var result = ["PIP_CONFIG_FILE": "/dev/null"]
    let isLocal = ["//localhost", "//127.0.0.1", "//[::1]"].contains { indexURL.contains($0) }
    let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"]
    for name in proxies + proxies.map({ $0.lowercased() }) where !isLocal {
      result[name] = Platform.environment[name]
    }
    if certificateAuthority == nil {
      // Without a private authority the machine's own settings for public ones stay.
      for name in ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"] {
        result[name] = Platform.environment[name]
      }
    }
    return result
  }
}
