// SPDX-License-Identifier: Apache-2.0

import SystemPackage

/// PyPA's `build` with all that it needs, pinned by version and SHA-256.
enum BuildTool {
  /// The version of `build`.
  static let version = "1.6.1"

  /// A requirements file for `pip install --require-hashes`.
  static let requirements = """
    build==1.6.1 --hash=sha256:ecd351a4be9d35a9eaaba244a7687143c9c7d4aea6ac964e7e7ddab20cbcf4e7
    packaging==26.3 --hash=sha256:d7193f7c8e4e93f444fde0262bf90af30e16fa0ad0ad44cb553c87339b23cd1c
    pyproject_hooks==1.3.3 \
    --hash=sha256:5fc53fdac9f7bd63fbcdc868fb5f90b4784d78a53a3d3388cd738b807441a20b

    """

  /// Installs `build` into a virtual environment.
  static func install(
    into environment: BuildEnvironment, work: FilePath, log: inout BuildLog
  ) async throws {
    let file = work.appending("build-requirements.txt")
    try FileTree.write(Array(requirements.utf8), to: file)
    let command = [
      environment.python.string, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps",
      "--only-binary", ":all:", "--requirement", file.string,
    ]
    guard try await environment.process(command, in: work).run(log: &log) else {
      throw RebuildError(
        .environment, "PyPA's `build` \(version) cannot be installed",
        help: """
          check that pip can reach a package index: PyPI, or the one that PIP_INDEX_URL or \
          pip.conf names
          """,
        logTail: log.tail)
    }
  }

  /// The version of pip in a virtual environment.
  static func pipVersion(of environment: BuildEnvironment, work: FilePath) async throws -> String {
    let script = "import pip; print(pip.__version__)"
    let outcome = try await environment.process(
      [environment.python.string, "-I", "-c", script], in: work
    ).collect(limit: 1 << 16)
    let line = outcome.standardOutput.prefix { $0 != UInt8(ascii: "\n") }
    return outcome.isSuccess ? String(decoding: line, as: UTF8.self) : "unknown"
  }
}
