// SPDX-License-Identifier: Apache-2.0

/// A pipeline of GitLab CI/CD: a file, what it includes from the same repository, and its jobs with
/// what they extend.
///
/// What stands elsewhere (other projects, addresses, components, templates of GitLab's) is not
/// followed; jobs that extend something unknown say so.
package struct GitLabPipeline: Sendable {
  /// How far includes and extends are followed.
  package struct Limits: Hashable, Sendable {
    /// Most files; GitLab takes as many.
    package var files: Int
    /// Most levels of `extends`, and of `!reference`; GitLab takes 11 and 10.
    package var levels: Int
    /// Most templates that one job extends, with those that they extend.
    package var templates: Int

    /// Makes limits.
    package init(files: Int = 150, levels: Int = 11, templates: Int = 64) {
      self.files = files
      self.levels = levels
      self.templates = templates
    }
  }

  /// The files: nearer ones, which have the last word, come first.
  package private(set) var files: [GitLabFile] = []
  /// The jobs that run, in the order of the files; hidden ones (`.name`) are not among them.
  package private(set) var jobs: [GitLabJob] = []
  /// Whether all that it includes is among the files.
  package private(set) var isComplete = true
  /// What cannot be put together, by the path of its file.
  package private(set) var problems: [(path: String, problem: WorkflowProblem)] = []
  /// The stages, in their order.
  package private(set) var stages: [String] = []

  private let limits: Limits
  private var definitions: [String: [GitLabDefinition]] = [:]
  private var lineages: [String: Lineage] = [:]

  private struct Lineage {
    var parts: [GitLabDefinition] = []
    var isWhole = true
  }

  /// Puts a pipeline together.
  ///
  /// - Parameters:
  ///   - path: the file that it begins with.
  ///   - folder: where the paths of its includes begin, with `/` at its end; empty for the project.
  ///   - files: all files that are known, by their paths.
  ///   - limits: how far is followed.
  package init(
    from path: String, in folder: String = "", among files: [String: GitLabFile],
    limits: Limits = Limits()
  ) {
    self.limits = limits
    guard let root = files[path] else { return }
    collect(root, folder, files)
    for file in self.files {
      for definition in file.definitions {
        definitions[definition.name.value, default: []].append(definition)
      }
    }
    let middle =
      self.files.lazy.compactMap(\.stages).first?.map(\.value) ?? ["build", "test", "deploy"]
    stages = [".pre"] + middle + [".post"]
    var known: Set<String> = []
    for file in self.files {
      for definition in file.definitions {
        let name = definition.name.value
        guard !name.hasPrefix("."), known.insert(name).inserted else { continue }
        let lineage = lineage(name, level: 0)
        jobs.append(
          GitLabJob(
            name: definition.name, definitions: lineage.parts,
            defaults: self.files.flatMap(\.defaults), isWhole: lineage.isWhole))
      }
    }
    // Only what is asked for later is kept.
    lineages = [:]
  }

  /// The rules that say whether the pipeline runs at all; nil where none are written.
  package var workflowRules: (path: String, rules: [GitLabRule])? {
    files.lazy.compactMap { file in file.workflowRules.map { (file.path, $0) } }.first
  }

  /// What files say of the name of a job or template, the nearest first.
  package func definitions(of name: String) -> [GitLabDefinition] { definitions[name] ?? [] }

  /// The text under a hidden key, for `!reference [.name]`.
  package func text(_ name: String) -> WorkflowText? {
    files.lazy.compactMap { $0.texts[name] }.first
  }

  /// The script under a key of a job or template, for `!reference`; nil where it is not known.
  package func script(_ key: String, of name: String) -> GitLabScript? {
    var name = name
    // Without the templates that it extends beside the first one.
    for _ in 0..<limits.levels {
      guard let found = definitions[name], let first = found.first else { return nil }
      for definition in found {
        let script: GitLabScript? =
          switch key {
          case "script": definition.script
          case "before_script": definition.beforeScript
          case "after_script": definition.afterScript
          default: nil
          }
        if let script { return script }
      }
      guard let parent = first.extends.last?.value else { return nil }
      name = parent
    }
    return nil
  }

  // The including file has the last word, and of several files the last one.
  private mutating func collect(
    _ root: GitLabFile, _ folder: String, _ known: [String: GitLabFile]
  ) {
    var seen: Set<String> = []
    var open = [root]
    while let file = open.popLast() {
      guard seen.insert(file.path).inserted else { continue }
      guard files.count < limits.files else {
        isComplete = false
        problems.append(
          (
            file.path,
            WorkflowProblem(0..<0, "more than \(limits.files) files are included; not followed")
          ))
        return
      }
      files.append(file)
      var included: [GitLabFile] = []
      for include in file.includes.prefix(limits.files) {
        guard case .local(let text) = include.source,
          let pattern = GitLabPath(text.value, in: folder)
        else {
          isComplete = false
          continue
        }
        let paths =
          pattern.isPattern
          ? known.keys.filter { pattern.matches($0) }.sorted()
          : known[pattern.path].map { [$0.path] } ?? []
        if paths.isEmpty { isComplete = false }
        included += paths.compactMap { known[$0] }
      }
      open += included
    }
  }

  /// What a job says, then what it extends, nearer ones first.
  private mutating func lineage(_ name: String, level: Int) -> Lineage {
    if let known = lineages[name] { return known }
    guard let own = definitions[name] else { return Lineage(isWhole: false) }
    guard level <= limits.levels else {
      note(own, "`\(name)` extends more than \(limits.levels) levels; the rest is not followed")
      return Lineage(parts: own, isWhole: false)
    }
    // Jobs that extend each other in a circle say nothing more.
    lineages[name] = Lineage(parts: own, isWhole: false)
    var lineage = Lineage(parts: own)
    var seen = Set(own.map(ObjectIdentifier.init))
    let parents = own.lazy.map(\.extends).first { !$0.isEmpty } ?? []
    for parent in parents.reversed() {
      let other = self.lineage(parent.value, level: level + 1)
      lineage.isWhole = lineage.isWhole && other.isWhole
      for part in other.parts where seen.insert(ObjectIdentifier(part)).inserted {
        guard lineage.parts.count < limits.templates else {
          note(own, "`\(name)` extends more than \(limits.templates) templates")
          lineage.isWhole = false
          break
        }
        lineage.parts.append(part)
      }
    }
    lineages[name] = lineage
    return lineage
  }

  private mutating func note(_ own: [GitLabDefinition], _ problem: String) {
    guard let first = own.first, problems.count < 100 else { return }
    problems.append((first.path, WorkflowProblem(first.name.span, problem)))
  }
}

