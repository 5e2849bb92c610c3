// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Steps that publish to npm's own registry, which knows Trusted Publishers since July 2025
/// (npm Docs, "Trusted publishing for npm packages").
enum NPMPublication {
  /// Variables by which tools take the registry's token.
  static let tokens: Set<String> = [
    "NODE_AUTH_TOKEN", "NPM_TOKEN", "NPM_AUTH_TOKEN", "YARN_NPM_AUTH_TOKEN",
  ]

  /// Actions that publish where they are given a token.
  private static let actions: Set<String> = [
    "changesets/action", "cycjimmy/semantic-release-action", "js-devtools/npm-publish",
  ]

  /// Whether a step publishes there.
  static func isMade(by site: StepSite, _ job: Job, _ project: AuditedProject) -> Bool {
    let publishes: Bool
    if let action = site.step.uses?.action {
      publishes = actions.contains(action)
    } else if let run = site.step.run {
      publishes =
        PublishByToken.publishes(to: .npm, site, job, project)
        || run.value.holds("semantic-release")
          && site.commands.contains { ShellInvocation($0)?.program == "semantic-release" }
    } else {
      publishes = false
    }
    return publishes && !isElsewhere(site, job)
  }

  /// Whether the registry is another one, or only known in a run.
  private static func isElsewhere(_ site: StepSite, _ job: Job) -> Bool {
    let registry = "registry.npmjs.org"
    if let run = site.step.run?.value, run.holds("--registry"), !run.mentions(registry) {
      return true
    }
    let set = job.steps.last { $0.index < site.step.index && $0.uses("actions/setup-node") }
    guard let url = set?.with?["registry-url"]?.value else { return false }
    return url.literalHost != registry
  }
}
