// SPDX-License-Identifier: Apache-2.0

import Encodings

/// What GitLab is asked, and what its answers come to (REST API: projects, protected branches,
/// protected tags, protected environments, merge request approvals, push rules, job token scope,
/// members). Variables are not asked for, since their values would come with them.
extension ForgeInquiry {
  private static let maintainer = "a maintainer's token with the scope `read_api`"

  var gitLabQuestions: [ForgeQuestion] {
    [
      ForgeQuestion("", "the project", permission: "a token that may read the project"),
      ForgeQuestion(
        "protected_branches", form: .list(member: nil), "the protected branches",
        permission: Self.maintainer),
      ForgeQuestion(
        "protected_tags", form: .list(member: nil), "the protected tags",
        permission: Self.maintainer),
      ForgeQuestion(
        "protected_environments", form: .list(member: nil), "the protected environments",
        permission: "\(Self.maintainer), where the plan has protected environments"),
      ForgeQuestion(
        "approvals", "how approvals work",
        permission: "\(Self.maintainer), where the plan has approval rules"),
      ForgeQuestion(
        "approval_rules", form: .list(member: nil), "the approval rules",
        permission: "\(Self.maintainer), where the plan has approval rules"),
      ForgeQuestion(
        "push_rule", "the push rules",
        permission: "\(Self.maintainer), where the plan has push rules"),
      ForgeQuestion(
        "job_token_scope", "whom job tokens are good for", permission: Self.maintainer),
      ForgeQuestion(
        "members/all", form: .list(member: nil), "who may push",
        permission: "a member's token with the scope `read_api`"),
    ]
  }

  var gitLabState: ForgeState {
    let branch = fact("") { node throws(DocumentError) in
      try node.required("default_branch").string()
    }
    let isSelfApproved = try? document("")?
      .optional("allow_pipeline_trigger_approve_deployment")?.boolean()
    var state = ForgeState(
      kind: .gitlab, project: project, page: page("web_url", else: "https://gitlab.com"),
      branch: branch,
      isPublic: fact("") { node throws(DocumentError) in
        try node.required("visibility").string() == "public"
      },
      tagRules: fact("protected_tags") { node throws(DocumentError) in
        var result: [TagProtection] = []
        for item in try node.array(limit: Self.itemLimit) {
          result.append(try Self.gitLabTags(item))
        }
        return result
      },
      environments: fact("protected_environments") { node throws(DocumentError) in
        var result: [ForgeEnvironment] = []
        for item in try node.array(limit: Self.itemLimit) {
          result.append(
            try Self.gitLabEnvironment(item, preventsSelfReview: isSelfApproved.map { !$0 }))
        }
        return result
      },
      jobToken: gitLabJobToken,
      writers: fact("members/all") { node throws(DocumentError) in
        var result: [ForgeAccount] = []
        for item in try node.array(limit: Self.itemLimit) {
          let level = try item.required("access_level").integer()
          guard level >= Self.developer else { continue }
          result.append(
            ForgeAccount(
              id: try item.required("id").integer(), name: try item.required("username").string(),
              isAdministrator: level >= Self.maintainerLevel))
        }
        return result
      })
    switch branch {
    case .known(let name): state.branchRules = gitLabRules(name)
    case .unknown(let how): state.branchRules.unknown = [how]
    }
    return state
  }

  // Levels of access: 0 nobody, 30 developers, 40 maintainers.
  private static var developer: Int64 { 30 }
  private static var maintainerLevel: Int64 { 40 }

  private var gitLabJobToken: ForgeFact<JobTokenPolicy> {
    let pushes = fact("") { node throws(DocumentError) in
      try node.flag("ci_push_repository_for_job_token_allowed")
    }
    let isLimited = fact("job_token_scope") { node throws(DocumentError) in
      try node.required("inbound_enabled").boolean()
    }
    switch (pushes, isLimited) {
    case (.known(let pushes), .known(let isLimited)):
      return .known(
        JobTokenPolicy(
          isReadOnly: !pushes, mayApprove: false,
          problems: isLimited ? [] : ["job tokens of every other project may use this one"]))
    case (.unknown(let how), _), (_, .unknown(let how)): return .unknown(how)
    }
  }

