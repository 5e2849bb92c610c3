// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Rulesets and protections of branches and tags, as GitHub shows them.
extension ForgeInquiry {
  /// What protects a branch: rulesets, which everybody sees, and its own protection.
  func gitHubRules(_ branch: String) -> BranchRules {
    let name = PercentEncoding.encodePathSegment(branch)
    var result = BranchRules()
    switch fact("rules/branches/\(name)", { node throws(DocumentError) in try rulesetParts(node) })
    {
    case .known(let parts): result.parts = parts
    case .unknown(let how): result.miss(how)
    }
    let isProtected = fact("branches/\(name)") { node throws(DocumentError) in
      try node.required("protected").boolean()
    }
    switch isProtected {
    case .known(false): break
    case .known(true):
      let path = "branches/\(name)/protection"
      guard !isAbsent(path) else { break }
      switch fact(path, { node throws(DocumentError) in try ownProtection(node, branch) }) {
      case .known(let part): result.parts.append(part)
      case .unknown(let how): result.miss(how)
      }
    case .unknown(let how): result.miss(how)
    }
    return result
  }

  func rulesetParts(_ node: JSONNode) throws(DocumentError) -> [BranchProtection] {
    var parts: [BranchProtection] = []
    for rule in try node.array(limit: Self.itemLimit) {
      let id = try rule.required("ruleset_id").integer()
      let isOwn = try rule.optional("ruleset_source_type")?.string() != "Organization"
      let origin = BranchProtection.Origin.ruleset(id: id, isOwn: isOwn)
      var index = parts.firstIndex { $0.origin == origin }
      if index == nil {
        index = parts.count
        let name = try? document("rulesets/\(id)")?.optional("name")?.string()
        parts.append(
          BranchProtection(
            origin, name: "the ruleset `\(name ?? String(id))`", bypass: rulesetBypass(id)))
      }
      if let index { try Self.add(rule, to: &parts[index]) }
    }
    return parts
  }

  private static func add(
    _ rule: JSONNode, to part: inout BranchProtection
  ) throws(DocumentError) {
    let parameters = try rule.optional("parameters")
    switch try rule.required("type").string() {
    case "pull_request":
      part.requiresPullRequest = true
      part.approvals = try parameters?.optional("required_approving_review_count")?.integer() ?? 0
      part.withdrawsApprovals = try parameters?.flag("dismiss_stale_reviews_on_push") ?? false
      part.requiresCodeOwners = try parameters?.flag("require_code_owner_review") ?? false
      part.requiresApprovalOfLastPush =
        try parameters?.flag("require_last_push_approval") ?? false
      let methods = try parameters?.strings("allowed_merge_methods") ?? []
      if !methods.isEmpty, !methods.contains("merge") { part.isLinear = true }
    case "required_status_checks":
      for check in try parameters?.optional("required_status_checks")?.array(limit: itemLimit) ?? []
      {
        part.checks.append(
          BranchProtection.Check(
            name: try check.required("context").string(),
            source: try check.optional("integration_id")?.integer()))
      }
      part.requiresUpToDate =
        try parameters?.flag("strict_required_status_checks_policy") ?? false
    case "merge_queue":
      part.requiresPullRequest = true
      part.requiresUpToDate = true
    case "required_linear_history": part.isLinear = true
    case "required_signatures": part.requiresSignatures = true
    case "deletion": part.forbidsDeletion = true
    case "non_fast_forward": part.forbidsForcePush = true
    case "update": part.restrictsUpdate = true
    default: break
    }
  }

  /// Who need not obey a ruleset; the list is shown only to who may change it.
  private func rulesetBypass(_ id: Int64) -> ForgeFact<[String]> {
    let path = "rulesets/\(id)"
    let list = fact(path) { node throws(DocumentError) -> [String]? in
      guard let list = try node.optional("bypass_actors") else { return nil }
      var names: [String] = []
      for actor in try list.array(limit: Self.itemLimit) {
        names.append(
          Self.name(
            ofActor: try actor.required("actor_type").string(),
            try actor.optional("actor_id")?.integer()))
      }
      return names
    }
    switch list {
    case .known(let names?): return .known(names)
    case .known(nil): return .unknown(wouldTell(path, "`bypass_actors` is not shown"))
    case .unknown(let how): return .unknown(how)
    }
  }

  private static func name(ofActor type: String, _ id: Int64?) -> String {
    let number = id.map { " \($0)" } ?? ""
    switch (type, id) {
    case ("RepositoryRole", 5): return "administrators"
    case ("RepositoryRole", 4): return "everybody who may write"
    case ("RepositoryRole", 2): return "maintainers"
    case ("OrganizationAdmin", _): return "owners of the organization"
    case ("DeployKey", _): return "deploy keys"
    case ("Team", _): return "the team\(number)"
    case ("Integration", _): return "the app\(number)"
    default: return "\(type)\(number)"
    }
  }

