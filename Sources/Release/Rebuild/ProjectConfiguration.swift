// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
package import PythonPackaging
import SourceText
package import SystemPackage

/// What `pyproject.toml` says about a project's name, version and build (PEP 518, PEP 621).
package struct ProjectConfiguration: Sendable {
  /// The project's name, if it is written down.
  package let name: ProjectName?
  /// The project's version; `nil` if the build back end computes it.
  package let version: Version?
  /// The requirements of the build, such as `hatchling>=1.27`.
  package let buildRequirements: [String]
  /// The import path of the build back end, such as `hatchling.build`.
  package let buildBackend: String?

  /// The requirement and the back end that PEP 518 and PEP 517 prescribe without a
  /// `[build-system]` table.
  package static let legacyRequirements = ["setuptools>=40.8.0"]

  /// Reads `pyproject.toml` of a project's folder.
  ///
  /// - Throws: ``RebuildError`` of reason `project`.
  package init(project folder: FilePath) throws(RebuildError) {
    let path = folder.appending("pyproject.toml")
    guard FileTree.isFolder(folder) else {
      throw RebuildError(
        .project, "there is no folder `\(folder)`", help: "give the folder of a Python project")
    }
    guard FileTree.isFile(path) else {
      throw RebuildError(
        .project, "there is no `pyproject.toml` in `\(folder)`",
        help: """
          give the folder of a Python project; a project without one needs a `pyproject.toml` with \
          `[build-system]` and `[project]` tables, see https://packaging.python.org
          """)
    }
    try self.init(parsing: try FileTree.read(path, limit: TOMLLimits().size))
  }

  /// Parses the contents of a `pyproject.toml`.
  ///
  /// - Throws: ``RebuildError`` of reason `project`.
  package init(parsing bytes: [UInt8]) throws(RebuildError) {
    do {
      let root = try TOMLDocument(parsing: bytes).root
      let build = try root.optional("build-system")
      if let build {
        buildRequirements = try build.required("requires").strings()
        buildBackend = try build.optional("build-backend")?.string()
      } else {
        buildRequirements = Self.legacyRequirements
        buildBackend = nil
      }
      guard let project = try root.optional("project") else {
        name = nil
        version = nil
        return
      }
      let dynamic = try project.optional("dynamic")?.strings() ?? []
      name = try ProjectName(try project.required("name").string())
      guard let written = try project.optional("version") else {
        guard dynamic.contains("version") else {
          throw project.error("`version` is missing, and not listed in `dynamic` either")
        }
        version = nil
        return
      }
      guard !dynamic.contains("version") else {
        throw project.error("`version` is given and also listed in `dynamic`")
      }
      version = try Version(try written.string())
    } catch {
      throw RebuildError(
        .project, "`pyproject.toml` cannot be used: \(error)",
        help: "correct the file; https://packaging.python.org describes its tables")
    }
  }
}
