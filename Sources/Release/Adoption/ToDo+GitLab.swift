// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import ReleaseAudit

extension ToDo {
  /// Everything at GitLab, in the order in which it is best done.
  static func gitLab(
    _ facts: AdoptionFacts, _ project: AuditedProject, storedTokens: [String]
  ) -> [ToDo] {
    let settings = facts.repository.url + "/-/settings"
    let name = facts.name.normalized
    var list = signing(facts, project)
    if GitLabOutline(project).startsForTags != true {
      list.append(
        ToDo(
          title: "Let tags start pipelines: the rules of the whole pipeline do not, or do not say",
          items: [3, 39], place: facts.workflow,
          values: [("Under `workflow: rules:`", "- if: $CI_COMMIT_TAG")]))
    }
    list.append(
      ToDo(
        title: "Protect release tags", items: [62, 63, 70], place: settings + "/repository",
        values: [
          // Patterns at GitLab know `*` only.
          ("Protected tags", facts.tagPattern == "v*" ? "v*" : "*"),
          ("Allowed to create", "Maintainers, or the release managers (Premium)"),
        ]))
    list.append(
      ToDo(
        title: "Protect the environment that publishes (Premium; without it, whoever may push any "
          + "branch (Developer) can publish)", items: [4, 5, 16, 17],
        place: settings + "/ci_cd",
        values: [
          ("Protected environments", facts.environment),
          ("Allowed to deploy", "the release managers"),
          ("Approvers", "two release managers or more, at least one approval"),
          ("Allow pipeline triggerer to approve deployment", "off"),
        ]))
    list.append(
      ToDo(
        title: "Add the Trusted Publisher at PyPI (GitLab), and remove API tokens of the project",
        items: [32, 67, 68],
        place: "https://pypi.org/manage/project/\(name)/settings/publishing/ "
          + "(before the first release: https://pypi.org/manage/account/publishing/)",
        values: [
          ("PyPI project name", name), ("Namespace", facts.repository.owner),
          ("Project name", facts.repository.name),
          ("Top-level pipeline file path", facts.workflow),
          ("Environment name", facts.environment),
        ]))
    if !storedTokens.isEmpty {
      list.append(
        ToDo(
          title: "Delete the stored tokens, and revoke them at PyPI", items: [32, 64],
          place: settings + "/ci_cd and https://pypi.org/manage/account/",
          values: [("CI/CD variables", storedTokens.joined(separator: ", "))]))
    }
    list.append(
      ToDo(
        title: "Protect the branch that releases come from", items: [5, 8, 50, 53, 60, 61],
        place: settings + "/repository",
        values: [
          ("Protected branches", facts.branch), ("Allowed to merge", "Maintainers"),
          ("Allowed to push and merge", "No one"), ("Allowed to force push", "off"),
          ("Code owner approval", "on (Premium)"),
        ]))
    list.append(
      ToDo(
        title: "Ask for reviews and for a pipeline that succeeds", items: [51, 52, 55, 58, 59],
        place: settings + "/merge_requests",
        values: [
          ("Merge method", "Fast-forward merge"), ("Pipelines must succeed", "on"),
          ("Approval rules", "2 approvals (Premium)"),
          ("Prevent approval by author, and by users who add commits", "on (Premium)"),
          ("When a commit is added", "Remove all approvals (Premium)"),
        ]))
    list.append(
      ToDo(
        title: "Narrow what jobs and people may do", items: [6, 10, 67],
        place: settings + "/ci_cd and " + settings + "/repository",
        values: [
          ("Job token permissions", "this project and groups and projects on the allowlist"),
          ("Minimum role to use pipeline variables", "No one allowed"),
          ("Push rules: reject unsigned commits", "on (Premium)"),
          ("Two-factor authentication", "required, in the settings of the group"),
        ]))
    list.append(
      ToDo(
        title: "Let Renovate look at the project: gitlab.com runs none by itself",
        items: [23, 45, 46], place: "https://docs.renovatebot.com/getting-started/running/",
        values: [
          ("Repository", facts.repository.description), ("Configuration", "renovate.json"),
        ]))
    return list + badge(facts, project)
  }
}
