// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import BuildVersion
import Rebuild
import SystemPackage

/// How files are built: the options that `build` and `release` have in common.
struct HermeticBuildOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The interpreter to build with.", valueName: "program"))
  var python: String = "python3"

  @Option(
    help: ArgumentHelp(
      "A folder outside /usr with tools that the build needs, such as a Rust toolchain; readable "
        + "in the sandbox, its bin in PATH.",
      valueName: "folder"),
    completion: .directory)
  var toolchain: [String] = []

  @Flag(help: "Build the files as they are, also when they differ from the git commit.")
  var allowDirty = false

  @Flag(inversion: .prefixedNo, help: "Build a second time under other conditions and compare.")
  var check = true

  @Flag(
    help: ArgumentHelp(
      "Build without a sandbox: the build may do all that you may. The record says so.",
      discussion: """
        Time, output, memory and processes are limited all the same; disk only in the build's own \
        temporary folder, reading, the network and other files not at all.
        """))
  var unsafeNoSandbox = false

  @OptionGroup(title: "Limits of a build") var limits: BuildLimitOptions

  func validate() throws {
    if python.isEmpty || python.utf8.contains(0) {
      throw ValidationError("--python must be a path.")
    }
    for folder in toolchain where !FilePath(folder).isAbsolute || folder.utf8.contains(0) {
      throw ValidationError("--toolchain must be the whole path of a folder.")
    }
    _ = try limits.limits()
  }

  /// What to build, and how.
  ///
  /// - Parameters:
  ///   - project: the folder of `pyproject.toml`.
  ///   - output: where the files go.
  ///   - wheels: further wheels, made elsewhere.
  /// - Returns: the options.
  /// - Throws: `ValidationError`.
  func build(
    _ project: String, output: FilePath, wheels: [String]
  ) throws -> HermeticBuild.Options {
    var options = HermeticBuild.Options(project: FilePath(project), output: output)
    options.allowDirty = allowDirty
    options.python = python
    options.checks = check
    options.isUnsandboxed = unsafeNoSandbox
    options.toolchains = toolchain.map { FilePath($0) }
    options.limits = try limits.limits()
    options.wheels = wheels.map { FilePath($0) }
    options.toolVersion = String(HALLMARK_VERSION)
    return options
  }
}
