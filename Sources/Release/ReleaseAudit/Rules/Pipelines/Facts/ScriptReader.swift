// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What a line of a script does for a release.
struct ScriptAction: Sendable {
  /// What it does.
  let role: ReleaseRole
  /// By what: `twine upload`.
  let means: String
  /// Where.
  let place: Finding.Place
  /// The words behind the program.
  let arguments: [String]
  /// The index that its options name, as it is written.
  var index: String?

  /// Whether it publishes to an index for everybody, and does not say so by the index's address.
  var isIndexUpload: Bool {
    switch role {
    case .publish(.pypi), .publish(.npm), .publish(.crates), .publish(.gems):
      !arguments.contains { $0.contains("pypi.org") || $0 == "pypi" }
    default: false
    }
  }

  /// The same to another place.
  func moved(to target: ReleaseRole.Target) -> Self {
    Self(
      role: .publish(target), means: means, place: place, arguments: arguments, index: index)
  }
}

/// Reads what the scripts of a pipeline do, each script once.
struct ScriptReader {
  private let pipeline: GitLabPipeline
  private let documents: [String: YAMLDocument]
  private var known: [ObjectIdentifier: Facts] = [:]
  /// The last command of a script whose work is described elsewhere; nil where there is none.
  private var others: [ObjectIdentifier: Other?] = [:]

  private struct Other {
    let program: String
    let place: Finding.Place
  }

  private struct Facts {
    var actions: [ScriptAction] = []
    var role: StepRole = []
    /// Whether it gives the token of the job to what it calls, or names the project's registry.
    var usesOwnRegistry = false
    /// The names among ``watched`` that its lines have.
    var mentioned: Set<String> = []
  }

  /// Variables and options of which rules ask whether a job's lines name them.
  static let watched = Set(
    ["SIGSTORE_ID_TOKEN", "COSIGN_KEY", "COSIGN_PRIVATE_KEY", "SOURCE_DATE_EPOCH"]
      + PinnedBackend.pins
      + Array(PipInstall.constraints))

  init(_ pipeline: GitLabPipeline, _ documents: [String: YAMLDocument]) {
    self.pipeline = pipeline
    self.documents = documents
  }

  /// What a job does, in the order of its lines: of each thing the first place.
  mutating func actions(of job: GitLabJob) -> [ScriptAction] {
    var actions: [ScriptAction] = []
    var usesOwnRegistry = false
    for script in job.scripts {
      let facts = facts(script, level: 0)
      actions += facts.actions
      usesOwnRegistry = usesOwnRegistry || facts.usesOwnRegistry
    }
    if !actions.contains(where: { if case .publish = $0.role { true } else { false } }),
      let upload = hidden(job)
    {
      actions.append(upload)
    }
    let place = Self.registry(job)
    actions = actions.map { action in
      if let index = action.index, action.role == .publish(.other) {
        let name = String(index.drop { "${".contains($0) }.prefix { $0 != "}" })
        guard index.hasPrefix("$"), let value = job.variable(name)?.value.value.value,
          Self.isPublic(value)
        else { return action }
        return action.moved(to: value.lowercased().contains("test") ? .testPyPI : .pypi)
      }
      guard action.isIndexUpload, let other = place ?? (usesOwnRegistry ? .other : nil),
        other == .other || action.role == .publish(.pypi)
      else { return action }
      return action.moved(to: other)
    }
    if let release = job.value(\.release) {
      actions.append(
        ScriptAction(
          role: .publish(.forgeRelease), means: "release",
          place: Finding.Place(release.definition.path, release.value), arguments: []))
    }
    return actions
  }

  /// A program of unknown purpose in a job that is given the token of an index: `./publish.sh` with
  /// `TWINE_PASSWORD`.
  private mutating func hidden(_ job: GitLabJob) -> ScriptAction? {
    guard let token = Self.storedToken(of: job) else { return nil }
    for script in job.scripts.reversed() {
      guard let other = other(in: script) else { continue }
      return ScriptAction(
        role: .publish(.pypi), means: "\(other.program) with \(token)", place: other.place,
        arguments: [])
    }
    return nil
  }

  /// The variable by which a job, or a template of its, has the token of an index; what is set for
  /// all jobs tells nothing of one.
  static func storedToken(of job: GitLabJob) -> String? {
    job.definitions.lazy.compactMap { definition in
      definition.variables.keys.filter(RoleTable.tokens.contains).min()
    }.first
  }

  private mutating func other(in script: GitLabScript) -> Other? {
    let id = ObjectIdentifier(script)
    if let found = others[id] { return found }
    var other: Other?
    if let document = documents[script.path] {
      for text in script.texts.reversed() where other == nil {
        let invocations = ShellScript(text.value).invocations
        guard let last = invocations.last(where: { RoleTable.runsOthers($0) }) else { continue }
        other = Other(
          program: last.program,
          place: Finding.Place(script.path, text.span(of: last.range, in: document)))
      }
    }
    others[id] = .some(other)
    return other
  }

  /// What a job's scripts do together.
  mutating func role(of job: GitLabJob) -> StepRole {
    job.scripts.reduce(into: StepRole()) { $0.formUnion(facts($1, level: 0).role) }
  }

