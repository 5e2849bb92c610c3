// SPDX-License-Identifier: Apache-2.0

import Archives
import PythonPackaging
import Rebuild
import ServiceClients
import SystemPackage
import Verification

/// The last stage: real pip installs the release from the index into a fresh environment, and it
/// is run there.
struct InstallStage: Sendable {
  let build: BuiltRelease
  let simpleURL: ServiceURL
  let certificateAuthority: FilePath

  func run(
    progress: @escaping @Sendable (String) -> Void
  ) async throws -> ReleaseOutcome.Installed {
    let trial = try trial()
    let report = try await PackageInstaller(
      indexURL: simpleURL.description, certificateAuthority: certificateAuthority
    ).install(build.project, version: build.version, trial: trial, progress: progress)
    let command =
      switch trial {
      case .command(let words): words.joined(separator: " ")
      case .importModule(let name): "python -c \"import \(name)\""
      }
    let line = report.output.split(separator: "\n").first { !$0.allSatisfy(\.isWhitespace) }
    return ReleaseOutcome.Installed(
      pythonVersion: report.pythonVersion, command: command, firstLine: line.map(String.init))
  }

  /// The wheel's first program, else its first importable module.
  private func trial() throws -> PackageInstaller.Trial {
    for file in build.files {
      guard case .wheel(let name) = file.filename else { continue }
      let bytes = try FileReading.bytes(of: file.path.string, limit: 1 << 30)
      let wheel = try ZipArchive(parsing: bytes)
      if let program = try Self.firstProgram(of: wheel) { return .command([program]) }
      return .importModule(
        Self.firstModule(of: wheel) ?? name.project.filenameComponent)
    }
    return .importModule(build.project.filenameComponent)
  }

  /// The first name in `[console_scripts]` of `entry_points.txt` (entry points specification).
  static func firstProgram(of wheel: ZipArchive) throws -> String? {
    guard
      let member = wheel.members.first(where: { $0.path.hasSuffix(".dist-info/entry_points.txt") })
    else { return nil }
    return firstProgram(in: try wheel.contents(of: member))
  }

  static func firstProgram(in entryPoints: [UInt8]) -> String? {
    var isInSection = false
    for line in entryPoints.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
      let text = String(decoding: line, as: UTF8.self)
        .split(separator: " ").joined(separator: " ")
      if text.hasPrefix("[") {
        isInSection = text == "[console_scripts]"
      } else if isInSection, !text.hasPrefix("#"), !text.hasPrefix(";"),
        let end = text.firstIndex(of: "=")
      {
        let name = text[..<end].split(separator: " ").joined(separator: " ")
        if !name.isEmpty { return name }
      }
    }
    return nil
  }

  private static func firstModule(of wheel: ZipArchive) -> String? {
    for member in wheel.members where !member.isFolder {
      let parts = member.path.split(separator: "/", omittingEmptySubsequences: false)
      guard let top = parts.first, !top.hasSuffix(".dist-info"), !top.hasSuffix(".data") else {
        continue
      }
      if parts.count == 2, parts[1] == "__init__.py" { return String(top) }
      if parts.count == 1, top.hasSuffix(".py") { return String(top.dropLast(3)) }
    }
    return nil
  }

  /// The stage's line.
  static func summary(_ installed: ReleaseOutcome.Installed) -> String {
    "pip installed it with Python \(installed.pythonVersion); `\(installed.command)` runs"
  }
}
