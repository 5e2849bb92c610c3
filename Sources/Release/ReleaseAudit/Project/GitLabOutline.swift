// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// How a project releases by GitLab's pipeline, in the few facts that whoever changes it needs.
package struct GitLabOutline: Sendable {
  /// A job that gives files to PyPI, not only for trying out.
  package struct Publisher: Hashable, Sendable {
    /// The path of its file.
    package let path: String
    /// Its name.
    package let job: String
    /// The name of its environment, where it is written as a plain text.
    package let environment: String?
    /// Whether it gets an identity token, of whatever audience.
    package let hasIdentity: Bool
    /// What keeps it from being taken out: that others are written by it or wait for it, or what it
    /// does beside publishing to PyPI.
    package let obstacle: String?
  }

  /// A job of a release, as a page can describe it.
  package struct Step: Hashable, Sendable {
    /// Its name.
    package let job: String
    /// The path of its file.
    package let path: String
    /// What it does, in the third person.
    package let does: [String]
    /// The jobs that must end before, where it names them.
    package let needs: [String]
    /// The name of its environment.
    package let environment: String?
    /// The audiences of the identity tokens that it gets.
    package let audiences: [String]
    /// Whether somebody starts it.
    package let isManual: Bool
  }

  /// An image as a file names it.
  package struct Image: Hashable, Sendable {
    /// The path of the file.
    package let path: String
    /// The name.
    package let name: String
    /// Its bytes, with quotes.
    package let span: Range<Int>
  }

  /// The file that pipelines begin with.
  package static let entrance = ".gitlab-ci.yml"

  /// Whether there is a pipeline.
  package var isThere: Bool { pipeline != nil }
  /// The jobs that publish to PyPI.
  package let publishers: [Publisher]
  /// Those jobs and the ones before and after them, in the order of their stages.
  package let steps: [Step]
  /// The names of all jobs and templates, with the path of their file.
  package let names: [String: String]
  /// Whether some job publishes something somewhere.
  package let uploads: Bool
  /// The images without a digest, each once.
  package let images: [Image]

  /// The code owners, from the place where GitLab looks first.
  package let codeOwners: AuditedFile?

  /// The environments of jobs that do not publish to PyPI.
  package let otherEnvironments: Set<String>
  /// The files in which `default: tags` chooses runners.
  package let tagged: [String]

  private let pipeline: GitLabPipeline?

  /// Reads a project.
  package init(_ project: AuditedProject) {
    let pipeline = project.pipelines.gitLab.first { $0.files.first?.path == Self.entrance }
    self.pipeline = pipeline
    codeOwners = project.first(of: ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"])
    let sites =
      pipeline == nil
      ? []
      : project.gitLab.sites.filter { site in
        site.pipeline.files.first?.path == Self.entrance
      }
    let obstacles = pipeline.map { GitLabObstacle($0) }
    publishers = sites.filter(\.isForPyPI).map { site in
      Publisher(
        path: site.job.path, job: site.name, environment: Self.environment(site.job),
        hasIdentity: !site.job.idTokens.isEmpty, obstacle: obstacles?.reason(site))
    }
    otherEnvironments = Set(
      sites.filter { !$0.isForPyPI }.compactMap { Self.environment($0.job) })
    tagged = (pipeline?.files ?? []).filter { file in
      file.defaults.contains { $0.name.value == "default" && $0.node["tags"] != nil }
    }.map(\.path)
    steps = Self.steps(sites, stages: pipeline?.stages ?? [])
    uploads = sites.contains { site in
      site.actions.contains { if case .publish = $0.role { true } else { false } }
    }
    var names: [String: String] = [:]
    var images: [Image] = []
    var seen: Set<Finding.Place> = []
    for file in pipeline?.files ?? [] {
      for definition in file.defaults + file.definitions {
        if names[definition.name.value] == nil { names[definition.name.value] = file.path }
        for image in [definition.image].compactMap({ $0 }) + (definition.services ?? []) {
          let name = image.name.value
          guard !name.contains("@"), !name.contains("$"),
            seen.insert(Finding.Place(file.path, image.name.span)).inserted
          else { continue }
          images.append(Image(path: file.path, name: name, span: image.name.span))
        }
      }
    }
    self.names = names
    self.images = images
  }

  /// The files of the pipeline.
  package var files: [String] { pipeline?.files.map(\.path) ?? [] }

  /// The stages between `.pre` and `.post`; nil where only an include from elsewhere tells them.
  ///
  /// - Parameter path: a file that is known to set none, whether it is there or not.
  /// - Returns: their names, in their order.
  package func stages(without path: String) -> [String]? {
    guard let pipeline else { return ["build", "test", "deploy"] }
    let isWritten = pipeline.files.contains { $0.stages != nil }
    // What GitLab's own templates leave is `deploy`, too.
    if !isWritten, isForeign(without: path) { return nil }
    return Array(pipeline.stages.dropFirst().dropLast())
  }

  /// Whether a stage behind another has jobs, so that they would run after what is added there.
  ///
  /// - Parameters:
  ///   - stage: the name of a stage.
  ///   - path: a file whose jobs do not count.
  /// - Returns: Whether there are some; `.post` does not count.
  package func hasJobs(after stage: String, without path: String) -> Bool {
    guard let pipeline, let place = pipeline.stages.lastIndex(of: stage) else { return false }
    let later = Set(pipeline.stages[(place + 1)...].dropLast())
    return pipeline.jobs.contains { $0.path != path && later.contains($0.stage) }
  }

  /// What `GIT_SUBMODULE_STRATEGY` says for the whole pipeline; nil where it is not written.
  package var submodules: String? {
    pipeline?.files.lazy.flatMap(\.defaults)
      .compactMap { $0.variables["GIT_SUBMODULE_STRATEGY"]?.value.value }.first
  }

  /// Whether jobs outside of some run what is not looked into here, so that they may use any variable.
  ///
  /// - Parameter path: a file whose jobs do not count.
  /// - Returns: Whether there are such, or may be.
  package func hasUnreadScripts(without path: String) -> Bool {
    guard let pipeline, !isForeign(without: path) else { return true }
    return pipeline.jobs.contains { job in
      guard job.path != path else { return false }
      return !job.isWhole || job.isTrigger
        || job.scripts.contains { script in
          script.parts.contains { part in
            guard case .text(let text) = part else { return true }
            return GitLabKnownPrograms.all.unknown(in: text.value) != nil
          }
        }
    }
  }

  /// Whether the rules of the whole pipeline let tags start one; nil where they cannot be told.
  package var startsForTags: Bool? {
    // What is included from elsewhere may have some.
    guard let rules = pipeline?.workflowRules?.rules else {
      return pipeline?.isComplete == false ? nil : true
    }
    var isOpen = false
    for rule in rules {
      guard rule.reference == nil, rule.namedCondition == nil else { return nil }
      let starts = rule.when?.value != "never"
      switch Self.holdsForTags(rule.condition?.value) {
      case true?:
        guard starts else { return isOpen ? nil : false }
        return true
      case false?: continue
      case nil:
        guard starts else { return nil }
        isOpen = true
      }
    }
    return isOpen ? nil : false
  }

  // Whether a condition holds for every tag that is pushed; nil where it depends on more.
  private static func holdsForTags(_ condition: String?) -> Bool? {
    guard let condition else { return true }
    let plain = condition.filter { !$0.isWhitespace }
    guard !plain.contains("("), !plain.contains("&&") || !plain.contains("||") else { return nil }
    let isAnd = plain.contains("&&")
    let parts = plain.split(separator: isAnd ? "&&" : "||").map { part(String($0)) }
    if isAnd {
      if parts.contains(false) { return false }
      return parts.contains(nil) ? nil : true
    }
    if parts.contains(true) { return true }
    return parts.contains(nil) ? nil : false
  }

  private static func part(_ text: String) -> Bool? {
    let yes = [
      "$CI_COMMIT_TAG", "$CI_COMMIT_TAG!=null", "$CI_COMMIT_TAG!=\"\"", "$CI_COMMIT_BRANCH==null",
      "$CI_PIPELINE_SOURCE==\"push\"", "$CI_PIPELINE_SOURCE=='push'",
    ]
    if yes.contains(text) { return true }
    let no = [
      "$CI_COMMIT_TAG==null", "$CI_COMMIT_BRANCH", "$CI_COMMIT_BRANCH!=null",
      "$CI_COMMIT_BRANCH==$CI_DEFAULT_BRANCH", "$CI_MERGE_REQUEST_IID", "$CI_MERGE_REQUEST_ID",
    ]
    if no.contains(text) { return false }
    let starts = [
      "$CI_COMMIT_BRANCH==\"", "$CI_COMMIT_BRANCH=='", "$CI_COMMIT_BRANCH=~",
      "$CI_PIPELINE_SOURCE==\"", "$CI_PIPELINE_SOURCE=='",
    ]
    return starts.contains { text.hasPrefix($0) } ? false : nil
  }

  /// The stored tokens that jobs which publish are given, by the names of their variables.
  package func storedTokens(_ project: AuditedProject) -> [String] {
    var names: Set<String> = []
    let sites = project.gitLab.sites.filter(\.isForPyPI)
    for site in sites {
      for name in Self.credentials {
        guard let value = site.job.variable(name)?.value.value.value else { continue }
        names.insert(name)
        if let stored = Self.variable(value) { names.insert(stored) }
      }
      for action in site.published {
        for (option, value) in zip(action.arguments, action.arguments.dropFirst())
        where ["-p", "--password", "--token"].contains(option) {
          if let stored = Self.variable(value) { names.insert(stored) }
        }
      }
    }
    return names.filter { !$0.hasPrefix("CI_") }.sorted()
  }

  /// Whether a page names the jobs that publish, and their environments.
  package func isTold(in page: AuditedFile?) -> Bool {
    guard let page else { return false }
    return publishers.allSatisfy { publisher in
      page.text.mentions(publisher.job)
        && publisher.environment.map { page.text.mentions($0) } ?? true
    }
  }

  // Whether something is included that is not here; GitLab's own templates do not count.
  private func isForeign(without path: String) -> Bool {
    pipeline?.files.contains { file in
      file.includes.contains { include in
        switch include.source {
        case .local(let text):
          GitLabPath(text.value).map { $0.path != path && names(at: $0) == 0 } ?? true
        case .template: false
        case .project, .remote, .component: true
        }
      }
    } ?? false
  }

  private func names(at path: GitLabPath) -> Int {
    files.count { path.isPattern ? path.matches($0) : path.path == $0 }
  }

  /// The variables from which tools take a token of PyPI.
  static let credentials = [
    "TWINE_PASSWORD", "UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD", "FLIT_PASSWORD",
    "HATCH_INDEX_AUTH", "POETRY_PYPI_TOKEN_PYPI", "PDM_PUBLISH_PASSWORD",
  ]

  // The name in `$NAME` or `${NAME}`.
  private static func variable(_ text: String) -> String? {
    guard text.hasPrefix("$") else { return nil }
    let name = text.dropFirst().filter { $0 != "{" && $0 != "}" }
    let isName = name.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
      default: false
      }
    }
    return isName && !name.isEmpty ? name : nil
  }

  private static func environment(_ job: GitLabJob) -> String? {
    job.value(\.environment)?.value.name.value
  }

  // With what they need, and what needs them.
  private static func steps(_ sites: [GitLabFacts.Site], stages: [String]) -> [Step] {
    let places = Dictionary(
      sites.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    let needs = sites.map { ($0.job.value(\.needs)?.value ?? []).map(\.value) }
    var wanted = Set(sites.indices.filter { sites[$0].isForPyPI })
    var open = Array(wanted)
    while let index = open.popLast() {
      for name in needs[index] {
        if let other = places[name], wanted.insert(other).inserted { open.append(other) }
      }
    }
    let publishing = Set(sites.filter(\.isForPyPI).map(\.name))
    for (index, names) in needs.enumerated() where names.contains(where: publishing.contains) {
      wanted.insert(index)
    }
    // Without `needs`, jobs of earlier stages that do a part of it.
    if sites.contains(where: { $0.isForPyPI && $0.job.value(\.needs) == nil }) {
      let works: StepRole = [.builds, .attests, .verifies]
      wanted.formUnion(sites.indices.filter { !sites[$0].role.isDisjoint(with: works) })
    }
    let order = Dictionary(
      stages.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return wanted.sorted {
      (order[sites[$0].job.stage] ?? 0, $0) < (order[sites[$1].job.stage] ?? 0, $1)
    }.map { step(sites[$0], needs: needs[$0]) }
  }

  private static func step(_ site: GitLabFacts.Site, needs: [String]) -> Step {
    var does: [String] = []
    if site.role.contains(.verifiesTag) { does.append("checks who signed the tag") }
    if site.role.contains(.builds) { does.append("builds") }
    if site.role.contains(.attests) { does.append("attests") }
    if site.role.contains(.verifies) { does.append("verifies what was attested") }
    if site.role.contains(.compares) { does.append("compares") }
    if !site.published.isEmpty { does.append("publishes") }
    let isManual =
      site.job.value(\.when)?.value.value == "manual"
      || (site.job.value(\.rules)?.value ?? []).contains { $0.when?.value == "manual" }
    return Step(
      job: site.name, path: site.job.path, does: does, needs: needs,
      environment: environment(site.job),
      audiences: site.job.idTokens.flatMap { $0.audiences.map(\.value) }, isManual: isManual)
  }
}
