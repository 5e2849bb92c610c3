// SPDX-License-Identifier: Apache-2.0

import Policies
import PythonPackaging
import ReleaseAudit
import SourceText

extension AdoptionSteps {
  /// A list of requirements, and its lock where there is a new one.
  struct Requirements {
    /// The path, without `.in` and `.txt`.
    let stem: String
    /// The file in which they are written by hand.
    let input: String
    /// What it is for, in a few words.
    let reason: String
    /// The version of Python that installs them.
    let python: String
    /// The new lock.
    let lock: String?
    /// Whether there must be a new one.
    let isNeeded: Bool
  }

  /// Writes requirements, and their lock where there is a new one.
  static func writeRequirements(
    _ draft: inout AdoptionDraft, _ list: Requirements, _ unfinished: inout [String]
  ) {
    let stem = list.stem
    let paths =
      ReleaseOutline(draft.project).publishers.map(\.path)
      + GitLabOutline(draft.project).steps.map(\.path)
    let isUsed = paths.contains { path in
      draft.project.files[path]?.bytes.firstRange(of: "\(stem).txt".utf8) != nil
    }
    guard isUsed else { return }
    draft.place(stem + ".in", list.input, list.reason)
    if let lock = list.lock {
      draft.write(stem + ".txt", lock, "the same with versions and hashes")
    } else if list.isNeeded {
      unfinished.append(
        "`\(stem).txt` is missing, or not of these requirements: run `hallmark adopt` where an "
          + "index can be reached, or `uv pip compile --universal --python-version "
          + "\(list.python) --generate-hashes --only-binary :all: -o \(stem).txt "
          + "\(stem).in`")
    }
  }

  /// Writes the lists around a release: allowed signers, code owners, updates, how to report.
  ///
  /// - Parameters:
  ///   - draft: what they are added to.
  ///   - facts: what is known of the project.
  ///   - isReleased: whether there is a release process that holds; at GitLab there are no owners of
  ///     one that is not there.
  static func writeLists(
    _ draft: inout AdoptionDraft, _ facts: AdoptionFacts, isReleased: Bool
  ) {
    let documents = Documents(facts: facts)
    let isGitHub = facts.forge == .github
    let isOurs =
      isGitHub
      ? ReleaseOutline(draft.project).publishers.contains { $0.path == facts.workflow }
      : !GitLabOutline(draft.project).publishers.isEmpty
    if isOurs, facts.signers.hasPrefix(".git"), draft.project.files[facts.signers] == nil {
      // It is the signers' own from the first line on, so it is in no record.
      draft.write(facts.signers, documents.signers, "who may sign release tags (item 83)")
    }
    let hasSecurityPage = ReleaseOutline(draft.project).securityPage != nil
    let security = isGitHub ? documents.security : GitLabDocuments(facts: facts).security
    draft.place(
      "SECURITY.md", security, "how to report a vulnerability (item 66)",
      isWanted: !hasSecurityPage)
    if isGitHub || isReleased { writeOwners(&draft, facts, documents) }
    if isGitHub { writeUpdates(&draft, facts, documents) } else { writeRenovate(&draft, facts) }
  }

  private static func writeRenovate(_ draft: inout AdoptionDraft, _ facts: AdoptionFacts) {
    draft.place(
      "renovate.json", GitLabDocuments(facts: facts).renovate,
      "grouped updates after a week (items 23, 24, 45)",
      isWanted: !ReleaseOutline(draft.project).hasRenovate)
  }

