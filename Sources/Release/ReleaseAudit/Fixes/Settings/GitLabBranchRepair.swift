// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Protected branches and approvals of GitLab (REST API: protected branches, merge request
/// approvals).
extension SettingsRepair {
  mutating func planGitLabBranch(_ reviews: [String]) {
    let stays = objectingToDefaultBranch(["protected-branch", "branch-stays"])
    // What is asked of merges holds again once not everybody pushes.
    let isOpen = forge.branchRules.parts.contains(where: \.isOpenToWriters)
    let merges =
      isOpen
      ? [
        "approvals", "updates-need-approval", "required-checks", "up-to-date-branch",
        "linear-history",
      ] : []
    let pushes = objecting(["pull-requests-only", "no-bypass"] + merges)
    let owners = reviews.filter { $0 == "code-owner-review" }
    let asked = stays + pushes + owners
    guard !asked.isEmpty, let branch = forge.branch.value else { return }
    let found = inquiry.fact("protected_branches") { node throws(DocumentError) in
      var matching: [JSONNode] = []
      for item in try node.array(limit: ForgeInquiry.itemLimit) {
        let name = try item.required("name").string()
        if RefPattern.matches(ForgeInquiry.pattern(name), branch) { matching.append(item) }
      }
      return matching
    }
    guard case .known(let matching) = found else { return }
    guard !matching.isEmpty else {
      protectGitLabBranch(branch, closesPushes: !pushes.isEmpty, asksOwners: !owners.isEmpty, asked)
      return
    }
    // Where several rules match, the most permissive one decides; so each is narrowed.
    let own = matching.firstIndex { (try? $0.required("name").string()) == branch } ?? 0
    for (index, item) in matching.enumerated() {
      do throws(DocumentError) {
        try narrow(
          item, stays: stays, pushes: pushes, owners: index == own ? owners : [])
      } catch {
        for rule in asked { leave(rule, "the protection of `\(branch)` is not shown: \(error)") }
      }
    }
  }

  private mutating func protectGitLabBranch(
    _ branch: String, closesPushes: Bool, asksOwners: Bool, _ asked: [String]
  ) {
    var body = JSONObject([
      ("name", .string(branch)),
      ("push_access_level", .integer(closesPushes ? 0 : ForgeInquiry.maintainerLevel)),
      ("merge_access_level", .integer(ForgeInquiry.maintainerLevel)),
      ("allow_force_push", false),
    ])
    var words = [
      "no forced pushes, no deletion", closesPushes ? "nobody pushes" : "only maintainers push",
      "maintainers merge",
    ]
    if asksOwners {
      body["code_owner_approval_required"] = true
      words.append("owners of the files approve (GitLab Premium)")
    }
    changes.append(
      ForgeChange(
        "protect the branch `\(branch)`: \(words.joined(separator: ", "))", .post,
        "protected_branches", body: .object(body), rules: asked, needsPlan: asksOwners))
  }

  /// Narrows a protection that matches the branch.
  ///
  /// Older versions of GitLab set to false what a request does not name, so it names both switches
  /// as they are to be. Levels of access that it does not name stay.
  private mutating func narrow(
    _ item: JSONNode, stays: [String], pushes: [String], owners: [String]
  ) throws(DocumentError) {
    let name = try item.required("name").string()
    var words: [String] = []
    var rules: [String] = []
    var needsPlan = false
    let isForced = try item.flag("allow_force_push")
    let asksOwners = try item.flag("code_owner_approval_required")
    let forced = stays.filter { $0 == "branch-stays" } + pushes.filter { $0 == "no-bypass" }
    let forbidsForce = isForced && !forced.isEmpty
    var body = JSONObject([("allow_force_push", .boolean(isForced && !forbidsForce))])
    if forbidsForce {
      words.append("no forced pushes")
      rules += forced
    }
    let showsOwners = try item.optional("code_owner_approval_required") != nil
    if showsOwners {
      body["code_owner_approval_required"] = .boolean(asksOwners || !owners.isEmpty)
    }
    if !owners.isEmpty, !asksOwners {
      if showsOwners {
        words.append("owners of the files approve (GitLab Premium)")
        rules += owners
        needsPlan = true
      } else {
        leave("code-owner-review", "GitLab's plan has no approval of code owners")
      }
    }
    let levels = try item.optional("push_access_levels")?.array(limit: ForgeInquiry.itemLimit) ?? []
    if !pushes.isEmpty, let closed = try Self.closed(levels) {
      guard try !Self.isFrozen(item) else {
        for rule in pushes {
          leave(rule, "nobody may merge into `\(name)`, so nobody could change it any more")
        }
        return
      }
      body["allowed_to_push"] = .array(closed)
      words.append("nobody pushes without a merge request (by the API from GitLab Premium on)")
      rules += pushes.filter { !rules.contains($0) }
      needsPlan = true
    }
    guard !words.isEmpty else { return }
    guard try !item.flag("inherited") else {
      for rule in rules { leave(rule, "the protection of `\(name)` belongs to the group") }
      return
    }
    changes.append(
      ForgeChange(
        "narrow the protection of `\(name)`: \(words.joined(separator: ", "))", .patch,
        "protected_branches/\(PercentEncoding.encodePathSegment(name))", body: .object(body),
        rules: rules, needsPlan: needsPlan))
  }

  /// Whether nobody may merge.
  private static func isFrozen(_ item: JSONNode) throws(DocumentError) -> Bool {
    for level in try item.required("merge_access_levels").array(limit: ForgeInquiry.itemLimit) {
      if try level.isNamed() { return false }
      if try level.required("access_level").integer() != 0 { return false }
    }
    return true
  }

