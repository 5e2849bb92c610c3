// SPDX-License-Identifier: Apache-2.0

package import SourceText
package import Workflows

/// A workflow and its file.
package struct WorkflowFile: Sendable {
  /// The file.
  package let file: AuditedFile
  /// What it says.
  package let workflow: Workflow
  /// All `${{ }}` of the file, in their order.
  package var expressions: [EmbeddedExpression] { workflow.expressions }

  /// Its path in the project.
  package var path: String { file.path }
}

/// An action and its file.
package struct ActionFile: Sendable {
  /// The file.
  package let file: AuditedFile
  /// What it says.
  package let action: Action
  /// All `${{ }}` of the file, in their order.
  package var expressions: [EmbeddedExpression] { action.expressions }

  /// Its path in the project.
  package var path: String { file.path }
}

/// A configuration of Dependabot and its file.
package struct DependabotFile: Sendable {
  /// The file.
  package let file: AuditedFile
  /// The document.
  package let document: YAMLDocument

  /// Its path in the project.
  package var path: String { file.path }
}

/// Something about a project that could not be read.
package struct ProjectProblem: Hashable, Sendable {
  /// How much of the file is lost.
  package enum Extent: Hashable, Sendable {
    /// The whole file or folder.
    case all
    /// One piece; the rest was read.
    case piece
  }

  /// The path in the project.
  package let path: String
  /// The bytes, where it has a place in a file.
  package let span: Range<Int>?
  /// The line and column, where it has a place in a file.
  package let position: SourcePosition?
  /// What is wrong, for a person: lowercase, without a full stop.
  package let problem: String
  /// How much is lost.
  package let extent: Extent

  /// Describes a problem.
  package init(
    _ path: String, _ problem: String, _ extent: Extent, span: Range<Int>? = nil,
    position: SourcePosition? = nil
  ) {
    self.path = path
    self.span = span
    self.position = position
    self.problem = problem
    self.extent = extent
  }
}

/// Reads each file as what its path says, or, outside of a whole repository, its keys.
struct ParsedFiles {
  private(set) var workflows: [WorkflowFile] = []
  private(set) var actions: [ActionFile] = []
  private(set) var dependabot: [DependabotFile] = []
  private(set) var pipelines = Pipelines()
  private(set) var problems: [ProjectProblem] = []

  private enum Format {
    case workflow, action, dependabot
  }

  mutating func add(_ file: AuditedFile, byContent: Bool, isNamed: Bool) {
    if let format = Pipelines.Format(path: file.path) {
      pipelines.add(file, format, isWhole: !byContent)
      return
    }
    let byPath = Self.format(of: file.path)
    let isYAML = file.path.hasSuffix(".yml") || file.path.hasSuffix(".yaml")
    guard byPath != nil || byContent && isYAML || isNamed && !ProjectPlaces.isFile(file.path)
    else { return }
    let document: YAMLDocument
    do throws(YAMLError) {
      document = try YAMLDocument(parsing: file.lines)
    } catch {
      // A component of GitLab's has its header in a document of its own.
      if byPath == nil, error.reason == .documents,
        let document = try? GitLabFile.document(parsing: file.bytes), GitLabFile.isLike(document)
      {
        pipelines.add(file, document, .gitLab)
        return
      }
      problems.append(
        ProjectProblem(file.path, error.problem, .all, position: error.position))
      return
    }
    if byPath == nil, Self.format(of: document) == nil,
      let format = Pipelines.Format(of: document)
    {
      pipelines.add(file, document, format)
      return
    }
    switch byPath ?? Self.format(of: document) {
    case .workflow:
      let workflow = Workflow(document)
      note(workflow.problems, file)
      workflows.append(WorkflowFile(file: file, workflow: workflow))
    case .action:
      let action = Action(document)
      note(action.problems, file)
      actions.append(ActionFile(file: file, action: action))
    case .dependabot: dependabot.append(DependabotFile(file: file, document: document))
    case nil where isNamed && !ProjectPlaces.isFile(file.path):
      problems.append(
        ProjectProblem(
          file.path,
          "it is no workflow, action, pipeline, build or configuration of an update bot", .all))
    case nil: break
    }
  }

  /// Reads what pipelines include of all files.
  mutating func finish(_ files: [String: AuditedFile]) {
    pipelines.finish(files)
    problems += pipelines.problems
  }

  private mutating func note(_ pieces: [WorkflowProblem], _ file: AuditedFile) {
    problems += pieces.map {
      ProjectProblem(
        file.path, $0.problem, .piece, span: $0.span,
        position: file.lines.position(at: $0.span.lowerBound))
    }
  }

  private static func format(of path: String) -> Format? {
    let parts = path.split(separator: "/")
    guard let name = parts.last, name.hasSuffix(".yml") || name.hasSuffix(".yaml") else {
      return nil
    }
    if parts.count >= 3, parts[parts.count - 3] == ".github", parts[parts.count - 2] == "workflows"
    {
      return .workflow
    }
    switch name {
    case "action.yml", "action.yaml": return .action
    case "dependabot.yml", "dependabot.yaml":
      return parts.dropLast().last == ".github" ? .dependabot : nil
    default: return nil
    }
  }

  private static func format(of document: YAMLDocument) -> Format? {
    let root = document.root
    if root["on"] != nil, root["jobs"] != nil { return .workflow }
    if root["runs"] != nil { return .action }
    return root["updates"] != nil ? .dependabot : nil
  }
}
