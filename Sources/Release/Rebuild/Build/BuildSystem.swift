// SPDX-License-Identifier: Apache-2.0

import SourceText
package import SystemPackage

/// The `[build-system]` table of `pyproject.toml` (PEP 517, PEP 518), and nothing else of it.
package struct BuildSystem: Hashable, Sendable {
  /// The requirements of the build.
  package var requirements: [String]
  /// The back end: `module` or `module:object`.
  package var backend: String
  /// Folders of the source to import the back end from.
  package var backendPath: [String]

  /// What stands where nothing is written.
  package static let legacyBackend = "setuptools.build_meta:__legacy__"

  /// Reads it from a source; one without `pyproject.toml`, or without the table, has the
  /// prescribed defaults.
  ///
  /// - Throws: ``RebuildError`` of reason `project`, `source` or `files`.
  package init(source folder: FilePath) throws(RebuildError) {
    let bytes = try FileTree.readSource("pyproject.toml", in: folder, limit: TOMLLimits().size)
    guard let bytes else {
      guard FileTree.isFile(folder.appending("setup.py")) else {
        throw RebuildError(
          .project, "there is neither `pyproject.toml` nor `setup.py` in the source")
      }
      self.init(requirements: ProjectConfiguration.legacyRequirements)
      return
    }
    try self.init(parsing: bytes)
  }

  /// Reads it from the contents of a `pyproject.toml`.
  ///
  /// - Throws: ``RebuildError`` of reason `project`.
  package init(parsing bytes: [UInt8]) throws(RebuildError) {
    do {
      guard let table = try TOMLDocument(parsing: bytes).root.optional("build-system") else {
        self.init(requirements: ProjectConfiguration.legacyRequirements)
        return
      }
      self.init(
        requirements: try table.required("requires").strings(),
        backend: try table.optional("build-backend")?.string(),
        backendPath: try table.optional("backend-path")?.strings() ?? [])
      for (index, part) in backendPath.enumerated() {
        let path = FilePath(part)
        guard !path.isAbsolute, !path.lexicallyNormalized().starts(with: "..") else {
          throw table.error("`backend-path[\(index)]` leaves the source")
        }
      }
    } catch {
      throw RebuildError(
        .project, "`pyproject.toml` cannot be used: \(error)",
        help: "correct the file; https://packaging.python.org describes its tables")
    }
  }

  /// Describes one.
  package init(requirements: [String], backend: String? = nil, backendPath: [String] = []) {
    self.requirements = requirements
    self.backend = backend ?? Self.legacyBackend
    self.backendPath = backendPath
  }
}
