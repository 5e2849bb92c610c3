// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Actions have somebody who repairs them.
enum ArchivedAction: AuditRule {
  static let id = "archived-action"

  static let description = RuleDescription(
    id: id, title: "actions have somebody who repairs them", severity: .medium,
    sources: ["GitHub's archived flag of repositories, as of August 2026"],
    why: """
      Nothing is repaired in an archived repository, also no known vulnerability. Its account may \
      be given up, and taken by another.
      """,
    fix:
      "use the successor that the repository's README names, or call the program in a `run:` step",
    samples: [
      .steps(
        "GitHub's own release actions", .findings(lines: [8, 9]),
        """
        - uses: actions/create-release@0cb9c9b65d5d1901c1f53e5e66eaf4afd303e70e # v1.1.4
        - uses: actions/upload-release-asset@e8f9f06c4b078e705bd2ea027f0926603fc9b4d5 # v1.0.2
        """),
      .steps(
        "one for Rust", .findings(lines: [8]),
        """
        - uses: actions-rs/toolchain@16499b5e05bf2e26879000db0c1d13f7e13fa3af # v1.0.7
        """),
      .steps(
        "one that is kept up", .good,
        """
        - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
        """),
      .steps(
        "no action", .good,
        """
        - run: gh release create "$GITHUB_REF_NAME"
        """),
    ])

  private static let list = ListedActions(date: 1_787_356_800, day: "22 August 2026")

  /// Owner and repository, in lowercase.
  private static let archived: Set<String> = Set(
    """
    8398a7/action-slack actions-rs/audit-check actions-rs/cargo actions-rs/clippy-check \
    actions-rs/components-nightly actions-rs/grcov actions-rs/install actions-rs/tarpaulin \
    actions-rs/toolchain actions/create-release actions/setup-elixir actions/setup-haskell \
    actions/setup-ruby actions/upload-release-asset andrewmcodes-archive/rubocop-linter-action \
    apidevtools/swagger-cli aquasecurity/cfsec artichoke/setup-rust azure/appconfiguration-sync \
    azure/appservice-actions azure/container-actions azure/container-scan \
    azure/get-keyvault-secrets azure/k8s-actions azure/manage-azure-policy \
    azure/publish-security-assessments azure/run-sqlpackage-action azure/spring-cloud-deploy \
    azure/webapps-container-deploy cedrickring/golang-action cirrus-actions/rebase \
    contributor-assistant/github-action convictional/trigger-workflow-and-wait \
    crazy-max/ghaction-docker-buildx crazy-max/ghaction-hugo delaguardo/setup-graalvm \
    expo/expo-preview-action facebook/pysa-action fregante/release-with-changelog \
    google/mirror-branch-action gradle/gradle-build-action grafana/k6-action \
    hashicorp/terraform-cdk-action helaili/github-graphql-action helaili/jekyll-action \
    ilshidur/action-slack jakejarvis/cloudflare-purge-action jakejarvis/firebase-deploy-action \
    jakejarvis/hugo-build-action jakejarvis/lighthouse-action jakejarvis/s3-sync-action \
    justinribeiro/lighthouse-action machine-learning-apps/wandb-action mansagroup/gcs-cache-action \
    marvinpinto/action-automatic-releases marvinpinto/actions maxheld83/ghpages \
    mikepenz/gradle-dependency-submission niklasmerz/github-deployment-action \
    orf/cargo-bloat-action paambaati/codeclimate-action repo-sync/pull-request \
    repo-sync/repo-sync scottbrenner/generate-changelog-action semgrep/semgrep-action \
    sonarsource/sonarcloud-github-action stefanprodan/kube-tools svenstaro/upx-action \
    swiftdocorg/github-wiki-publish-action technote-space/auto-cancel-redundant-workflow \
    technote-space/get-diff-action tibdex/github-app-token verygoodopensource/very_good_coverage \
    whelk-io/maven-settings-xml-action youyo/aws-cdk-github-actions z0al/dependent-issues
    """.split(separator: " ").map(String.init))

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let found = project.usesFindings { path, uses, findings in
      guard let repository = uses.repository, archived.contains(repository.lowercased()) else {
        return
      }
      findings.append(
        Finding(
          rule: id, severity: .medium, "nobody repairs \(repository): it is archived",
          at: Finding.Place(path, uses.text.span)))
    }
    return list.outcome(found, in: project)
  }
}
