// SPDX-License-Identifier: Apache-2.0

import SourceText
package import Workflows

/// A build of Cloud Build and its file.
package struct CloudBuildFile: Sendable {
  /// The file.
  package let file: AuditedFile
  /// What it says.
  package let build: CloudBuild

  /// Its path in the project.
  package var path: String { file.path }
}

/// A configuration of Renovate and its file.
package struct RenovateFile: Sendable {
  /// The file.
  package let file: AuditedFile
  /// What it says.
  package let renovate: Renovate

  /// Its path in the project.
  package var path: String { file.path }
}

/// What a project has for GitLab CI, Cloud Build and Renovate.
package struct Pipelines: Sendable {
  /// GitLab's pipelines, each with what it includes from the project.
  package private(set) var gitLab: [GitLabPipeline] = []
  /// The files of those pipelines, by their paths.
  package private(set) var gitLabFiles: [String: GitLabFile] = [:]
  /// The builds of Cloud Build.
  package private(set) var builds: [CloudBuildFile] = []
  /// The configurations of Renovate.
  package private(set) var renovate: [RenovateFile] = []
  /// What could not be read.
  private(set) var problems: [ProjectProblem] = []

  /// What a file is by its path.
  enum Format {
    case gitLab, cloudBuild, renovate

    init?(path: String) {
      let lower = path.lowercased()
      let name = lower.split(separator: "/").last ?? ""
      let isYAML = name.hasSuffix(".yml") || name.hasSuffix(".yaml")
      if lower.hasPrefix(".github/workflows/") || lower.contains("/.github/workflows/") {
        return nil
      }
      if ProjectPlaces.isRenovate(name) {
        self = .renovate
      } else if isYAML, name.hasSuffix(".gitlab-ci.yml") || name.hasPrefix(".gitlab-ci") {
        self = .gitLab
      } else if name.contains("cloudbuild"), isYAML || name.hasSuffix(".json") {
        self = .cloudBuild
      } else {
        return nil
      }
    }

    /// What a document is by its keys.
    init?(of document: YAMLDocument) {
      if CloudBuild.isLike(document) {
        self = .cloudBuild
      } else if GitLabFile.isLike(document) {
        self = .gitLab
      } else {
        return nil
      }
    }
  }

  // The files that begin a pipeline unless others include them.
  private var entrances: [String] = []

  /// Adds a file that is one of these by its path.
  mutating func add(_ file: AuditedFile, _ format: Format, isWhole: Bool) {
    switch format {
    case .gitLab:
      // In a repository the other files count where they are included.
      let name = file.path.split(separator: "/").last ?? ""
      if isWhole, name != ".gitlab-ci.yml", name != ".gitlab-ci.yaml" { return }
      read(file)
    case .cloudBuild:
      do throws(YAMLError) {
        let document = try YAMLDocument(parsing: file.bytes)
        let name = file.path.split(separator: "/").last ?? ""
        let isNamed = name.prefix { $0 != "." } == "cloudbuild"
        guard isNamed || CloudBuild.isLike(document) else { return }
        add(file, document, .cloudBuild)
      } catch {
        note(file, error)
      }
    case .renovate:
      do throws(YAMLError) {
        let renovate = try Renovate(parsing: file.bytes)
        note(renovate.problems, file)
        self.renovate.append(RenovateFile(file: file, renovate: renovate))
      } catch {
        note(file, error)
      }
    }
  }

  /// Adds a document that is one of these by its keys.
  mutating func add(_ file: AuditedFile, _ document: YAMLDocument, _ format: Format) {
    switch format {
    case .gitLab: take(document, of: file)
    case .cloudBuild:
      let build = CloudBuild(document)
      note(build.problems, file)
      builds.append(CloudBuildFile(file: file, build: build))
    case .renovate: break
    }
  }

  /// Reads what is included, and puts the pipelines together.
  mutating func finish(_ files: [String: AuditedFile]) {
    var starts = entrances
    var started = Set(entrances)
    // A pattern is compared with all files.
    var patterns = 1_000
    var included: Set<String> = []
    var open = entrances
    var folders: [String: String] = [:]
    for path in entrances { folders[path] = Self.folder(of: path) }
    while let path = open.popLast() {
      guard let file = gitLabFiles[path], let folder = folders[path] else { continue }
      let children = file.definitions.flatMap { $0.trigger?.includes ?? [] }
      for (include, isChild) in file.includes.prefix(150).map({ ($0, false) })
        + children.map({ ($0, true) })
      {
        guard case .local(let text) = include.source, let place = GitLabPath(text.value, in: folder)
        else { continue }
        if place.isPattern { patterns -= 1 }
        let paths =
          !place.isPattern
          ? [place.path] : patterns > 0 ? files.keys.filter { place.matches($0) } : []
        for other in paths where other != path {
          guard let file = files[other] else { continue }
          if isChild, started.insert(other).inserted { starts.append(other) }
          if !isChild { included.insert(other) }
          guard folders[other] == nil else { continue }
          folders[other] = folder
          read(file)
          open.append(other)
        }
      }
    }
    for path in starts where gitLabFiles[path] != nil {
      // What others include is not a pipeline of its own, but for the one that GitLab begins with.
      if included.contains(path), path != ".gitlab-ci.yml" { continue }
      let pipeline = GitLabPipeline(
        from: path, in: folders[path] ?? "", among: gitLabFiles)
      for (path, problem) in pipeline.problems {
        if let file = files[path] { note([problem], file) }
      }
      gitLab.append(pipeline)
    }
    entrances = []
  }

  private mutating func read(_ file: AuditedFile) {
    guard gitLabFiles[file.path] == nil else { return }
    do throws(YAMLError) {
      take(try GitLabFile.document(parsing: file.bytes), of: file)
    } catch {
      note(file, error)
    }
  }

  private mutating func take(_ document: YAMLDocument, of file: AuditedFile) {
    guard gitLabFiles[file.path] == nil else { return }
    let read = GitLabFile(document, path: file.path)
    note(read.problems, file)
    gitLabFiles[file.path] = read
    entrances.append(file.path)
  }

  private static func folder(of path: String) -> String {
    let parts = path.split(separator: "/").dropLast()
    return parts.map { $0 + "/" }.joined()
  }

  private mutating func note(_ file: AuditedFile, _ error: YAMLError) {
    problems.append(ProjectProblem(file.path, error.problem, .all, position: error.position))
  }

  private mutating func note(_ pieces: [WorkflowProblem], _ file: AuditedFile) {
    problems += pieces.map {
      ProjectProblem(
        file.path, $0.problem, .piece, span: $0.span,
        position: file.lines.position(at: $0.span.lowerBound))
    }
  }
}
