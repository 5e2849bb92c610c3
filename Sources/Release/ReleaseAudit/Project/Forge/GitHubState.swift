// SPDX-License-Identifier: Apache-2.0

import Encodings

/// What GitHub's answers come to.
extension ForgeInquiry {
  var gitHubState: ForgeState {
    let branch = fact("") { node throws(DocumentError) in
      let name = try node.required("default_branch")
      guard try !name.string().isEmpty else { throw name.error("it is empty") }
      return try name.string()
    }
    var state = ForgeState(
      kind: .github, project: project, page: page("html_url", else: "https://github.com"),
      branch: branch,
      isPublic: fact("") { node throws(DocumentError) in !(try node.required("private").boolean())
      },
      tagRules: gitHubTagRules,
      environments: fact("environments") { node throws(DocumentError) in
        var result: [ForgeEnvironment] = []
        for item in try node.array(limit: Self.itemLimit) {
          result.append(try gitHubEnvironment(item))
        }
        return result
      },
      actions: gitHubActions,
      jobToken: fact("actions/permissions/workflow") { node throws(DocumentError) in
        JobTokenPolicy(
          isReadOnly: try node.required("default_workflow_permissions").string() == "read",
          mayApprove: try node.required("can_approve_pull_request_reviews").boolean())
      },
      securityUpdates: gitHubSecurityUpdates,
      privateReports: fact("private-vulnerability-reporting") { node throws(DocumentError) in
        try node.required("enabled").boolean()
      },
      writers: fact("collaborators") { node throws(DocumentError) in
        var result: [ForgeAccount] = []
        for item in try node.array(limit: Self.itemLimit) {
          result.append(
            ForgeAccount(
              id: try item.required("id").integer(), name: try item.required("login").string(),
              isAdministrator: try item.optional("permissions")?.flag("admin") ?? false))
        }
        return result
      })
    state.allowsMergeCommits = try? document("")?.optional("allow_merge_commit")?.boolean()
    switch branch {
    case .known(let name): state.branchRules = gitHubRules(name)
    case .unknown(let how): state.branchRules.miss(how)
    }
    for name in policyBranches { state.protectedBranches[name] = isProtected(name) }
    for branch in releaseBranches {
      state.releaseBranches[branch.filter] = isProtected(branch.name, isOne: branch.isOne)
    }
    return state
  }

  /// The address of the project's page.
  func page(_ member: String, else host: String) -> String {
    let standard = "\(host)/\(project)"
    guard let text = try? document("")?.optional(member)?.string(), text.utf8.count <= 500,
      text.hasPrefix("https://") || text.hasPrefix("http://"),
      text.utf8.allSatisfy({ byte in
        (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
          || "/:._-~".utf8.contains(byte)
      })
    else { return standard }
    return text
  }

  /// Whether a branch is protected, or one that stands for many of a pattern.
  private func isProtected(_ branch: String, isOne: Bool = true) -> ForgeFact<Bool> {
    let name = PercentEncoding.encodePathSegment(branch)
    let rules = fact("rules/branches/\(name)") { node throws(DocumentError) in
      try rulesetParts(node).contains(where: \.protects)
    }
    if rules.value == true { return rules }
    guard isOne else {
      return .unknown(
        rules.wouldTell ?? "whether the branches' own protection is of this pattern, too: "
          + "\(page("html_url", else: "https://github.com"))/settings/branches")
    }
    let own = fact("branches/\(name)", absent: false) { node throws(DocumentError) in
      try node.required("protected").boolean()
    }
    switch own {
    case .unknown: return own
    case .known(false): return rules.wouldTell == nil ? own : rules
    case .known(true):
      // That there is a protection does not tell what it forbids.
      let path = "branches/\(name)/protection"
      if isAbsent(path) { return rules }
      let details = fact(path) { node throws(DocumentError) in
        try ownProtection(node, branch).protects
      }
      return details.value == false && rules.wouldTell != nil ? rules : details
    }
  }

  private var gitHubSecurityUpdates: ForgeFact<SecurityUpdates> {
    let asked = fact("automated-security-fixes", absent: SecurityUpdates.off) {
      node throws(DocumentError) in
      guard try node.required("enabled").boolean() else { return SecurityUpdates.off }
      return try node.flag("paused") ? .paused : .on
    }
    guard case .unknown = asked else { return asked }
    // The repository itself shows it to those who may write.
    let shown = try? document("")?.optional("security_and_analysis")?
      .optional("dependabot_security_updates")?.required("status").string()
    return switch shown {
    case "enabled"?: .known(.on)
    case "disabled"?: .known(.off)
    default: asked
    }
  }

  private var gitHubActions: ForgeFact<ActionsPolicy> {
    fact("actions/permissions") { node throws(DocumentError) in
      let isEnabled = try node.required("enabled").boolean()
      let pins = try node.optional("sha_pinning_required")?.boolean()
      let allowed = try node.optional("allowed_actions")
      switch try allowed?.string() {
      case "all"?: return ActionsPolicy(isEnabled: isEnabled, allowed: .all, requiresPins: pins)
      case "local_only"?:
        return ActionsPolicy(isEnabled: isEnabled, allowed: .own, requiresPins: pins)
      case "selected"?:
        let list = fact("actions/permissions/selected-actions") { node throws(DocumentError) in
          ActionsPolicy.List(
            allowsGitHub: try node.required("github_owned_allowed").boolean(),
            allowsVerified: try node.required("verified_allowed").boolean(),
            patterns: try node.strings("patterns_allowed"))
        }
        return ActionsPolicy(isEnabled: isEnabled, allowed: .listed(list), requiresPins: pins)
      default:
        guard !isEnabled else { throw node.error("`allowed_actions` is none of the known words") }
        return ActionsPolicy(isEnabled: false, allowed: .own, requiresPins: pins)
      }
    }
  }

  private func gitHubEnvironment(_ node: JSONNode) throws(DocumentError) -> ForgeEnvironment {
    var environment = ForgeEnvironment(name: try node.required("name").string())
    environment.adminsBypass = try node.optional("can_admins_bypass")?.boolean()
    for rule in try node.optional("protection_rules")?.array(limit: 100) ?? [] {
      switch try rule.required("type").string() {
      case "wait_timer":
        environment.waitMinutes = try rule.optional("wait_timer")?.integer() ?? 0
      case "required_reviewers":
        environment.preventsSelfReview = try rule.optional("prevent_self_review")?.boolean()
        for item in try rule.optional("reviewers")?.array(limit: 100) ?? [] {
          let isTeam = try item.required("type").string() == "Team"
          let reviewer = try item.required("reviewer")
          environment.reviewers.append(
            ForgeEnvironment.Reviewer(
              isTeam: isTeam, id: try reviewer.required("id").integer(),
              name: try reviewer.required(isTeam ? "slug" : "login").string()))
        }
      default: break
      }
    }
    guard let policy = try node.optional("deployment_branch_policy") else { return environment }
    if try policy.flag("protected_branches") {
      environment.refs = .protected
    } else if try policy.flag("custom_branch_policies") {
      environment.refs = .patterns(
        fact(Self.policyPath(environment.name)) { node throws(DocumentError) in
          var result: [ForgeEnvironment.RefPolicy] = []
          for item in try node.array(limit: Self.itemLimit) {
            result.append(
              ForgeEnvironment.RefPolicy(
                pattern: try item.required("name").string(),
                isTag: try item.optional("type")?.string() == "tag"))
          }
          return result
        })
    }
    return environment
  }
}
