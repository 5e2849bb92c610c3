// SPDX-License-Identifier: Apache-2.0

extension Checklist {
  /// What is written down, and whether it is still true.
  static let documentation: [ChecklistItem] = [
    ChecklistItem(1, "the release process is written down", [.spec8], [.files]),
    ChecklistItem(
      2, "the page names each step, and who may do it", [.spec8], [.files, .person],
      rest: "somebody who releases, reading the page: is each step there, and who may do it?"),
    ChecklistItem(38, "a SPEC 8 badge is only shown where it is true", [.spec8], [.files]),
    ChecklistItem(43, "nothing of a project template is left over", [.template], [.files]),
    ChecklistItem(
      44, "there is a license file, and the metadata name the same license", [.template],
      [.files]),
    ChecklistItem(
      54, "code owners stand for the files that decide a release", [.template], [.files]),
    ChecklistItem(
      66, "SECURITY.md names supported versions and where to report", [.template], [.files]),
    ChecklistItem(82, "a policy says whose provenance is accepted", [.tuf], [.files]),
    ChecklistItem(87, "users can read who must have signed", [.tuf], [.files]),
    ChecklistItem(92, "users can read how to verify before they install", [.slsa], [.files]),
  ]

  /// How dependencies come in and are brought up to date.
  static let dependencies: [ChecklistItem] = [
    ChecklistItem(
      23, "a bot brings actions up to date", [.spec8, .template], [.files]),
    ChecklistItem(24, "updates of actions come grouped", [.spec8], [.files]),
    ChecklistItem(
      25, "updates of actions are reviewed", [.spec8], [.files, .forge],
      rest: "`gh api repos/{repo}/rules/branches/BRANCH`: a `pull_request` rule with an approval"),
    ChecklistItem(
      45, "a policy says which updates are taken: security always, others grouped", [.template],
      [.files]),
    ChecklistItem(
      46, "security updates of dependencies are on", [.template], [.forge],
      rest: "`gh api repos/{repo}/automated-security-fixes`: `\"enabled\": true`"),
    ChecklistItem(
      47, "what builds and publishes is required with hashes", [.template, .tuf], [.files]),
    ChecklistItem(
      48, "the build back end is pinned, too", [.template, .tuf], [.files]),
    ChecklistItem(49, "code is scanned (CodeQL or another)", [.template], [.files]),
    ChecklistItem(74, "OpenSSF Scorecard runs", [.template], [.files]),
  ]
}
