// SPDX-License-Identifier: Apache-2.0

/// Only protected branches and tags can deploy to the environment.
enum DeployRefs: AuditRule {
  static let description = RuleDescription(
    id: "deploy-refs", title: "only protected branches and tags can deploy to the environment",
    severity: .medium, checklist: [63], sources: ["secure package template", "python-tuf #1550"],
    why: """
      Whoever may push a branch can change the workflow in it and run it. Where every branch may \
      deploy, that run gets the environment's secrets and its trust at the index. And a pattern that \
      does not match what starts a release stops the release.
      """,
    fix: "set deployment branches and tags of the environment to those that releases come from",
    samples: [
      RuleSample(
        "every branch", .findings(lines: [0]),
        settings: RuleSample.environment(#""deployment_branch_policy": null"#),
        files: [RuleSample.publishing]),
      RuleSample(
        "protected branches, and the release comes from a tag", .findings(lines: [0]),
        settings: RuleSample.environment(
          #""deployment_branch_policy": {"protected_branches": true, "#
            + #""custom_branch_policies": false}"#)
          + RuleSample.rules(#"[{"type": "deletion", "ruleset_id": 1}]"#),
        files: [RuleSample.publishing]),
      RuleSample(
        "a pattern that the trigger does not match", .findings(lines: [0]),
        settings: DeployRefs.policies(
          #"{"id": 1, "name": "release-*", "type": "tag"}"#, tags: "*"),
        files: [RuleSample.publishing]),
      RuleSample(
        "tags that everybody can make", .findings(lines: [0]),
        settings: DeployRefs.policies(#"{"id": 1, "name": "v*", "type": "tag"}"#, tags: "docs-*"),
        files: [RuleSample.publishing]),
      RuleSample(
        "protected tags that match", .good,
        settings: DeployRefs.policies(#"{"id": 1, "name": "v*", "type": "tag"}"#, tags: "v*"),
        files: [RuleSample.publishing]),
      RuleSample(
        "tags that everybody who may write is exempt to make", .findings(lines: [0]),
        settings: DeployRefs.policies(
          #"{"id": 1, "name": "v*", "type": "tag"}"#, tags: "v*",
          bypass: #"{"actor_type": "RepositoryRole", "actor_id": 4}"#),
        files: [RuleSample.publishing]),
      RuleSample("not asked", .unknown, settings: [], files: [RuleSample.publishing]),
    ])

  private static func policies(
    _ policies: String, tags: String, bypass: String = ""
  ) -> [(path: String, answer: String)] {
    RuleSample.environment(
      #""deployment_branch_policy": {"protected_branches": false, "#
        + #""custom_branch_policies": true}"#) + [
        ("environments/pypi/deployment-branch-policies", "[\(policies)]"),
        ("rulesets", #"[{"id": 3, "name": "tags", "target": "tag", "enforcement": "active"}]"#),
        (
          "rulesets/3",
          #"{"id": 3, "name": "tags", "conditions": {"ref_name": {"include": "#
            + #"["refs/tags/\#(tags)"], "exclude": []}}, "bypass_actors": [\#(bypass)], "#
            + #""rules": [{"type": "creation"}]}"#
        ),
      ]
  }

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    environmentRule(project) { environment, forge, related in
      let name = environment.name
      let place = forge.place(.environments, name)
      let refs = ReleaseRefs(project, forge)
      let found = { (message: String) in
        RuleOutcome.examined([finding(message, at: place, related: related)])
      }
      var outcomes: [RuleOutcome] = refs.unknown.map { [.unknown(wouldTell: $0)] } ?? []
      switch environment.refs {
      case .all: return found("every branch and tag can deploy to the environment `\(name)`")
      case .protected:
        outcomes.append(
          verdict(
            forge.branchRules.holds(\.protects),
            "no branch is protected, so every branch can deploy to `\(name)`", at: place))
        if let tag = refs.tags.first {
          outcomes.append(
            found(
              "a run from a tag such as `\(tag)` publishes, and only branches can deploy to "
                + "`\(name)`"))
        }
      case .people(.writers):
        return found("everybody who may push can deploy to `\(name)`, from every branch")
      // GitLab's environments have no list of refs. Maintainers make what is protected, so that
      // refs would hold nobody back who may deploy.
      case .people(.maintainers): return .examined([])
      case .people(.named(let names)):
        let shown = names.prefix(5).map { "`\($0)`" }.joined(separator: ", ")
        return .unknown(
          wouldTell: "whether \(shown), who may deploy to `\(name)` from every branch, may also "
            + "make release tags and push to protected branches")
      case .patterns(.unknown(let how)): return .unknown(wouldTell: how)
      case .patterns(.known(let policies)):
        for (ref, isTag) in refs.tags.map({ ($0, true) }) + refs.branches.map({ ($0, false) })
        where !policies.contains(where: {
          $0.isTag == isTag && RefPattern.matches($0.pattern, ref)
        }) {
          outcomes.append(
            found(
              "a run from the \(isTag ? "tag" : "branch") `\(ref)` publishes, and no pattern of "
                + "`\(name)` matches it"))
        }
        outcomes += policies.map { policy in
          verdict(
            isProtected(policy, forge),
            policy.isTag
              ? "everybody who may push can make a tag that matches `\(policy.pattern)` and deploy "
                + "to `\(name)`"
              : "the branch `\(policy.pattern)` can deploy to `\(name)` and is not protected",
            at: place)
        }
      }
      return RuleOutcome.all(outcomes)
    }
  }

  private static func isProtected(
    _ policy: ForgeEnvironment.RefPolicy, _ forge: ForgeState
  ) -> ForgeFact<Bool> {
    if policy.isTag {
      switch forge.tagRules {
      case .unknown(let how): return .unknown(how)
      case .known(let rules):
        let tag = RefPattern.example(of: policy.pattern) ?? policy.pattern
        return rules.restrictCreation(of: tag)
      }
    }
    if policy.pattern == forge.branch.value { return forge.branchRules.holds(\.protects) }
    if let known = forge.protectedBranches[policy.pattern] { return known }
    // A pattern that any new branch matches is of no use.
    if RefPattern.matches(policy.pattern, "hallmark-any-branch") { return .known(false) }
    return .unknown(
      "whether all branches that match `\(policy.pattern)` are protected: the rulesets of the "
        + "project")
  }
}
