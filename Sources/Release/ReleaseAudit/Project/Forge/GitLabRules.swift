// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Protections of branches and tags, as GitLab shows them.
extension ForgeInquiry {
  /// A branch's protection with the project's rules for merge requests.
  func gitLabRules(_ branch: String) -> BranchRules {
    var rules = BranchRules()
    var hidesForce = false
    let found = fact("protected_branches") { node throws(DocumentError) in
      let found = try Self.protection(of: branch, node)
      hidesForce = found?.hidesForce ?? false
      return found?.part
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
    if hidesForce {
      let how = wouldTell("protected_branches", "`allow_force_push` is not shown")
      missed.append((how, { $0.forbidsForcePush = true }))
      if part.bypass.value == [] { part.bypass = .unknown(how) }
    }
    // Where everybody pushes, what is asked of merges holds nobody.
    let isOpen = part.isOpenToWriters
    add(
      fact("") { node throws(DocumentError) in
        let method = try node.required("merge_method").string()
        part.isLinear = method == "ff" && !isOpen
        part.requiresUpToDate = method != "merge" && !isOpen
      }
    ) { most in
      most.isLinear = !isOpen
      most.requiresUpToDate = !isOpen
    }
    add(
      fact("") { node throws(DocumentError) in
        guard try node.flag("only_allow_merge_if_pipeline_succeeds"), !isOpen else { return }
        // A commit can ask for that its pipeline is skipped. The interface has `null` for no.
        guard try node.object()["allow_merge_on_skipped_pipeline"] != nil else {
          throw node.error("`allow_merge_on_skipped_pipeline` is missing")
        }
        part.requiresPipeline = try !node.flag("allow_merge_on_skipped_pipeline")
      }
    ) { $0.requiresPipeline = !isOpen }
    // Approvals bind where neither the author can give them nor a merge request can waive them.
    var isBinding = false
    add(
      fact("approvals") { node throws(DocumentError) in
        part.withdrawsApprovals = try node.flag("reset_approvals_on_push")
        part.forbidsCommittersApproval =
          try node.flag("merge_requests_disable_committers_approval")
        let byAuthor = try node.required("merge_requests_author_approval").boolean()
        let isFixed =
          try node.required("disable_overriding_approvers_per_merge_request").boolean()
        part.letsAuthorsApprove = byAuthor
        isBinding = !byAuthor && isFixed && !isOpen
      }
    ) { most in
      most.withdrawsApprovals = true
      most.forbidsCommittersApproval = true
      most.letsAuthorsApprove = false
      if !isOpen { most.approvals = .max }
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
  ) throws(DocumentError) -> (part: BranchProtection, hidesForce: Bool)? {
    var patterns: [String] = []
    var exempt: [String] = []
    var seen: Set<String> = []
    var hidesForce = false
    var allowsForce = false
    // Answers may have many of them, and messages say a few.
    func exempts(_ who: String) {
      if exempt.count < Self.exemptLimit, seen.insert(who).inserted { exempt.append(who) }
    }
    var part = BranchProtection(.branch, name: "", bypass: .known([]))
    part.requiresPullRequest = true
    part.forbidsDeletion = true
    part.forbidsForcePush = true
    // Until the approval settings say otherwise.
    part.letsAuthorsApprove = true
    for item in try node.array(limit: itemLimit) {
      let name = try item.required("name").string()
      guard RefPattern.matches(pattern(name), branch) else { continue }
      patterns.append("`\(shown(name))`")
      // An empty list lets nobody push.
      for level in try item.required("push_access_levels").array(limit: itemLimit) {
        guard let pusher = try pusher(level) else { continue }
        part.requiresPullRequest = false
        if pusher == everyWriter { part.isOpenToWriters = true }
        exempts(pusher)
      }
      switch try item.optional("allow_force_push")?.boolean() {
      case false?: break
      case true?:
        part.forbidsForcePush = false
        allowsForce = true
        exempts("forced pushes, which \(patterns.last ?? "") allows")
      case nil:
        part.forbidsForcePush = false
        hidesForce = true
      }
      if try item.flag("code_owner_approval_required") { part.requiresCodeOwners = true }
    }
    guard !patterns.isEmpty else { return nil }
    part.name = "the protection of \(patterns.prefix(5).joined(separator: ", "))"
    // Who may push directly needs no merge request, and so no approval.
    part.bypass = .known(exempt)
    return (part, hidesForce && !allowsForce)
  }

  private static let exemptLimit = 100
  private static let everyWriter = "everybody who may write"

  /// A text of the forge as a message has it: its first 200 characters.
  static func shown(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(200)))
  }

  /// Whom a level of access lets push; nil for nobody.
  private static func pusher(_ node: JSONNode) throws(DocumentError) -> String? {
    if try node.isNamed() {
      let text = try node.optional("access_level_description")?.string() ?? "somebody"
      return "`\(shown(text))`"
    }
    switch try node.required("access_level").integer() {
    case 0: return nil
    case ..<maintainerLevel: return everyWriter
    default: return "maintainers"
    }
  }

  /// How many must approve a merge request into a branch.
  ///
  /// A rule of people counts only where there are more of them than it asks for: where the author,
  /// who may be one, leaves too few, GitLab takes the rule for met.
  static func approvals(of branch: String, _ node: JSONNode) throws(DocumentError) -> Int64 {
    var count: Int64 = 0
    for rule in try node.array(limit: itemLimit) {
      // Others, such as `report_approver`, ask for approval only after a finding.
      let type = try rule.required("rule_type").string()
      guard type == "regular" || type == "any_approver", try isMeant(branch, by: rule) else {
        continue
      }
      let required = try rule.required("approvals_required").integer()
      guard required > count else { continue }
      if type == "regular" {
        let people = try rule.required("eligible_approvers").array(limit: itemLimit)
        guard Int64(people.count) > required else {
          // Not everybody is shown the members of private groups.
          guard try !rule.flag("contains_hidden_groups") else {
            throw rule.error("some of `eligible_approvers` are in hidden groups")
          }
          continue
        }
      }
      count = required
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
        name: "the protection of `\(shown(name))`", includes: [pattern(name)], excludes: [])
      let makers = try item.optional("create_access_levels")?.array(limit: itemLimit) ?? []
      var isRestricted = !makers.isEmpty
      for maker in makers where try !maker.isNamed() {
        let level = try maker.required("access_level").integer()
        if level != 0, level < maintainerLevel { isRestricted = false }
      }
      if !isRestricted { open += protection.includes }
      protection.restrictsCreation = isRestricted
      // A protected tag is moved by nobody; maintainers delete it, which no setting forbids.
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