  private static func writeOwners(
    _ draft: inout AdoptionDraft, _ facts: AdoptionFacts, _ documents: Documents
  ) {
    guard !facts.owners.isEmpty else { return }
    let isGitHub = facts.forge == .github
    let hasWorkflows = isGitHub || !draft.project.workflows.isEmpty
    let critical =
      (hasWorkflows ? ["/.github/"] : []) + (isGitHub ? [] : ["/.gitlab-ci.yml", "/.gitlab/"])
      + ["/.hallmark/", "/requirements/", "/hallmark.toml"]
    let builds = ["pyproject.toml", "setup.py", "setup.cfg"].filter {
      draft.project.files[$0] != nil
    }
    let text = documents.codeOwners(of: critical + builds.map { "/\($0)" })
    let owners =
      isGitHub
      ? ReleaseOutline(draft.project).codeOwners : GitLabOutline(draft.project).codeOwners
    guard let file = owners else {
      // Where both forges look, if there is something of both.
      let folder = !isGitHub && hasWorkflows ? "" : ".\(facts.forge.rawValue)/"
      draft.place(
        folder + "CODEOWNERS", text, "who reviews what decides a release (item 54)")
      return
    }
    draft.place(file.path, text, "")
    guard !findings("code-owners", draft.project).isEmpty else { return }
    // Behind a heading they would be that section's, which may be optional or leave paths out.
    let hasSections =
      !isGitHub
      && file.bytes.split(separator: 0x0A).contains { line in
        line.starts(with: "[".utf8) || line.starts(with: "^[".utf8) || line.starts(with: "!".utf8)
      }
    let isTaken =
      String(decoding: file.bytes, as: UTF8.self).lowercased().contains("[release]")
    let lines = hasSections ? "\n[Release\(isTaken ? " files" : "")]\n" + text : text
    let isEnded = file.bytes.last.map { $0 == 0x0A } ?? true
    draft.write(
      file.path, bytes: file.bytes + Array(((isEnded ? "" : "\n") + lines).utf8),
      "who reviews what decides a release (item 54)")
  }

  private static func writeUpdates(
    _ draft: inout AdoptionDraft, _ facts: AdoptionFacts, _ documents: Documents
  ) {
    guard !ReleaseOutline(draft.project).hasRenovate else { return }
    let folder = "/" + facts.requirementsStem.split(separator: "/").dropLast().joined()
    var wanted = [("github-actions", "/"), ("pip", folder)]
    if draft.project.files["uv.lock"] != nil { wanted.append(("uv", "/")) }
    let reason = "grouped updates after a week (items 23, 24, 45)"
    guard let file = draft.project.dependabot.first else {
      draft.place(".github/dependabot.yml", documents.dependabot(folders: wanted), reason)
      return
    }
    draft.place(file.path, documents.dependabot(folders: wanted), reason, isWanted: false)
    let outline = ReleaseOutline(draft.project)
    let missing = wanted.filter { kind, folder in
      !outline.updates.contains { entry in
        entry.ecosystem == kind
          && (kind == "github-actions"
            || entry.directories.contains { $0 == folder || $0 == folder + "/" || $0.contains("*") })
      }
    }
    for (kind, folder) in missing {
      guard let current = draft.project.dependabot.first,
        let list = current.document.root["updates"], list.items != nil
      else { return }
      let item: YAMLFragment = [
        "package-ecosystem": .scalar(kind), "directory": .scalar(folder),
        "schedule": ["interval": "weekly"], "cooldown": ["default-days": "7"],
        "groups": .mapping([
          (kind == "github-actions" ? "actions" : "python", ["patterns": ["*"]])
        ]),
      ]
      do throws(YAMLEditRefusal) {
        let edits = try current.document.inserting(item, intoList: list)
        guard let bytes = edits.applied(to: current.file.bytes) else { return }
        draft.write(file.path, bytes: bytes, reason)
      } catch {
        draft.notes.append("`\(file.path)`: add `\(kind)` for `\(folder)` by hand (\(error))")
      }
    }
  }

  /// Adds the license that a person chose where there is none.
  static func writeLicense(
    _ draft: inout AdoptionDraft, _ facts: AdoptionFacts, _ license: LicenseText?,
    _ unfinished: inout [String]
  ) {
    guard findings("license", draft.project).contains(where: { $0.place.path == "LICENSE" }) else {
      return
    }
    guard let license else {
      let known = LicenseText.allCases.map(\.rawValue).joined(separator: " or ")
      unfinished.append(
        "there is no license: choose one by `--license` (\(known)), or add the file LICENSE")
      return
    }
    draft.write(
      "LICENSE", license.text(holder: "The \(facts.name) authors"),
      "the license that you chose (item 44)")
  }