/// The path of an included file: from the root of its repository, with `*` and `**`.
package struct GitLabPath: Sendable {
  /// The path in the project.
  package let path: String
  /// Whether it stands for several files.
  package let isPattern: Bool

  /// Reads a path; nil where a variable or something else decides, or where it leads outside.
  package init?(_ text: String, in folder: String = "") {
    let parts = text.split(separator: "/").filter { $0 != "." }
    guard !parts.isEmpty, !parts.contains(".."),
      text.hasSuffix(".yml") || text.hasSuffix(".yaml"),
      !text.contains("$"), !text.utf8.contains(0)
    else { return nil }
    path = folder + parts.joined(separator: "/")
    isPattern = path.contains("*")
  }

  /// Whether a file's path is one of those.
  package func matches(_ other: String) -> Bool {
    let wanted = path.split(separator: "/")[...]
    let given = other.split(separator: "/")[...]
    return Self.matches(wanted, given)
  }

  // `**` stands for any number of folders; only the first one is tried in all ways.
  private static func matches(
    _ wanted: ArraySlice<Substring>, _ given: ArraySlice<Substring>
  ) -> Bool {
    guard let deep = wanted.firstIndex(of: "**") else {
      return wanted.count == given.count
        && zip(wanted, given).allSatisfy { matches(Array($0.utf8), Array($1.utf8)) }
    }
    let head = wanted[..<deep]
    let tail = wanted[(deep + 1)...].filter { $0 != "**" }
    guard given.count >= head.count + tail.count else { return false }
    return matches(head, given.prefix(head.count)) && matches(tail[...], given.suffix(tail.count))
  }

  // `*` stands for any text without a slash.
  private static func matches(_ wanted: [UInt8], _ given: [UInt8]) -> Bool {
    var (place, other) = (0, 0)
    var back: (place: Int, other: Int)?
    while other < given.count {
      if place < wanted.count, wanted[place] == UInt8(ascii: "*") {
        back = (place, other)
        place += 1
      } else if place < wanted.count, wanted[place] == given[other] {
        place += 1
        other += 1
      } else if let last = back {
        back = (last.place, last.other + 1)
        place = last.place + 1
        other = last.other + 1
      } else {
        return false
      }
    }
    return wanted[place...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
