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
        permission: "\(Self.maintainer) (where the plan has protected environments)"),
      ForgeQuestion(
        "approvals", "how approvals work",
        permission: "\(Self.maintainer) (where the plan has approval rules)"),
      ForgeQuestion(
        "approval_rules", form: .list(member: nil), "the approval rules",
        permission: "\(Self.maintainer) (where the plan has approval rules)"),
      ForgeQuestion(
        "push_rule", "the push rules",
        permission: "\(Self.maintainer) (where the plan has push rules)"),
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
        try Self.gitLabTags(node)
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
              isAdministrator: level >= Self.maintainerLevel,
              isPerson: try Self.isPerson(item)))
        }
        return result
      })
    switch branch {
    case .known(let name): state.branchRules = gitLabRules(name)
    case .unknown(let how): state.branchRules.miss(how)
    }
    for name in branches.prefix(Self.environmentLimit) where name != branch.value {
      state.releaseBranches[name] =
        name.hasPrefix("/")
        ? .unknown("whether all branches that match `\(name)` are protected: `protected_branches`")
        : fact("protected_branches") { node throws(DocumentError) in
          try Self.protection(of: name, node) != nil
        }
    }
    return state
  }

  // Levels of access: 0 nobody, 30 developers, 40 maintainers.
  private static var developer: Int64 { 30 }
  static var maintainerLevel: Int64 { 40 }

  private var gitLabJobToken: ForgeFact<JobTokenPolicy> {
    let pushes = fact("") { node throws(DocumentError) in
      try node.required("ci_push_repository_for_job_token_allowed").boolean()
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

  private static func gitLabEnvironment(
    _ node: JSONNode, preventsSelfReview: Bool?
  ) throws(DocumentError) -> ForgeEnvironment {
    var environment = ForgeEnvironment(name: try node.required("name").string())
    environment.preventsSelfReview = preventsSelfReview
    // Nobody's deployment goes without the approvals that the environment asks for.
    environment.adminsBypass = false
    let levels = try node.optional("deploy_access_levels")?.array(limit: itemLimit) ?? []
    let name = shown(environment.name)
    environment.refs =
      try deployers(levels).map { .people($0) }
      ?? .patterns(.unknown("`deploy_access_levels` of `\(name)`, which names nobody"))
    let rules = try node.optional("approval_rules")?.array(limit: 100) ?? []
    for rule in rules {
      guard try rule.required("required_approvals").integer() > 0 else { continue }
      environment.reviewers.append(try reviewer(rule))
    }
    // Before there were rules, whoever may deploy approved.
    if rules.isEmpty, try node.optional("required_approval_count")?.integer() ?? 0 > 0 {
      environment.unseenReviewers =
        "who approves in `\(name)`: it has a count of approvals, and no rule that says whose"
    }
    return environment
  }

  private static func reviewer(
    _ node: JSONNode
  ) throws(DocumentError) -> ForgeEnvironment.Reviewer {
    let person = try node.optional("user_id")?.integer()
    let group = try node.optional("group_id")?.integer()
    let name = try node.optional("access_level_description")?.string()
    return ForgeEnvironment.Reviewer(
      isTeam: person == nil, id: person ?? group ?? 0, name: shown(name ?? "somebody"))
  }

  /// Who may deploy; nil where nobody is named, which says nothing.
  private static func deployers(
    _ levels: [JSONNode]
  ) throws(DocumentError) -> ForgeEnvironment.Deployers? {
    var names: [String] = []
    var hasMaintainers = false
    for node in levels {
      if try node.isNamed() {
        names.append(shown(try node.optional("access_level_description")?.string() ?? "somebody"))
      } else if try node.required("access_level").integer() < maintainerLevel {
        return .writers
      } else {
        hasMaintainers = true
      }
    }
    guard names.isEmpty else { return .named(names) }
    return hasMaintainers ? .maintainers : nil
  }

  /// Whether an account is in use, and not one that GitLab made for a token of a project or group.
  private static func isPerson(_ member: JSONNode) throws(DocumentError) -> Bool {
    guard try member.optional("state")?.string() == "active" else { return false }
    let parts = try member.required("username").string().split(
      separator: "_", omittingEmptySubsequences: false)
    guard parts.count > 2, parts[0] == "project" || parts[0] == "group",
      parts[2].hasPrefix("bot")
    else { return true }
    return parts[1].isEmpty || !parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}

extension JSONNode {
  /// Whether a level of access of GitLab is that of somebody in particular: an account, a group, a
  /// deploy key.
  func isNamed() throws(DocumentError) -> Bool {
    for key in ["user_id", "group_id", "deploy_key_id"] {
      if try optional(key) != nil { return true }
    }
    return false
  }
}
