// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// What an audit knows of a project; rules look at nothing else.
package struct AuditedProject: Sendable {
  /// The files that an audit reads, by their paths in the project, with `/`.
  package let files: [String: AuditedFile]
  /// Whether the whole repository was looked at, so that what is not there is missing.
  package let isWhole: Bool
  /// Which side is taken where recommendations contradict each other.
  package let profile: AuditProfile
  /// When the audit is made, in seconds since 1970; nil where nobody says, and no data counts as
  /// too old.
  package var unixTime: Int64?
  /// Commits of actions that are known without the project's own file, which comes before them.
  package var knownPins = ActionPins([])
  /// The workflows of GitHub Actions, by path.
  package let workflows: [WorkflowFile]
  // The places in `workflows`.
  private let workflowPlaces: [String: Int]
  /// The actions, by path.
  package let actions: [ActionFile]
  // The places in `actions`.
  private let actionPlaces: [String: Int]
  /// The steps of all workflows and composite actions.
  package let steps: [StepSite]
  /// The configurations of Dependabot: one at most in a whole repository.
  package let dependabot: [DependabotFile]
  /// What there is for GitLab CI, Cloud Build and Renovate.
  package let pipelines: Pipelines
  /// What the jobs of GitLab's pipelines do for a release.
  let gitLab: GitLabFacts
  /// What the jobs do for a release.
  package let flow: ReleaseFlow
  /// The jobs that give files to users.
  let releases: ReleaseFacts
  /// Those of all jobs that decide what a release contains.
  let releaseScope: ReleaseScope
  /// What git knows; nil where it was not asked, or there is no repository.
  package private(set) var git: GitState?
  /// What a package index shows of the last release; nil where none was asked.
  package private(set) var index: IndexState?
  /// What the forge shows of the project's settings; nil where it was not asked.
  package private(set) var forge: ForgeState?
  /// What could not be read, and pieces that are not what their format asks for; by path.
  package let problems: [ProjectProblem]

  /// Makes a project of files.
  ///
  /// Files that a person `named` must be something that an audit reads, whatever their names.
  package init(
    files: [AuditedFile], isWhole: Bool, profile: AuditProfile = .spec8,
    problems: [ProjectProblem] = [], named: Set<String> = [], git: GitState? = nil,
    index: IndexState? = nil
  ) {
    self.files = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
    self.isWhole = isWhole
    self.git = git
    self.index = index
    self.profile = profile
    var parsed = ParsedFiles()
    let ordered = self.files.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    for file in ordered {
      parsed.add(file, byContent: !isWhole, isNamed: named.contains(file.path))
    }
    parsed.finish(self.files)
    workflows = parsed.workflows
    workflowPlaces = Self.places(parsed.workflows.map(\.path))
    actions = parsed.actions
    actionPlaces = Self.places(parsed.actions.map(\.path))
    steps = StepSite.all(parsed.workflows, parsed.actions)
    dependabot = parsed.dependabot
    pipelines = parsed.pipelines
    gitLab = GitLabFacts(parsed.pipelines.gitLab)
    flow = ReleaseFlow(workflows: parsed.workflows, actions: parsed.actions)
    releases = ReleaseFacts(flow, parsed.workflows)
    releaseScope = ReleaseScope(releases)
    self.problems = problems + parsed.problems
  }

  /// The same project with what git knows of it.
  package func adding(git: GitState?) -> Self {
    var project = self
    project.git = git
    return project
  }

  /// The same project with what an index shows of it.
  package func adding(index: IndexState?) -> Self {
    var project = self
    project.index = index
    return project
  }

  /// The same project with what its forge shows of its settings.
  package func adding(forge: ForgeState?) -> Self {
    var project = self
    project.forge = forge
    return project
  }

  /// The workflow at a path.
  package func workflow(at path: String) -> WorkflowFile? {
    workflowPlaces[path].map { workflows[$0] }
  }

  /// The action at a path.
  func action(at path: String) -> ActionFile? { actionPlaces[path].map { actions[$0] } }

  /// The action in a folder that a file's `uses: ./…` names.
  func action(in folder: String, from path: String) -> ActionFile? {
    let root = LocalPath.root(of: path) + LocalPath.normal(folder)
    let prefix = root.isEmpty || root.hasSuffix("/") ? root : root + "/"
    return action(at: prefix + "action.yml") ?? action(at: prefix + "action.yaml")
  }

  private static func places(_ paths: [String]) -> [String: Int] {
    Dictionary(paths.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
  }
}

/// A file of a project.
package struct AuditedFile: Sendable {
  /// Its path in the project, with `/`.
  package let path: String
  /// Its text.
  package let lines: SourceLines

  /// The bytes.
  package var bytes: [UInt8] { lines.bytes }

  /// Makes a file.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    lines = SourceLines(bytes)
  }
}

/// Which side is taken where recommendations contradict each other.
package enum AuditProfile: String, Hashable, Sendable, CaseIterable {
  /// SPEC 8 of the Scientific Python projects: a release is started by hand.
  case spec8
  /// The strictest of all sides.
  case strict
  /// The secure package template: a release is started by a tag.
  case template
}
