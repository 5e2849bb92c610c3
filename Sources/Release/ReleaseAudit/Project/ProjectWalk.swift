// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Goes through the folders of a project within limits.
struct ProjectWalk {
  private(set) var files: [AuditedFile] = []
  private(set) var problems: [ProjectProblem] = []

  private let root: String
  private let limits: ProjectLimits
  // Where the root really is; nothing outside of it is read.
  private let realRoot: String
  private var folders = 0
  private var seen: Set<String> = []
  private var ignored: Set<String> = []
  private var isFull = false

  init(root: String, limits: ProjectLimits) {
    self.root = root
    self.limits = limits
    realRoot = FolderReading.resolved(root) ?? root
  }

  /// Reads the files of a repository at their known places.
  mutating func readRepository() {
    if case .success(let bytes) = FolderReading.bytes(
      of: ProjectReader.join(root, ".gitignore"), limit: limits.fileSize)
    {
      ignored = Self.plainNames(bytes)
    }
    visit("", depth: 0)
    readIncludes()
  }

  /// Reads the files that GitLab pipelines include from the repository, wherever they are.
  private mutating func readIncludes() {
    var open = files.filter { [".gitlab-ci.yml", ".gitlab-ci.yaml"].contains($0.path) }
    var parsed: Set<String> = []
    var known = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
    while let file = open.popLast(), parsed.count < Self.mostIncludes {
      guard parsed.insert(file.path).inserted,
        let document = try? GitLabFile.document(parsing: file.bytes)
      else { continue }
      let pipeline = GitLabFile(document, path: file.path)
      let includes =
        pipeline.includes + pipeline.definitions.flatMap { $0.trigger?.includes ?? [] }
      for include in includes.prefix(Self.mostIncludes) {
        guard case .local(let text) = include.source, let place = GitLabPath(text.value) else {
          continue
        }
        for path in paths(of: place) {
          let count = files.count
          if let found = known[path] {
            if !parsed.contains(path) { open.append(found) }
          } else if FolderReading.kind(of: ProjectReader.join(root, path)) == .file,
            staysInside(path)
          {
            read(path)
            if files.count > count, let file = files.last {
              known[path] = file
              open.append(file)
            }
          }
        }
      }
    }
  }

  // GitLab takes no more.
  private static let mostIncludes = 150

  /// The files that a path of an include stands for; patterns in the name alone.
  private mutating func paths(of place: GitLabPath) -> [String] {
    guard place.isPattern else { return [place.path] }
    let folder = place.path.split(separator: "/").dropLast().joined(separator: "/")
    guard !folder.contains("*"), FolderReading.kind(of: ProjectReader.join(root, folder)) == .folder
    else { return [] }
    return entries(folder).filter { $0.kind == .file }
      .map { folder.isEmpty ? $0.name : "\(folder)/\($0.name)" }.filter { place.matches($0) }
  }

  /// Reads all YAML files in and below a folder.
  mutating func readFolder(_ folder: String) {
    guard staysInside(folder) else { return }
    collect(folder, depth: 0)
  }

  /// Reads a file that a person named.
  mutating func readNamed(_ path: String) { read(path) }

  private mutating func visit(_ folder: String, depth: Int) {
    for entry in entries(folder) {
      let path = folder.isEmpty ? entry.name : "\(folder)/\(entry.name)"
      let isPlace = ProjectPlaces.isFile(path)
      switch entry.kind {
      case .file where isPlace: read(path)
      case .folder:
        let isKnown = ProjectPlaces.isFolder(path)
        let isSearched =
          depth < limits.actionDepth && !ProjectPlaces.isSkipped(entry.name)
          && !ignored.contains(entry.name)
        if isKnown || isSearched { visit(path, depth: depth + 1) }
      case .link: follow(path, isPlace: isPlace, depth: depth)
      default: break
      }
    }
  }

