// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Protections of branches and tags, as GitLab shows them.
extension ForgeInquiry {
  /// A branch's protection with the project's rules for merge requests.
  func gitLabRules(_ branch: String) -> BranchRules {
    var rules = BranchRules()
    let found = fact("protected_branches") { node throws(DocumentError) in
      try Self.protection(of: branch, node)
    }
    var part: BranchProtection
    switch found {
    case .unknown(let how):
      rules.miss(how)
      return rules
    case .known(nil): return rules
    case .known(let protection?): part = protection
    }
    var missed: [(how: String, most: (inout BranchProtection) -> Void)] = []
    func add(
      _ fact: ForgeFact<Void>, most: @escaping (inout BranchProtection) -> Void
    ) {
      if case .unknown(let how) = fact { missed.append((how, most)) }
    }
    add(
      fact("") { node throws(DocumentError) in
        let method = try node.required("merge_method").string()
        part.isLinear = method == "ff"
        part.requiresUpToDate = method != "merge"
        // A commit can ask for that its pipeline is skipped.
        let takesSkipped = try node.flag("allow_merge_on_skipped_pipeline")
        let asksForPipeline = try node.flag("only_allow_merge_if_pipeline_succeeds")
        part.requiresPipeline = asksForPipeline && !takesSkipped
      }
    ) { most in
      most.isLinear = true
      most.requiresUpToDate = true
      most.requiresPipeline = true
    }
    // Approvals bind where neither the author can give them nor a merge request can waive them.
    var isBinding = false
    add(
      fact("approvals") { node throws(DocumentError) in
        part.withdrawsApprovals = try node.flag("reset_approvals_on_push")
        part.requiresApprovalOfLastPush =
          try node.flag("merge_requests_disable_committers_approval")
        let byAuthor = try node.required("merge_requests_author_approval").boolean()
        let isFixed =
          try node.required("disable_overriding_approvers_per_merge_request").boolean()
        isBinding = !byAuthor && isFixed
      }
    ) { most in
      most.withdrawsApprovals = true
      most.requiresApprovalOfLastPush = true
      most.approvals = .max
    }
    add(
      fact("approval_rules") { node throws(DocumentError) in
        let count = try Self.approvals(of: branch, node)
        if isBinding { part.approvals = count }
      }
    ) { if isBinding { $0.approvals = .max } }
    add(
      fact("push_rule") { node throws(DocumentError) in
        // A project without push rules has `null`.
        guard case .object = node.value else { return }
        part.requiresSignatures = try node.flag("reject_unsigned_commits")
      }
    ) { $0.requiresSignatures = true }
    rules.parts.append(part)
    for (how, most) in missed {
      var best = part
      most(&best)
      rules.miss(how, most: best)
    }
    return rules
  }

  /// Of all rules that match, the most permissive one decides who pushes and who overwrites; owners
  /// are asked where any of them says so.
  static func protection(
    of branch: String, _ node: JSONNode
  ) throws(DocumentError) -> BranchProtection? {
    var patterns: [String] = []
    var exempt: [String] = []
    var part = BranchProtection(.branch, name: "", bypass: .known([]))
    part.requiresPullRequest = true
    part.forbidsDeletion = true
    part.forbidsForcePush = true
    for item in try node.array(limit: itemLimit) {
      let name = try item.required("name").string()
      guard RefPattern.matches(pattern(name), branch) else { continue }
      patterns.append("`\(name)`")
      let levels = try item.optional("push_access_levels")?.array(limit: itemLimit) ?? []
      if levels.isEmpty { part.requiresPullRequest = false }
      for level in levels {
        guard let pusher = try pusher(level) else { continue }
        part.requiresPullRequest = false
        if !exempt.contains(pusher) { exempt.append(pusher) }
      }
      if try item.flag("allow_force_push") {
        part.forbidsForcePush = false
        exempt.append("forced pushes, which \(patterns.last ?? "") allows")
      }
      if try item.flag("code_owner_approval_required") { part.requiresCodeOwners = true }
    }
    guard !patterns.isEmpty else { return nil }
    part.name = "the protection of \(patterns.prefix(5).joined(separator: ", "))"
    // Who may push directly needs no merge request, and so no approval.
    part.bypass = .known(exempt)
    return part
  }

  /// Whom a level of access lets push; nil for nobody.
  private static func pusher(_ node: JSONNode) throws(DocumentError) -> String? {
    if try node.isNamed() {
      let text = try node.optional("access_level_description")?.string() ?? "somebody"
      return "`\(text)`"
    }
    switch try node.required("access_level").integer() {
    case 0: return nil
    case ..<maintainerLevel: return "everybody who may write"
    default: return "maintainers"
    }
  }

  /// How many must approve a merge request into a branch.
  static func approvals(of branch: String, _ node: JSONNode) throws(DocumentError) -> Int64 {
    var count: Int64 = 0
    for rule in try node.array(limit: itemLimit) {
      // Others, such as `report_approver`, ask for approval only after a finding.
      let type = try rule.required("rule_type").string()
      guard ["regular", "any_approver", "code_owner"].contains(type),
        try isMeant(branch, by: rule)
      else { continue }
      count = max(count, try rule.required("approvals_required").integer())
    }
    return count
  }

  /// Whether an approval rule is about a branch.
  static func isMeant(_ branch: String, by rule: JSONNode) throws(DocumentError) -> Bool {
    let names = try rule.optional("protected_branches")?.array(limit: itemLimit) ?? []
    guard !names.isEmpty else { return true }
    for name in names
    where RefPattern.matches(pattern(try name.required("name").string()), branch) {
      return true
    }
    return false
  }

  /// GitLab's pattern as one of ``RefPattern``: `*` stands for any text, everything else for itself.
  static func pattern(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "*": result += "**"
      case "\\", "?", "[", "/": result += "\\\(character)"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// What protects tags.
  static func gitLabTags(_ node: JSONNode) throws(DocumentError) -> [TagProtection] {
    var result: [TagProtection] = []
    var open: [String] = []
    for item in try node.array(limit: itemLimit) {
      let name = try item.required("name").string()
      var protection = TagProtection(
        name: "the protection of `\(name)`", includes: [pattern(name)], excludes: [])
      let makers = try item.optional("create_access_levels")?.array(limit: itemLimit) ?? []
      var isRestricted = !makers.isEmpty
      for maker in makers where try !maker.isNamed() {
        let level = try maker.required("access_level").integer()
        if level != 0, level < maintainerLevel { isRestricted = false }
      }
      if !isRestricted { open += protection.includes }
      protection.restrictsCreation = isRestricted
      // A protected tag is moved by nobody, and deleted only by maintainers.
      protection.forbidsUpdate = isRestricted
      protection.forbidsDeletion = isRestricted
      result.append(protection)
    }
    // One rule that lets everybody make a tag is enough, whatever others say.
    for index in result.indices where result[index].restrictsCreation {
      result[index].excludes = open
    }
    return result
  }
}