  /// What makes nobody of those who may push; nil where nobody may.
  private static func closed(_ levels: [JSONNode]) throws(DocumentError) -> [JSONValue]? {
    guard !levels.isEmpty else { return nil }
    var result: [JSONValue] = []
    var hasNobody = false
    for level in levels where try !level.isNamed() {
      if try level.required("access_level").integer() == 0 { hasNobody = true }
    }
    for level in levels {
      let isRole = try !level.isNamed()
      if isRole, try level.required("access_level").integer() == 0 { continue }
      let id = try level.required("id").integer()
      // A level that is set anew never leaves the branch to more people in between.
      if isRole, !hasNobody {
        result.append(["id": .integer(id), "access_level": 0])
        hasNobody = true
      } else {
        result.append(["id": .integer(id), "_destroy": true])
      }
    }
    if !hasNobody { result.append(["access_level": 0]) }
    return result.isEmpty ? nil : result
  }

  mutating func planGitLabApprovals(_ reviews: [String]) {
    let counts = reviews.filter { ["approvals", "updates-need-approval"].contains($0) }
    let stale = reviews.filter { $0 == "stale-approvals" }
    let count = forge.writers.value?.filter(\.isPerson).count ?? 0
    let people = count > 1 ? objecting(["two-persons"]) : []
    let asked = counts + stale + people
    guard !asked.isEmpty else { return }
    guard let now = inquiry.document("approvals") else {
      for rule in counts + stale { leave(rule, missing("approvals", "approval settings")) }
      return
    }
    var body = JSONObject()
    var words: [String] = []
    var rules: [String] = []
    func isSet(_ key: String) -> Bool { (try? now.flag(key)) == true }
    let binding = counts + people
    if !binding.isEmpty {
      if isSet("merge_requests_author_approval") {
        body["merge_requests_author_approval"] = false
        words.append("authors do not approve")
      }
      if !isSet("merge_requests_disable_committers_approval") {
        body["merge_requests_disable_committers_approval"] = true
        words.append("nor who added commits")
      }
      if !isSet("disable_overriding_approvers_per_merge_request") {
        body["disable_overriding_approvers_per_merge_request"] = true
        words.append("no merge request changes its rules")
      }
      if !words.isEmpty { rules += binding }
    }
    if !stale.isEmpty || !people.isEmpty, !isSet("reset_approvals_on_push") {
      body["reset_approvals_on_push"] = true
      // The two exclude each other, and this one withdraws all that the other does.
      if isSet("selective_code_owner_removals") { body["selective_code_owner_removals"] = false }
      words.append("new commits withdraw approvals")
      rules += (stale + people).filter { !rules.contains($0) }
    }
    if !words.isEmpty {
      changes.append(
        ForgeChange(
          "approvals of merge requests: \(words.joined(separator: ", ")) (GitLab Premium)", .post,
          "approvals", body: .object(body), rules: rules, needsPlan: true))
    }
    if !counts.isEmpty { planGitLabApprovalRule(counts) }
  }

  private mutating func planGitLabApprovalRule(_ asked: [String]) {
    guard let branch = forge.branch.value else { return }
    let count = asked.contains("approvals") ? project.profile.approvals : 1
    guard let now = inquiry.document("approval_rules") else {
      for rule in asked { leave(rule, missing("approval_rules", "approval rules")) }
      return
    }
    do throws(DocumentError) {
      guard try ForgeInquiry.approvals(of: branch, now) < count else { return }
      let title =
        "ask for \(count) approval\(count == 1 ? "" : "s") of merge requests (GitLab Premium)"
      // A project has one rule for everybody at most.
      var everybody: JSONNode?
      for rule in try now.array(limit: ForgeInquiry.itemLimit)
      where try rule.required("rule_type").string() == "any_approver" {
        everybody = rule
      }
      guard let everybody else {
        changes.append(
          ForgeChange(
            title, .post, "approval_rules",
            body: [
              "name": "All Members", "rule_type": "any_approver",
              "approvals_required": .integer(count),
            ], rules: asked, needsPlan: true))
        return
      }
      guard try ForgeInquiry.isMeant(branch, by: everybody) else {
        for rule in asked {
          leave(
            rule,
            "the approval rule for everybody is of other branches: \(forge.place(.merging).path)")
        }
        return
      }
      changes.append(
        ForgeChange(
          title, .put, "approval_rules/\(try everybody.required("id").integer())",
          body: .object(try Self.kept(everybody, count)), rules: asked, needsPlan: true))
    } catch {
      for rule in asked { leave(rule, "the approval rules are not shown as a whole: \(error)") }
    }
  }

  /// All of an approval rule, since what a request does not name is taken away, with another count.
  private static func kept(
    _ rule: JSONNode, _ count: Int64
  ) throws(DocumentError) -> JSONObject {
    var body = JSONObject([
      ("name", .string(try rule.required("name").string())),
      ("approvals_required", .integer(count)),
    ])
    for (key, list) in [
      ("user_ids", "users"), ("group_ids", "groups"),
      ("protected_branch_ids", "protected_branches"),
    ] {
      var ids: [JSONValue] = []
      for item in try rule.required(list).array(limit: ForgeInquiry.itemLimit) {
        ids.append(.integer(try item.required("id").integer()))
      }
      body[key] = .array(ids)
    }
    if let all = try rule.optional("applies_to_all_protected_branches")?.boolean() {
      body["applies_to_all_protected_branches"] = .boolean(all)
    }
    return body
  }
}