  /// Writes how a release is made, how users verify one, and the policy.
  static func writePages(_ draft: inout AdoptionDraft, _ facts: AdoptionFacts) {
    let documents = Documents(facts: facts)
    writeReleasing(&draft, facts, documents)
    writeVerifying(&draft, facts, documents)
    writePolicy(&draft, facts)
  }

  private static func writePolicy(_ draft: inout AdoptionDraft, _ facts: AdoptionFacts) {
    let isGitHub = facts.forge == .github
    let publisher =
      isGitHub
      ? PublisherPolicy(
        signer: .gitHub(
          repository: facts.repository.description, workflow: facts.workflowName),
        ref: .versionTag, runner: .gitHubHosted)
      : PublisherPolicy(
        signer: .gitLab(
          repository: facts.repository.description, workflowFilepath: facts.workflow),
        ref: .versionTag)
    draft.place(
      "hallmark.toml",
      "# Who must have signed the files of a release: this \(isGitHub ? "workflow" : "pipeline"), "
        + "at the tag of the version.\n" + Policy(publishers: [publisher]).text,
      "the policy for users and CI (items 82, 87)")
  }

  private static func writeVerifying(
    _ draft: inout AdoptionDraft, _ facts: AdoptionFacts, _ documents: Documents
  ) {
    let readme = ReleaseOutline(draft.project).readme
    let isGitHub = facts.forge == .github
    let verifying = { (markup: Markup) in
      isGitHub ? documents.verifying(markup) : GitLabDocuments(facts: facts).verifying(markup)
    }
    draft.place(
      "README.md", "# \(facts.name)\n\n" + verifying(.markdown),
      "how users verify a release (items 87, 92)", isWanted: readme == nil)
    guard let readme else { return }
    let isMissing =
      isGitHub
      ? !findings("no-verify-instructions", draft.project).isEmpty
        || !findings("no-signer-identity", draft.project).isEmpty
      : ["pypi-attestations verify", "hallmark verify"].allSatisfy {
        readme.bytes.firstRange(of: $0.utf8) == nil
      }
    draft.place(
      section: "verifying", in: readme.path, verifying(Markup(of: readme.path)),
      "how users verify a release (items 87, 92)", isWanted: isMissing)
  }

  // The page is written from the workflow that is there now.
  private static func writeReleasing(
    _ draft: inout AdoptionDraft, _ facts: AdoptionFacts, _ documents: Documents
  ) {
    let outline = ReleaseOutline(draft.project)
    let gitLab = GitLabOutline(draft.project)
    let isGitHub = facts.forge == .github
    guard !(isGitHub ? outline.publishers.isEmpty : gitLab.publishers.isEmpty) else { return }
    let releasing = { (markup: Markup) in
      isGitHub
        ? documents.releasing(outline, markup)
        : GitLabDocuments(facts: facts).releasing(gitLab, markup)
    }
    let own = "RELEASING.md"
    let path = outline.releasePage?.path
    let isChapter =
      path.map { path in
        let name = path.lowercased().split(separator: "/").last ?? ""
        return !name.hasPrefix("releas")
      } ?? false
    let isSilent =
      isGitHub
      ? findings("release-page-drift", draft.project).contains { $0.place.span == nil }
      : !gitLab.isTold(in: outline.releasePage)
    let isRight = isGitHub ? isContent("release-page-drift", draft.project) : !isSilent
    // A chapter somewhere may be all that a project needs, if it is right.
    let isWanted = path == nil || isChapter && !isRight
    if isWanted || path == own {
      draft.place(
        own, "# Releasing \(facts.name)\n\n" + releasing(.markdown),
        "how a release is made (items 1, 2)", isWanted: isWanted)
    }
    guard !isWanted, let path else { return }
    draft.place(
      section: "releasing", in: path, releasing(Markup(of: path)),
      "how a release is made (item 2)", isWanted: isSilent)
  }
}
