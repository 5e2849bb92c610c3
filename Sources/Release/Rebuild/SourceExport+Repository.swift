// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import PythonPackaging
import SystemPackage

extension SourceExport {
  /// Whether a build may ask git for its version or its files: where none is written down, or where
  /// a requirement is known for it.
  func wantsRepository(_ configuration: ProjectConfiguration) -> Bool {
    guard commit != nil, !isDirty, subfolder.isEmpty else { return false }
    guard configuration.version != nil else { return true }
    let names = configuration.buildRequirements.compactMap {
      (try? Requirement($0))?.project.normalized
    }
    return names.contains { name in
      ["scm", "vcs", "git", "pbr", "meson"].contains { part in
        name.split(separator: "-").contains { $0 == part }
      }
    }
  }

  /// Writes the commit with a repository of its own: its history and the tags in it, and nothing else
  /// of the original.
  ///
  /// - Throws: ``RebuildError`` of reason `source` or `files`.
  func exportRepository(into folder: FilePath) async throws {
    guard let commit else { throw RebuildError(.source, "there is no commit to export") }
    try await SourceHistory { try await GitRepository(folder: $1).run($0) }
      .copy(commit, from: project, into: folder)
    let clone = GitRepository(folder: folder)
    let endings = [
      "-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "advice.detachedHead=false",
    ]
    _ = try await clone.output(endings + ["checkout", "--quiet", "--detach", commit])
    FileTree.remove(folder.appending(".git/logs"))
    guard try await !clone.hasSubmodules(commit: commit, path: "") else {
      throw RebuildError(
        .source, "the source holds git submodules, which cannot be exported",
        help: "copy the submodule's files into the repository, or depend on it as a package")
    }
    setTimes(below: folder)
  }

  // As `git archive` does: all files have the commit's time.
  private func setTimes(below folder: FilePath) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? [] {
      let path = folder.appending(name)
      if Platform.isFolderItself(path) { setTimes(below: path) }
      Platform.setTime(path, seconds: time, nanoseconds: 0)
    }
    Platform.setTime(folder, seconds: time, nanoseconds: 0)
  }
}
