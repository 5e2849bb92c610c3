// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import Reproducibility
import SourceText
import SystemPackage

extension SourceCheckout {
  /// The folder of a project in a repository that may have several, relative to the top.
  ///
  /// It is the one that a person names, or the top where a project is, unless that has another name;
  /// else the only folder whose `pyproject.toml` has the name.
  ///
  /// - Parameters:
  ///   - project: the project's name.
  ///   - named: the folder that a person names.
  /// - Returns: the folder; empty for the top.
  /// - Throws: ``RebuildFailure``.
  func folder(of project: ProjectName, named: String?) throws(RebuildFailure) -> String {
    if let named {
      let folder = named.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
      guard projectFolders.contains(where: { $0.utf8.elementsEqual(folder.utf8) }) else {
        throw RebuildFailure(
          .noSource, "the commit has no project in the folder `\(named)`",
          help: "name a folder with a pyproject.toml by --subdirectory")
      }
      return folder
    }
    let hasTop = projectFolders.contains("")
    let top = hasTop ? Self.reading(self.folder) : Named(name: nil, isProject: false)
    if top.name == project || (top.name == nil && top.isProject) { return "" }
    let found = projectFolders.filter { subfolder in
      !subfolder.isEmpty && Self.reading(self.folder.appending(subfolder)).name == project
    }
    guard found.count < 2 else {
      throw RebuildFailure(
        .noSource,
        "several folders have a project `\(project)`: "
          + found.prefix(5).joined(separator: ", "),
        help: "name the right one by --subdirectory")
    }
    if let only = found.first { return only }
    guard hasTop else {
      throw RebuildFailure(
        .noSource, "no folder of the commit has a pyproject.toml of the project `\(project)`",
        help: "name the project's folder by --subdirectory")
    }
    return ""
  }

  /// What a folder says about itself.
  private struct Named {
    let name: ProjectName?
    /// Whether something is built there: a `pyproject.toml` may also only configure tools.
    let isProject: Bool
  }

  private static func reading(_ folder: FilePath) -> Named {
    let hasSetup = FileTree.isFile(folder.appending("setup.py"))
    guard
      let bytes = (try? FileTree.readSource("pyproject.toml", in: folder, limit: TOMLLimits().size))
        .flatMap({ $0 }),
      let root = try? TOMLDocument(parsing: bytes).root
    else { return Named(name: nil, isProject: hasSetup) }
    let table = (try? root.optional("project")).flatMap { $0 }
    let poetry = (try? root.optional("tool")?.optional("poetry")).flatMap { $0 }
    let text = [table, poetry].compactMap { node in
      (try? node?.optional("name")?.string()).flatMap { $0 }
    }.first
    let hasBuildSystem = ((try? root.optional("build-system")).flatMap { $0 }) != nil
    return Named(
      name: text.flatMap { try? ProjectName($0) }, isProject: hasSetup || hasBuildSystem)
  }
}
