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
    /// What keeps it from being taken out: that others are written by it, or wait for it.
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
    publishers = sites.filter(\.isForPyPI).map { site in
      Publisher(
        path: site.job.path, job: site.name, environment: Self.environment(site.job),
        obstacle: pipeline.flatMap { Self.obstacle(site, in: $0) })
    }
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
    let isForeign = pipeline.files.contains { file in
      file.includes.contains { include in
        switch include.source {
        case .local(let text):
          GitLabPath(text.value).map { $0.path != path && names(at: $0) == 0 } ?? true
        case .template: false
        case .project, .remote, .component: true
        }
      }
    }
    if !isWritten, isForeign { return nil }
    return Array(pipeline.stages.dropFirst().dropLast())
  }

  /// Whether the rules of the whole pipeline let tags start one; nil where they cannot be told.
  package var startsForTags: Bool? {
    guard let rules = pipeline?.workflowRules?.rules else { return true }
    var excluded = false
    for rule in rules {
      guard rule.reference == nil, rule.namedCondition == nil else { return nil }
      guard let condition = rule.condition?.value else {
        return rule.when?.value == "never" ? excluded : true
      }
      guard condition.contains("CI_COMMIT_TAG") else { continue }
      if condition.contains("!$CI_COMMIT_TAG") || condition.contains("== null") { continue }
      if rule.when?.value == "never" { excluded = false; return false }
      return true
    }
    return false
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

  private func names(at path: GitLabPath) -> Int {
    files.count { path.isPattern ? path.matches($0) : path.path == $0 }
  }

  private static let credentials = [
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

  private static func obstacle(_ site: GitLabFacts.Site, in pipeline: GitLabPipeline) -> String? {
    let name = site.name
    guard pipeline.definitions(of: name).count == 1 else {
      return "`\(name)` is written in several places"
    }
    for file in pipeline.files {
      for other in file.definitions where other.name.value != name {
        let isReferred = [other.beforeScript, other.script, other.afterScript].contains { script in
          script?.parts.contains { part in
            if case .reference(name, _) = part { true } else { false }
          } ?? false
        }
        if isReferred || other.extends.contains(where: { $0.value == name })
          || (other.rules ?? []).contains(where: { $0.reference == name })
        {
          return "`\(other.name.value)` is written by it"
        }
        let waits = (other.needs ?? []) + (other.dependencies ?? [])
        if waits.contains(where: { $0.value == name || $0.value.hasPrefix(name + ":") }) {
          return "`\(other.name.value)` waits for it"
        }
      }
    }
    return nil
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