  /// A branch's protection with the project's rules for merge requests.
  private func gitLabRules(_ branch: String) -> BranchRules {
    var rules = BranchRules()
    let found = fact("protected_branches") { node throws(DocumentError) -> BranchProtection? in
      // Of all rules that match, the most permissive one decides who pushes and who overwrites;
      // owners are asked where any of them says so.
      var patterns: [String] = []
      var pushers: [String] = []
      var part = BranchProtection(.branch, name: "", bypass: .known([]))
      part.requiresPullRequest = true
      part.forbidsDeletion = true
      part.forbidsForcePush = true
      for item in try node.array(limit: Self.itemLimit) {
        let pattern = try item.required("name").string()
        guard RefPattern.matches(Self.wide(pattern), branch) else { continue }
        patterns.append("`\(pattern)`")
        let levels = try Self.levels(item, "push_access_levels")
        if levels.isEmpty || levels.contains(where: { $0 != 0 }) {
          part.requiresPullRequest = false
        }
        for level in levels where level != 0 {
          let name = level < Self.maintainerLevel ? "everybody who may write" : "maintainers"
          if !pushers.contains(name) { pushers.append(name) }
        }
        if try item.flag("allow_force_push") { part.forbidsForcePush = false }
        if try item.flag("code_owner_approval_required") { part.requiresCodeOwners = true }
      }
      guard !patterns.isEmpty else { return nil }
      part.name = "the protection of \(patterns.prefix(5).joined(separator: ", "))"
      // Who may push directly needs no merge request, and so no approval.
      part.bypass = .known(pushers)
      return part
    }
    var part: BranchProtection
    switch found {
    case .unknown(let how):
      rules.unknown.append(how)
      return rules
    case .known(nil): return rules
    case .known(let protection?): part = protection
    }
    func add(_ fact: ForgeFact<Void>) {
      if case .unknown(let how) = fact { rules.unknown.append(how) }
    }
    add(
      fact("") { node throws(DocumentError) in
        let method = try node.required("merge_method").string()
        part.isLinear = method == "ff"
        part.requiresUpToDate = method != "merge"
        part.requiresPipeline = try node.flag("only_allow_merge_if_pipeline_succeeds")
      })
    // Approvals bind where neither the author can give them nor a merge request can waive them.
    var isBinding = false
    add(
      fact("approvals") { node throws(DocumentError) in
        part.withdrawsApprovals = try node.flag("reset_approvals_on_push")
        let byAuthor = try node.required("merge_requests_author_approval").boolean()
        let isFixed =
          try node.required("disable_overriding_approvers_per_merge_request").boolean()
        isBinding = !byAuthor && isFixed
      })
    add(
      fact("approval_rules") { node throws(DocumentError) in
        for rule in try node.array(limit: Self.itemLimit) {
          // Others, such as `report_approver`, ask for approval only after a finding.
          let type = try rule.required("rule_type").string()
          guard isBinding, ["regular", "any_approver", "code_owner"].contains(type) else {
            continue
          }
          let names = try rule.optional("protected_branches")?.array(limit: Self.itemLimit) ?? []
          var isMeant = names.isEmpty
          for name in names where !isMeant {
            isMeant = RefPattern.matches(
              Self.wide(try name.required("name").string()), branch)
          }
          guard isMeant else { continue }
          part.approvals = max(part.approvals, try rule.required("approvals_required").integer())
        }
      })
    add(
      fact("push_rule") { node throws(DocumentError) in
        // A project without push rules has `null`.
        guard case .object = node.value else { return }
        part.requiresSignatures = try node.flag("reject_unsigned_commits")
      })
    rules.parts.append(part)
    return rules
  }

  /// At GitLab `*` stands for any text.
  private static func wide(_ pattern: String) -> String { pattern.replacing("*", with: "**") }

  /// Levels of access; somebody who is named counts as a maintainer.
  private static func levels(_ node: JSONNode, _ key: String) throws(DocumentError) -> [Int64] {
    var levels: [Int64] = []
    for item in try node.optional(key)?.array(limit: itemLimit) ?? [] {
      levels.append(try item.optional("access_level")?.integer() ?? maintainerLevel)
    }
    return levels
  }

  private static func gitLabTags(_ node: JSONNode) throws(DocumentError) -> TagProtection {
    let pattern = try node.required("name").string()
    var protection = TagProtection(
      name: "the protection of `\(pattern)`", includes: [wide(pattern)], excludes: [])
    let makers = try levels(node, "create_access_levels")
    protection.restrictsCreation =
      !makers.isEmpty && makers.allSatisfy { $0 == 0 || $0 >= maintainerLevel }
    // A protected tag is moved and deleted only by those who may make it.
    protection.forbidsUpdate = protection.restrictsCreation
    protection.forbidsDeletion = protection.restrictsCreation
    return protection
  }

  private static func gitLabEnvironment(
    _ node: JSONNode, preventsSelfReview: Bool?
  ) throws(DocumentError) -> ForgeEnvironment {
    var environment = ForgeEnvironment(name: try node.required("name").string())
    environment.preventsSelfReview = preventsSelfReview
    environment.refs = .patterns(.unknown("the rules of the job, which say for which refs it runs"))
    for rule in try node.optional("approval_rules")?.array(limit: 100) ?? [] {
      let person = try rule.optional("user_id")?.integer()
      let group = try rule.optional("group_id")?.integer()
      let name = try rule.optional("access_level_description")?.string()
      environment.reviewers.append(
        ForgeEnvironment.Reviewer(
          isTeam: person == nil, id: person ?? group ?? 0, name: name ?? "somebody"))
    }
    return environment
  }
}