  /// The branch's own protection.
  func ownProtection(
    _ node: JSONNode, _ branch: String
  ) throws(DocumentError) -> BranchProtection {
    var bypass: [String] = []
    // What has no such member is no protection, whatever else it is.
    if try !node.required("enforce_admins").flag("enabled") { bypass.append("administrators") }
    let reviews = try node.optional("required_pull_request_reviews")
    if let allowed = try reviews?.optional("bypass_pull_request_allowances") {
      for (key, name) in [("users", "login"), ("teams", "slug"), ("apps", "slug")] {
        for actor in try allowed.optional(key)?.array(limit: Self.itemLimit) ?? [] {
          bypass.append(try actor.required(name).string())
        }
      }
    }
    var part = BranchProtection(
      .branch, name: "the protection of `\(branch)`", bypass: .known(bypass))
    if let reviews {
      part.requiresPullRequest = true
      part.approvals = try reviews.optional("required_approving_review_count")?.integer() ?? 0
      part.withdrawsApprovals = try reviews.flag("dismiss_stale_reviews")
      part.requiresCodeOwners = try reviews.flag("require_code_owner_reviews")
      part.requiresApprovalOfLastPush = try reviews.flag("require_last_push_approval")
    }
    if let checks = try node.optional("required_status_checks") {
      part.requiresUpToDate = try checks.flag("strict")
      if let list = try checks.optional("checks") {
        for check in try list.array(limit: Self.itemLimit) {
          let source = try check.optional("app_id")?.integer()
          part.checks.append(
            BranchProtection.Check(
              name: try check.required("context").string(), source: source == -1 ? nil : source))
        }
      } else {
        part.checks = try checks.strings("contexts").map {
          BranchProtection.Check(name: $0, source: nil)
        }
      }
    }
    part.isLinear = try node.isEnabled("required_linear_history")
    part.requiresSignatures = try node.isEnabled("required_signatures")
    part.forbidsDeletion = try node.optional("allow_deletions")?.flag("enabled") == false
    part.forbidsForcePush = try node.optional("allow_force_pushes")?.flag("enabled") == false
    return part
  }

  /// What protects tags: the active rulesets for them.
  var gitHubTagRules: ForgeFact<[TagProtection]> {
    let path = "rulesets"
    if case .unknown(let how) = fact(
      path,
      { node throws(DocumentError) in
        try node.array(limit: Self.itemLimit).count
      })
    {
      return .unknown(how)
    }
    guard let ids = tagRulesets else {
      return .unknown(wouldTell(path, "there are too many rulesets to read"))
    }
    var result: [TagProtection] = []
    for id in ids {
      switch fact("rulesets/\(id)", { node throws(DocumentError) in try Self.tagProtection(node) })
      {
      case .known(var protection):
        protection.bypass = rulesetBypass(id)
        protection.exemptsWriters = exemptsWriters(id)
        result.append(protection)
      case .unknown(let how): return .unknown(how)
      }
    }
    return .known(result)
  }

  /// Whether everybody who may write need not obey a ruleset.
  ///
  /// Roles of a repository: 1 read, 2 maintain, 3 triage, 4 write, 5 administrator; others are an
  /// organization's own.
  private func exemptsWriters(_ id: Int64) -> ForgeFact<Bool> {
    let path = "rulesets/\(id)"
    let roles = fact(path) { node throws(DocumentError) -> [Int64]? in
      guard let list = try node.optional("bypass_actors") else { return nil }
      var roles: [Int64] = []
      for actor in try list.array(limit: Self.itemLimit) {
        guard try actor.required("actor_type").string() == "RepositoryRole" else { continue }
        roles.append(try actor.required("actor_id").integer())
      }
      return roles
    }
    switch roles {
    case .unknown(let how): return .unknown(how)
    case .known(nil): return .unknown(wouldTell(path, "`bypass_actors` is not shown"))
    case .known(let roles?):
      if roles.contains(where: { [1, 3, 4].contains($0) }) { return .known(true) }
      guard roles.allSatisfy({ $0 == 2 || $0 == 5 }) else {
        return .unknown(wouldTell(path, "a role of the organization's own is exempt"))
      }
      return .known(false)
    }
  }

  private static func tagProtection(_ node: JSONNode) throws(DocumentError) -> TagProtection {
    let refs = try node.optional("conditions")?.optional("ref_name")
    func patterns(_ key: String) throws(DocumentError) -> [String] {
      try refs?.strings(key).map { pattern in
        pattern == "~ALL"
          ? "**" : pattern.hasPrefix("refs/tags/") ? String(pattern.dropFirst(10)) : pattern
      } ?? []
    }
    var protection = TagProtection(
      name: "the ruleset `\(try node.required("name").string())`",
      includes: try patterns("include"), excludes: try patterns("exclude"))
    for rule in try node.optional("rules")?.array(limit: itemLimit) ?? [] {
      switch try rule.required("type").string() {
      case "creation": protection.restrictsCreation = true
      case "update": protection.forbidsUpdate = true
      case "deletion": protection.forbidsDeletion = true
      default: break
      }
    }
    return protection
  }
}
