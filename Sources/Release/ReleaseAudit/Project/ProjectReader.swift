// SPDX-License-Identifier: Apache-2.0

/// How much of a project an audit reads.
package struct ProjectLimits: Hashable, Sendable {
  /// Most bytes of a file; larger ones are named and left out.
  package var fileSize: Int
  /// Most files.
  package var files: Int
  /// Most folders that are looked into.
  package var folders: Int
  /// Most levels below a repository's root at which actions are looked for.
  package var actionDepth: Int
  /// Most levels below a folder of workflows.
  package var folderDepth: Int

  /// Makes limits.
  package init(
    fileSize: Int = 4 << 20, files: Int = 20_000, folders: Int = 20_000, actionDepth: Int = 4,
    folderDepth: Int = 12
  ) {
    self.fileSize = fileSize
    self.files = files
    self.folders = folders
    self.actionDepth = actionDepth
    self.folderDepth = folderDepth
  }
}

/// A project that was read from a disk.
package struct ReadProject: Sendable {
  /// The folder on the disk that the project's paths begin at.
  package let root: String
  /// What was read.
  package var project: AuditedProject

  /// The same with what git knows, where it is a whole repository.
  ///
  /// - Throws: `CancellationError`.
  package func addingGit() async throws(CancellationError) -> Self {
    guard project.isWhole else { return self }
    let state = try await GitReading(root: root).state()
    return Self(root: root, project: project.adding(git: state))
  }

  /// Where a file of the project is on the disk.
  package func location(of path: String) -> String { ProjectReader.join(root, path) }
}

/// Reads what an audit looks at from a disk: repositories, folders of workflows, files.
///
/// A folder with `.git`, `.github` or `pyproject.toml` is a whole repository, of which the files at
/// known places are read (``ProjectPlaces``). Of another folder all YAML files are read. Symbolic
/// links are followed only where they stay inside; what is not read is named in the project's
/// problems.
package struct ProjectReader: Sendable {
  /// A path leads nowhere.
  package struct Missing: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path as it was given.
    package let path: String
    /// What is wrong.
    package let problem: String

    package var description: String { "cannot read `\(path)`: \(problem)" }
  }

  private let limits: ProjectLimits
  private let profile: AuditProfile

  /// Makes a reader.
  package init(limits: ProjectLimits = ProjectLimits(), profile: AuditProfile = .spec8) {
    self.limits = limits
    self.profile = profile
  }

  /// Reads paths; files of one root are one project, so that they know each other.
  ///
  /// - Returns: The projects in the order of the paths, and the paths that lead nowhere.
  package func read(_ paths: [String]) -> (projects: [ReadProject], missing: [Missing]) {
    var missing: [Missing] = []
    var roots: [String] = []
    var places: [String: (folders: [String], files: [String], isWhole: Bool)] = [:]
    for path in paths {
      guard let kind = FolderReading.kind(of: path) else {
        missing.append(Missing(path: path, problem: "there is no such file or folder"))
        continue
      }
      guard kind == .file || kind == .folder else {
        missing.append(Missing(path: path, problem: "it is neither a file nor a folder"))
        continue
      }
      let (root, rest) = Self.split(path, isFolder: kind == .folder)
      if places[root] == nil {
        roots.append(root)
        places[root] = ([], [], false)
      }
      if kind == .file {
        places[root]?.files.append(rest)
      } else if rest.isEmpty, Self.isRepository(root) {
        places[root]?.isWhole = true
      } else {
        places[root]?.folders.append(rest)
      }
    }
    let projects = roots.compactMap { root in
      places[root].map { read(root, $0.folders, $0.files, isWhole: $0.isWhole) }
    }
    return (projects, missing)
  }

  /// Reads one path.
  ///
  /// - Throws: ``Missing``.
  package func read(_ path: String) throws(Missing) -> ReadProject {
    let result = read([path])
    if let missing = result.missing.first { throw missing }
    guard let project = result.projects.first else {
      throw Missing(path: path, problem: "there is nothing to read")
    }
    return project
  }

  private func read(
    _ root: String, _ folders: [String], _ files: [String], isWhole: Bool
  ) -> ReadProject {
    var walk = ProjectWalk(root: root, limits: limits)
    if isWhole { walk.readRepository() }
    for folder in folders { walk.readFolder(folder) }
    for file in files { walk.readNamed(file) }
    return ReadProject(
      root: root,
      project: AuditedProject(
        files: walk.files, isWhole: isWhole, profile: profile, problems: walk.problems,
        named: Set(files)))
  }

  /// Whether a folder is the root of a repository.
  static func isRepository(_ folder: String) -> Bool {
    [".git", ".github", "pyproject.toml", ".gitlab-ci.yml"].contains {
      FolderReading.kind(of: join(folder, $0)) != nil
    }
  }

  /// The root of a path's project and the path below it: what is in a `.github` folder belongs to
  /// the folder around it.
  static func split(_ path: String, isFolder: Bool) -> (root: String, rest: String) {
    let isAbsolute = path.hasPrefix("/")
    var parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
    // Inside of `.github` the root cannot be told from the path alone.
    if parts.isEmpty || parts.last == ".." || parts.first == "workflows" {
      if let resolved = FolderReading.resolved(path), !isAbsolute, isInsideForge(resolved) {
        return split(resolved, isFolder: isFolder)
      }
    }
    let prefix = isAbsolute ? "/" : ""
    if let forge = parts.lastIndex(of: ".github") {
      let root = prefix + parts[..<forge].joined(separator: "/")
      return (root.isEmpty ? "." : root, parts[forge...].joined(separator: "/"))
    }
    if !isFolder, let name = parts.popLast() {
      let root = prefix + parts.joined(separator: "/")
      return (root.isEmpty ? "." : root, name)
    }
    let root = prefix + parts.joined(separator: "/")
    return (root.isEmpty ? "." : root, "")
  }

  private static func isInsideForge(_ path: String) -> Bool {
    path.split(separator: "/").contains(".github")
  }

  static func join(_ folder: String, _ path: String) -> String {
    if path.isEmpty { return folder }
    if folder.isEmpty || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
  }
}