  // A link to a folder is followed at known places only; elsewhere it would be a second way to the
  // same files.
  private mutating func follow(_ path: String, isPlace: Bool, depth: Int) {
    guard isPlace || ProjectPlaces.isFolder(path) else { return }
    switch FolderReading.kind(of: ProjectReader.join(root, path)) {
    case .file where isPlace: if staysInside(path) { read(path) }
    case .folder where ProjectPlaces.isFolder(path):
      if staysInside(path), depth < limits.actionDepth { visit(path, depth: depth + 1) }
    case nil: note(path, "the symbolic link leads nowhere")
    default: break
    }
  }

  private mutating func collect(_ folder: String, depth: Int) {
    for entry in entries(folder) {
      let path = folder.isEmpty ? entry.name : "\(folder)/\(entry.name)"
      let isYAML = entry.name.hasSuffix(".yml") || entry.name.hasSuffix(".yaml")
      switch entry.kind {
      case .file where isYAML || ProjectPlaces.isFile(path): read(path)
      case .link where isYAML: if staysInside(path) { read(path) }
      case .folder where !ProjectPlaces.isSkipped(entry.name):
        if depth < limits.folderDepth {
          collect(path, depth: depth + 1)
        } else {
          note(path, "deeper than \(limits.folderDepth) levels; not looked into")
        }
      default: break
      }
    }
  }

  private mutating func entries(_ folder: String) -> [FolderReading.Entry] {
    guard !isFull else { return [] }
    guard folders < limits.folders else {
      isFull = true
      note(folder, "more than \(limits.folders) folders; the rest is not looked into")
      return []
    }
    folders += 1
    switch FolderReading.entries(of: ProjectReader.join(root, folder), limit: limits.files) {
    case .success(let entries): return entries
    case .failure(let failure):
      note(folder.isEmpty ? "." : folder, "the folder cannot be read: \(failure.problem)")
      return []
    }
  }

  private mutating func read(_ path: String) {
    guard !isFull, seen.insert(path).inserted else { return }
    guard files.count < limits.files else {
      isFull = true
      note(path, "more than \(limits.files) files; the rest is not read")
      return
    }
    switch FolderReading.bytes(of: ProjectReader.join(root, path), limit: limits.fileSize) {
    case .success(let bytes):
      files.append(AuditedFile(path: path, bytes: bytes))
      // The readers of YAML say so themselves.
      let isYAML = path.hasSuffix(".yml") || path.hasSuffix(".yaml")
      if !isYAML, bytes.contains(where: { $0 >= 0x80 }),
        String(validating: bytes, as: UTF8.self) == nil
      {
        problems.append(ProjectProblem(path, "the text is not UTF-8", .piece))
      }
    case .failure(let failure): note(path, failure.problem)
    }
  }

  private mutating func staysInside(_ path: String) -> Bool {
    guard let resolved = FolderReading.resolved(ProjectReader.join(root, path)) else {
      note(path, "the symbolic link leads nowhere")
      return false
    }
    let base = realRoot == "/" ? "/" : realRoot + "/"
    guard resolved == realRoot || resolved.utf8.starts(with: base.utf8) else {
      note(path, "a symbolic link that leads out of the project; not followed")
      return false
    }
    return true
  }

  private mutating func note(_ path: String, _ problem: String) {
    problems.append(ProjectProblem(path, problem, .all))
  }

  /// The folders that a `.gitignore` names without a pattern, at any level.
  private static func plainNames(_ bytes: [UInt8]) -> Set<String> {
    var names: Set<String> = []
    for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      var name = String(decoding: line, as: UTF8.self)[...]
      if name.hasPrefix("!") || name.hasPrefix("#") { continue }
      if name.hasPrefix("/") { name.removeFirst() }
      if name.hasSuffix("/") { name.removeLast() }
      let isPlain = !name.isEmpty && !name.utf8.contains { "*?[]/\\ ".utf8.contains($0) }
      if isPlain, !ProjectPlaces.isFolder(String(name)) { names.insert(String(name)) }
    }
    return names
  }
}