  /// The names among ``watched`` that a job's lines have.
  mutating func mentioned(by job: GitLabJob) -> Set<String> {
    job.scripts.reduce(into: []) { $0.formUnion(facts($1, level: 0).mentioned) }
  }

  private static func fetchesToken(_ text: String) -> Bool {
    ["PASSWORD=", "TOKEN="].contains { name in
      text.mentions(name)
        && ["$(", "\"$(", "`"].contains { text.mentions(name + $0) }
    }
  }

  private mutating func facts(_ script: GitLabScript, level: Int) -> Facts {
    let id = ObjectIdentifier(script)
    if let found = known[id] { return found }
    // Scripts that stand for each other in a circle have nothing more in them.
    known[id] = Facts()
    var facts = Facts()
    var seen: Set<ReleaseRole> = []
    func add(_ action: ScriptAction, _ facts: inout Facts) {
      facts.role.formUnion(StepRole(action.role))
      if seen.insert(action.role).inserted { facts.actions.append(action) }
    }
    for part in script.parts {
      switch part {
      case .text(let text):
        facts.role.formUnion(StepRole(script: text.value))
        if Self.fetchesToken(text.value) { facts.role.formUnion(.fetchesToken) }
        facts.mentioned.formUnion(Self.watched.filter { text.value.mentions($0) })
        guard let document = documents[script.path] else { continue }
        let actions = Self.actions(in: text, document, script.path)
        let isOwn =
          text.value.holds("CI_JOB_TOKEN") || text.value.holds("CI_API_V4_URL")
          || text.value.holds("/api/v4/")
        let publishes = actions.contains { if case .publish = $0.role { true } else { false } }
        // A line that only prepares counts for the uploads of others.
        if isOwn, !publishes, text.value.count(where: { $0.isNewline }) < 3 {
          facts.usesOwnRegistry =
            facts.usesOwnRegistry || text.value.holds("TWINE") || text.value.holds("pypirc")
            || text.value.holds("npmrc") || text.value.holds("registry")
            || text.value.holds("poetry config") || text.value.holds("UV_")
        }
        for action in actions {
          add(isOwn && action.isIndexUpload ? action.moved(to: .other) : action, &facts)
        }
      case .reference(let job, let key):
        guard level < 10, let other = pipeline.script(key, of: job) else { continue }
        let found = self.facts(other, level: level + 1)
        facts.role.formUnion(found.role)
        facts.mentioned.formUnion(found.mentioned)
        facts.usesOwnRegistry = facts.usesOwnRegistry || found.usesOwnRegistry
        for action in found.actions { add(action, &facts) }
      }
    }
    known[id] = facts
    return facts
  }

  /// What the commands of a text do.
  static func actions(
    in text: WorkflowText, _ document: YAMLDocument, _ path: String
  ) -> [ScriptAction] {
    let finder = RoleFinder(document: document)
    return ShellScript(text.value).invocations.compactMap { invocation in
      guard let (role, means) = finder.role(of: invocation, env: []) else { return nil }
      return ScriptAction(
        role: target(role, of: invocation), means: means,
        place: Finding.Place(path, text.span(of: invocation.range, in: document)),
        arguments: invocation.arguments.map(\.text), index: index(of: invocation))
    }
  }

  /// The index that a command's options name.
  private static func index(of invocation: ShellInvocation) -> String? {
    ["--repository-url", "--publish-url", "--repository", "-r", "--index", "--repo"].lazy
      .compactMap { invocation.option($0) }.first
  }

  /// The role of a command whose options may name another index than the public one.
  static func target(_ role: ReleaseRole, of invocation: ShellInvocation) -> ReleaseRole {
    guard case .publish(.pypi) = role else { return role }
    guard let value = index(of: invocation) else { return role }
    return isPublic(value) ? role : .publish(.other)
  }

  private static func isPublic(_ index: String) -> Bool {
    let index = index.lowercased()
    return index == "pypi" || index.contains("pypi.org") || index.contains("testpypi")
  }

  /// Where a job's variables say that packages go; nil where they do not.
  private static func registry(_ job: GitLabJob) -> ReleaseRole.Target? {
    for name in [
      "TWINE_REPOSITORY_URL", "TWINE_REPOSITORY", "UV_PUBLISH_URL", "UV_PUBLISH_INDEX",
      "HATCH_INDEX_REPO", "FLIT_INDEX_URL", "MATURIN_REPOSITORY_URL", "MATURIN_REPOSITORY",
      "NPM_CONFIG_REGISTRY",
    ] {
      guard let value = job.variable(name)?.value.value.value.lowercased() else { continue }
      if value.contains("test") && !value.contains("latest") { return .testPyPI }
      if !isPublic(value), !value.contains("registry.npmjs.org") { return .other }
    }
    // The token of the job is good for the project's own registry alone.
    for name in ["TWINE_PASSWORD", "UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD"] {
      if job.variable(name)?.value.value.value.holds("CI_JOB_TOKEN") ?? false { return .other }
    }
    return nil
  }
}
