// SPDX-License-Identifier: Apache-2.0

package import PythonPackaging
package import SourceText
import Workflows

/// How a project releases, in the few facts that whoever changes it needs.
package struct ReleaseOutline: Sendable {
  /// A job that gives files to a package index.
  package struct Publisher: Hashable, Sendable {
    /// The workflow's path.
    package let path: String
    /// The job's key.
    package let job: String
    /// The name of its environment, where it is written as a plain text.
    package let environment: String?
  }

  /// A job of a workflow that releases, as a page can describe it.
  package struct Step: Hashable, Sendable {
    /// The job's key.
    package let job: String
    /// Its title, or its key.
    package let title: String
    /// The jobs that must end before.
    package let needs: [String]
    /// The name of its environment.
    package let environment: String?
    /// What its token may write.
    package let writes: [String]
  }

  /// The jobs that publish to a package index, not only for trying out.
  package let publishers: [Publisher]
  /// The jobs that build, attest, verify, publish or announce, by the path of their workflow.
  ///
  /// Named are workflows that upload to an index, also for trying out; other jobs, such as tests, are
  /// not in it.
  package let releaseJobs: [String: [String]]
  /// The workflows among those that other workflows call, or that call others for the release.
  package let connected: Set<String>
  /// Whether wheels depend on the platform.
  package let buildsNative: Bool

  private let project: AuditedProject

  /// Reads a project.
  package init(_ project: AuditedProject) {
    self.project = project
    let facts = project.releases
    publishers = facts.publishing.map { site in
      let name = site.job.environment?.name
      return Publisher(
        path: site.file.path, job: site.job.id.value,
        environment: name.flatMap { $0.hasExpressions ? nil : $0.value })
    }
    var jobs: [String: [String]] = [:]
    var connected: Set<String> = []
    var isNative = false
    let uploading = facts.jobs.filter { $0.uploads.contains { $0.target.isIndex } }
    for site in uploading {
      let path = site.file.path
      if !facts.calls(of: path).isEmpty || site.file.workflow.trigger("workflow_call") != nil {
        connected.insert(path)
      }
      let before = facts.ancestors(of: site)
      isNative = isNative || before.contains { $0.role.contains(.buildsNative) }
      let works: StepRole = [.builds, .attests, .verifies, .verifiesTag, .compares]
      let isElsewhere = before.contains { other in
        other.file.path != path && (!other.role.isDisjoint(with: works) || !other.uploads.isEmpty)
      }
      if isElsewhere { connected.insert(path) }
      for other in facts.jobs where other.file.path == path {
        let isBefore = before.contains { $0.job.id == other.job.id && $0.file.path == path }
        let isAfter = facts.ancestors(of: other).contains {
          $0.job.id == site.job.id && $0.file.path == path
        }
        let isPart =
          !other.uploads.isEmpty || ReleaseFacts.isGenerator(other.job)
          || ((isBefore || isAfter) && !other.role.isDisjoint(with: works))
        if isPart, !(jobs[path] ?? []).contains(other.job.id.value) {
          jobs[path, default: []].append(other.job.id.value)
        }
      }
    }
    releaseJobs = jobs
    self.connected = connected
    buildsNative = isNative
  }

  /// The jobs of a workflow in their order.
  package func steps(of path: String) -> [Step] {
    (project.workflow(at: path)?.workflow.jobs ?? []).map { job in
      let environment = job.environment?.name
      return Step(
        job: job.id.value, title: job.name?.value ?? job.id.value,
        needs: job.needs.map(\.value),
        environment: environment.flatMap { $0.hasExpressions ? nil : $0.value },
        writes: (job.entry("permissions")?.value.entries ?? []).compactMap { entry in
          entry.value.string == "write" ? entry.key.string : nil
        })
    }
  }

  /// The events that start a workflow.
  package func events(of path: String) -> [String] {
    (project.workflow(at: path)?.workflow.triggers ?? []).map(\.event.value)
  }

  /// Whether some workflow looks at pull requests.
  package var checksPullRequests: Bool {
    project.workflows.contains { $0.workflow.trigger("pull_request") != nil }
  }

  /// The folders that Dependabot looks at, with what it looks for.
  package var updates: [(ecosystem: String, directories: [String])] {
    project.updateEntries.map { entry in
      let list = (entry.node["directories"]?.items ?? []).compactMap(\.string)
      return (entry.ecosystem, list + [entry.node["directory"]?.string].compactMap { $0 })
    }
  }

  /// Whether another bot than Dependabot proposes updates.
  package var hasRenovate: Bool { project.renovate != nil }

  /// The file that introduces the project.
  package var readme: AuditedFile? { project.readme }
  /// The page that describes releasing.
  package var releasePage: AuditedFile? { project.releasePage }
  /// The page on security.
  package var securityPage: AuditedFile? { project.securityPage }
  /// The code owners.
  package var codeOwners: AuditedFile? {
    project.first(of: [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"])
  }
  /// What `pyproject.toml` says.
  package var pyproject: TOMLNode? { project.pyproject }
  /// What `setup.py` and `setup.cfg` say in plain words; both absent where there is neither.
  package var setuptools: SetuptoolsMetadata {
    SetuptoolsMetadata(
      script: project.files["setup.py"]?.bytes, configuration: project.files["setup.cfg"]?.bytes)
  }
  /// The name in `pyproject.toml`, `setup.py` or `setup.cfg`, as it is written.
  package var projectName: String? {
    let tables = [
      try? project.pyproject?.optional("project"),
      try? project.pyproject?.optional("tool")?.optional("poetry"),
    ]
    return tables.lazy.compactMap { try? $0?.optional("name")?.string() }.first
      ?? setuptools.name.text
  }
}

extension AuditedProject {
  /// The same project with other contents of some files, or with more files.
  package func with(_ changes: [String: [UInt8]]) -> AuditedProject { replacing(changes) }
}

extension ReadProject {
  /// A project that is going to be at a folder.
  package init(_ project: AuditedProject, at root: String) {
    self.init(root: root, project: project)
  }
}
