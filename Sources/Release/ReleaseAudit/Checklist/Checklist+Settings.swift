// SPDX-License-Identifier: Apache-2.0

extension Checklist {
  /// What git itself shows.
  static let git: [ChecklistItem] = [
    ChecklistItem(
      7, "each release tag is of a commit with a valid signature", [.spec8, .tuf], [.git]),
    ChecklistItem(40, "git signs commits and tags on this machine", [.template], [.git]),
    ChecklistItem(41, "the last commit's signature verifies", [.template], [.git]),
    ChecklistItem(42, "release tags are signed tag objects", [.template, .tuf], [.git]),
  ]

  private static let rules = "`gh api repos/{repo}/rules/branches/BRANCH`"
  private static let environment = "`gh api repos/{repo}/environments/NAME`"

  /// What is set at the forge.
  static let settings: [ChecklistItem] = [
    ChecklistItem(
      4, "somebody must approve each run that publishes", [.spec8, .tuf], [.forge],
      rest: "\(environment): `required_reviewers` with more than one person"),
    ChecklistItem(
      5, "nobody alone can both change the default branch and release", [.spec8], [.forge],
      rest: """
        \(rules) and \(environment) together: reviews without bypass, `prevent_self_review`
        """),
    ChecklistItem(
      6, "commits are signed, by rule or by those who release", [.spec8, .template],
      [.forge, .git], rest: "\(rules): `required_signatures`"),
    ChecklistItem(
      8, "the branch that releases come from is protected", [.spec8, .template], [.forge],
      rest: "\(rules): not empty"),
    ChecklistItem(
      10, "workflow tokens are read-only by default", [.spec8], [.forge],
      rest: "`gh api repos/{repo}/actions/permissions/workflow`: `read`"),
    ChecklistItem(
      13, "only listed actions may run", [.spec8], [.forge],
      rest: "`gh api repos/{repo}/actions/permissions`: `\"allowed_actions\": \"selected\"`"),
    ChecklistItem(
      14, "the list of allowed actions is what the workflows use", [.spec8], [.forge, .files],
      rest: """
        `gh api repos/{repo}/actions/permissions/selected-actions`, compared with each `uses`
        """),
    ChecklistItem(
      16, "the environment has reviewers", [.spec8, .template], [.forge],
      rest: "\(environment): `required_reviewers`"),
    ChecklistItem(
      17, "who starts a run cannot approve it", [.spec8], [.forge],
      rest: "\(environment): `\"prevent_self_review\": true`"),
    ChecklistItem(
      50, "the default branch takes changes by pull request", [.template], [.forge],
      rest: "\(rules): `pull_request`"),
    ChecklistItem(
      51, "two approvals are needed", [.template], [.forge],
      rest: "\(rules): `required_approving_review_count` of 2"),
    ChecklistItem(
      52, "new commits withdraw approvals", [.template], [.forge],
      rest: "\(rules): `dismiss_stale_reviews_on_push`"),
    ChecklistItem(
      53, "code owners must review", [.template], [.forge],
      rest: "\(rules): `require_code_owner_review`"),
    ChecklistItem(
      55, "status checks are required", [.template], [.forge],
      rest: "\(rules): `required_status_checks`"),
    ChecklistItem(
      56, "the required checks are jobs that exist", [.template], [.forge, .files],
      rest: "\(rules): `required_status_checks`, compared with the workflows' job names"),
    ChecklistItem(
      57, "required checks must come from GitHub Actions", [.template], [.forge],
      rest: "\(rules): each required check has the `integration_id` of GitHub Actions"),
    ChecklistItem(
      58, "branches must be up to date before they are merged", [.template], [.forge],
      rest: "\(rules): `strict_required_status_checks_policy`"),
    ChecklistItem(
      59, "history is linear", [.template], [.forge],
      rest: "\(rules): `required_linear_history`"),
    ChecklistItem(
      60, "the rules hold for administrators, too", [.template], [.forge],
      rest: "`gh api repos/{repo}/rulesets/ID`: `bypass_actors` is empty"),
    ChecklistItem(
      61, "branches cannot be deleted nor overwritten", [.template], [.forge],
      rest: "\(rules): `deletion` and `non_fast_forward`"),
    ChecklistItem(
      62, "tags cannot be made, moved or deleted by everybody", [.template], [.forge],
      rest: "`gh api 'repos/{repo}/rulesets?targets=tag'`: creation, update, deletion"),
    ChecklistItem(
      63, "only protected branches and tags can deploy to the environment", [.template],
      [.files, .forge],
      rest: "`gh api repos/{repo}/environments/NAME/deployment-branch-policies`"),
    ChecklistItem(
      65, "vulnerabilities can be reported in private", [.template], [.forge],
      rest: "`gh api repos/{repo}/private-vulnerability-reporting`: `\"enabled\": true`"),
    ChecklistItem(
      70, "only the intended accounts can start a release", [.template], [.forge, .person],
      rest: """
        `gh api 'repos/{repo}/collaborators?permission=push'`, read by somebody who knows whom to \
        expect
        """),
  ]
}
