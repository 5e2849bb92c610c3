// SPDX-License-Identifier: Apache-2.0

package import PythonPackaging
import Rebuild
package import ReleaseAudit
import SourceText

/// What a person says about a project where its files do not.
package struct AdoptionAnswers: Hashable, Sendable {
  /// `owner/name` at the forge, or its address.
  package var repository: String?
  /// The forge; nil where the project's origin or addresses tell.
  package var forge: AdoptionForge?
  /// Who reviews changes of what decides a release: `@account`, `@organisation/team`.
  package var owners: [String] = []
  /// The branch that releases come from.
  package var branch: String?
  /// The license to add where there is none.
  package var license: LicenseText?

  /// Says nothing.
  package init() {}
}

/// Why nothing is planned: what is missing, and what would give it.
package struct AdoptionRefusal: Error, Hashable, Sendable {
  /// One thing that is missing or cannot be used.
  package struct Problem: Hashable, Sendable {
    /// In one sentence.
    package let problem: String
    /// What to do.
    package let help: String

    init(_ problem: String, help: String) {
      self.problem = problem
      self.help = help
    }
  }

  /// All of them.
  package let problems: [Problem]
}

/// What is known of a project whose release process is to be written.
///
/// Every text in it is safe to be written as it is; what is not known is never made up.
package struct AdoptionFacts: Hashable, Sendable {
  /// The project's name at the index.
  package let name: ProjectName
  /// Its repository.
  package let repository: ForgeRepository
  /// The branch that releases come from.
  package let branch: String
  /// The code owners; empty where none are needed.
  package let owners: [String]
  /// The requirements of the build, and the front end.
  package let requirements: [String]
  /// Whether the version is taken from git's tags.
  package let takesVersionFromGit: Bool
  /// The pattern of release tags.
  package let tagPattern: String
  /// The workflow's path.
  package private(set) var workflow: String
  /// The environment's name.
  package private(set) var environment: String
  /// The path of the allowed signers.
  package let signers: String
  /// The requirements file, without `.in` and `.txt`.
  package let requirementsStem: String
  /// The file of requirements with which GitLab's jobs attest, verify and publish.
  package let toolsStem: String
  /// The versions of Python that workflows use.
  let python: PythonVersion
  /// The profile.
  package let profile: AuditProfile

  /// The version of Python that builds releases, such as `3.13`.
  package var pythonOfReleases: String { python.ofReleases }

  /// The forge.
  package var forge: AdoptionForge { repository.forge }

  /// The workflow file's name.
  package var workflowName: String { String(workflow.split(separator: "/").last ?? "") }

  /// Takes the workflow that publishes now, where it is another.
  mutating func follow(_ outline: ReleaseOutline) {
    let paths = outline.publishers.map(\.path)
    guard !paths.contains(workflow), let path = paths.first,
      SafeName.isWorkflow(String(path.split(separator: "/").last ?? ""))
    else { return }
    workflow = path
  }

  /// Takes the environment of the job that publishes now.
  mutating func follow(_ outline: GitLabOutline) {
    let names = outline.publishers.compactMap(\.environment)
    guard !names.contains(environment), let name = names.first(where: SafeName.isEnvironment) else {
      return
    }
    environment = name
  }

  /// Finds the facts.
  ///
  /// - Parameters:
  ///   - project: the project.
  ///   - record: what an earlier adoption wrote down.
  ///   - answers: what a person says.
  /// - Throws: ``AdoptionRefusal`` with everything that is missing.
  package init(
    _ project: AuditedProject, record: AdoptionRecord?, answers: AdoptionAnswers
  ) throws(AdoptionRefusal) {
    let outline = ReleaseOutline(project)
    var problems: [AdoptionRefusal.Problem] = []
    profile = project.profile

    var projectName: ProjectName?
    do throws(AdoptionRefusal) {
      projectName = try Self.name(project, outline)
    } catch {
      problems += error.problems
    }
    let forge = Self.forge(project, outline, record, answers)
    let repository = Self.repository(project, outline, record, answers, at: forge)
    if repository == nil {
      problems.append(
        Self.unknownRepository(project, answers, at: forge))
    }
    let owners = answers.owners.isEmpty ? record?.owners ?? [] : answers.owners
    for owner in owners where !SafeName.isOwner(owner, at: forge) {
      problems.append(
        .init(
          "`\(owner)` is not the name of a code owner",
          help: "write --owner @ACCOUNT or --owner "
            + (forge == .github ? "@ORGANISATION/TEAM" : "@GROUP/SUBGROUP")))
    }
    if owners.isEmpty, Self.needsOwners(project, at: forge) {
      problems.append(
        .init(
          "it is not known who reviews changes of the release's files",
          help: "name an account or a team: --owner @ORGANISATION/TEAM"))
    }
    let branch = answers.branch ?? record?.branch ?? Self.branch(project)
    if !SafeName.isBranch(branch) {
      problems.append(
        .init("`\(branch)` cannot be the branch of releases", help: "name it: --branch NAME"))
    }
    var requirements: [String] = []
    do throws(AdoptionRefusal) {
      requirements = try Self.requirements(project)
    } catch {
      problems += error.problems
    }
    var python: PythonVersion?
    do throws(AdoptionRefusal) {
      python = try PythonVersion.of(outline)
    } catch {
      problems += error.problems
    }
    guard problems.isEmpty, let projectName, let repository, let python else {
      throw AdoptionRefusal(problems: problems)
    }
    name = projectName
    self.repository = repository
    self.branch = branch
    self.owners = owners
    self.requirements = requirements
    self.python = python
    takesVersionFromGit = requirements.contains { text in
      ["setuptools-scm", "setuptools_scm", "hatch-vcs", "versioningit", "versioneer"]
        .contains { text.lowercased().hasPrefix($0) }
    }
    tagPattern = Self.tagPattern(project)
    workflow =
      forge == .github ? Self.workflow(project, outline, record) : GitLabOutline.entrance
    let environments =
      forge == .github
      ? outline.publishers.compactMap(\.environment)
      : Self.environments(GitLabOutline(project))
    environment = environments.first(where: SafeName.isEnvironment) ?? "pypi"
    let signers = project.git?.allowedSigners ?? ""
    self.signers =
      ["allowed_signers", ".allowed_signers"].contains(signers)
      ? signers : ".\(forge.rawValue)/allowed_signers"
    requirementsStem =
      Self.stem(
        ["requirements/build", "requirements/release", "requirements/release-build"], project,
        record)
      ?? "requirements/hallmark-build"
    toolsStem =
      Self.stem(
        ["requirements/publish", "requirements/release-tools"], project, record)
      ?? "requirements/hallmark-publish"
  }

  private static func name(
    _ project: AuditedProject, _ outline: ReleaseOutline
  ) throws(AdoptionRefusal) -> ProjectName {
    let files = ["pyproject.toml", "setup.py", "setup.cfg"].compactMap { project.files[$0] }
    guard let file = files.first else {
      throw AdoptionRefusal(problems: [
        .init(
          "there is no pyproject.toml",
          help: "write one with the project's name and its build system, or begin with "
            + "`hallmark new NAME`")
      ])
    }
    guard file.path != "pyproject.toml" || outline.pyproject != nil else {
      throw AdoptionRefusal(problems: [
        .init("`\(file.path)` cannot be read", help: "correct it: it must be TOML in UTF-8")
      ])
    }
    guard let text = outline.projectName else {
      let isComputed = outline.setuptools.name == .computed
      throw AdoptionRefusal(problems: [
        .init(
          isComputed
            ? "the project's name is computed by `setup.py`, which is not run"
            : "`\(file.path)` does not name the project",
          help: isComputed
            ? "write it as a plain text there, or `name` in `[project]` of pyproject.toml"
            : "write `[project]` with `name`")
      ])
    }
    guard let name = try? ProjectName(text) else {
      throw AdoptionRefusal(problems: [
        .init(
          "`\(text)` is not the name of a project",
          help: "names have letters, digits, `.`, `_` and `-`")
      ])
    }
    return name
  }

  private static func branch(_ project: AuditedProject) -> String {
    // Where somebody works on a change, its branch is not the one of releases.
    let known = ["main", "master", "trunk", "develop", "devel", "dev", "stable"]
    return project.git?.branch.flatMap { known.contains($0) ? $0 : nil } ?? "main"
  }

  private static func requirements(
    _ project: AuditedProject
  ) throws(AdoptionRefusal) -> [String] {
    let list: [String]
    do throws(RebuildError) {
      // Without the file, and without its table, setuptools builds.
      list = try BuildSystem(parsing: project.files["pyproject.toml"]?.bytes ?? []).requirements
    } catch {
      throw AdoptionRefusal(problems: [
        .init("\(error)", help: "correct `[build-system]` in pyproject.toml")
      ])
    }
    for text in list {
      let isLine = text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("#")
      guard isLine, (try? Requirement(text)) != nil else {
        throw AdoptionRefusal(problems: [
          .init(
            "`\(text)` in `build-system.requires` cannot be locked",
            help: "write it as a name with versions, such as `setuptools>=77`")
        ])
      }
    }
    return list.contains { (try? Requirement($0))?.project.normalized == "build" }
      ? list : ["build"] + list
  }

  private static func tagPattern(_ project: AuditedProject) -> String {
    guard let newest = project.git?.tags.first?.name.utf8.first else { return "v*" }
    return (0x30...0x39).contains(newest) ? "[0-9]*" : "v*"
  }

  // The file that publishes already is registered at the index under its name.
  private static func workflow(
    _ project: AuditedProject, _ outline: ReleaseOutline, _ record: AdoptionRecord?
  ) -> String {
    let folder = ".github/workflows/"
    let publishing = outline.publishers.map(\.path).first { path in
      path.hasPrefix(folder) && SafeName.isWorkflow(String(path.dropFirst(folder.count)))
    }
    guard let publishing else {
      // A file of that name which does something else keeps it.
      let names = ["release.yml", "publish.yml", "pypi.yml", "release-pypi.yml"].map { folder + $0 }
      return names.first { name in
        project.files[name] == nil || record?.block(name, nil) != nil
      } ?? folder + "hallmark-release.yml"
    }
    let jobs = outline.steps(of: publishing).map(\.job)
    let isAlone = Set(jobs).isSubset(of: outline.releaseJobs[publishing] ?? [])
    let isRecorded = record?.blocks.contains { $0.path == publishing } ?? false
    if isAlone || isRecorded { return publishing }
    // Other jobs stay in that file, and the release gets one of its own.
    return folder + (publishing == folder + "release.yml" ? "publish.yml" : "release.yml")
  }

  private static func stem(
    _ stems: [String], _ project: AuditedProject, _ record: AdoptionRecord?
  ) -> String? {
    let recorded = record?.blocks.map(\.path) ?? []
    return stems.first { stem in
      recorded.contains(stem + ".in")
        || (project.files[stem + ".in"] == nil && project.files[stem + ".txt"] == nil)
    }
  }
}
