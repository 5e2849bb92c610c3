// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Rulesets of our own, which add rules to those that are there.
extension SettingsRepair {
  /// The names under which rulesets are made and found again.
  static let branchRuleset = "hallmark: default branch"
  static let tagMakers = "hallmark: tags are made by administrators"
  static let tagKeeping = "hallmark: tags stay as they are"

  private static let reviewRules = [
    "pull-requests-only", "approvals", "stale-approvals", "code-owner-review",
    "updates-need-approval",
  ]

  mutating func planBranch() {
    var wanted: [JSONValue] = []
    var words: [String] = []
    var rules: [String] = []
    func take(_ asked: [String], _ rule: JSONValue, _ word: String) {
      rules += asked
      wanted.append(rule)
      words.append(word)
    }
    let stays = objectingToDefaultBranch(["branch-stays", "protected-branch"])
    if !stays.isEmpty {
      take(stays, ["type": "deletion"], "no deletion")
      take([], ["type": "non_fast_forward"], "no forced pushes")
    }
    let reviews = reviewsToAsk()
    if !reviews.isEmpty {
      let count: Int64 =
        reviews.contains("approvals")
        ? project.profile.approvals : reviews.contains("updates-need-approval") ? 1 : 0
      take(
        reviews,
        [
          "type": "pull_request",
          "parameters": [
            "required_approving_review_count": .integer(count),
            "dismiss_stale_reviews_on_push": .boolean(failing.contains("stale-approvals")),
            "require_code_owner_review": .boolean(reviews.contains("code-owner-review")),
            "require_last_push_approval": false, "required_review_thread_resolution": false,
          ],
        ], count > 0 ? "pull requests with \(count) approvals" : "pull requests")
    }
    let linear = objecting(["linear-history"])
    if !linear.isEmpty {
      take(linear, ["type": "required_linear_history"], "no merge commits")
    }
    let signed = objecting(["signed-commits-rule"])
    if !signed.isEmpty {
      take(signed, ["type": "required_signatures"], "signed commits")
    }
    let checks = objecting(["required-checks", "check-source", "up-to-date-branch"])
    if !checks.isEmpty {
      let list = requiredChecks
      if !forge.isGitHubCom, failing.contains("check-source") {
        leave("check-source", "the app id of GitHub Actions at this server is not known")
      }
      if list.isEmpty {
        for rule in checks {
          leave(rule, "no job is known that runs for every pull request; name a check by hand")
        }
      } else {
        take(
          checks,
          [
            "type": "required_status_checks",
            "parameters": [
              "strict_required_status_checks_policy":
                .boolean(failing.contains("up-to-date-branch")),
              "required_status_checks": .array(list),
            ],
          ], "required checks")
      }
    }
    guard !wanted.isEmpty else { return }
    plan(
      Self.branchRuleset, target: "branch", include: "~DEFAULT_BRANCH", wanted,
      title: "protect the default branch: \(words.joined(separator: ", "))", rules)
  }

  /// The rules about reviews that are set; what would need more people than there are is left, since
  /// nobody could merge any more.
  mutating func reviewsToAsk() -> [String] {
    let needPeople: [String: Int64] = [
      "approvals": project.profile.approvals, "code-owner-review": 1, "updates-need-approval": 1,
    ]
    return objecting(Self.reviewRules).filter { rule in
      guard let count = needPeople[rule] else { return true }
      guard let writers = forge.writers.value?.filter(\.isPerson) else {
        leave(
          rule, "it is not known how many accounts may push, and so whether changes could go in")
        return false
      }
      guard Int64(writers.count) > count else {
        leave(
          rule,
          "\(writers.count) account\(writers.count == 1 ? "" : "s") may push; with \(count) "
            + "approval\(count == 1 ? "" : "s") of others no change could go in")
        return false
      }
      return true
    }
  }

  /// The checks to require: those that are required now, bound to GitHub Actions where a job
  /// reports them; where none is, those of all jobs that run for every pull request.
  private var requiredChecks: [JSONValue] {
    let jobs = ReportedChecks(project, branch: forge.branch.value)
    // At another server the app has another id.
    let app = forge.isGitHubCom ? CheckNames.actionsApp : nil
    var names: [(String, Int64?)] = []
    for check in forge.branchRules.parts.flatMap(\.checks)
    where !names.contains(where: { $0.0 == check.name }) {
      let source = check.source ?? (jobs.names.contains(check.name) ? app : nil)
      names.append((check.name, source))
    }
    if names.isEmpty {
      names = ReportedChecks(project, branch: forge.branch.value, always: true).names.sorted()
        .prefix(50).map { ($0, app) }
    }
    return names.map { name, source in
      var object = JSONObject([("context", .string(name))])
      object["integration_id"] = source.map { .integer($0) }
      return .object(object)
    }
  }

  mutating func planTags() {
    let asked = objecting(["protected-tags"])
    guard !asked.isEmpty, case .known(let known) = forge.tagRules else { return }
    let tags = ProtectedTags.releaseTags(of: project, forge)
    // Of several rulesets each one holds, so that one of our own narrows what others let through.
    let isMade = tags.allSatisfy { known.restrictCreation(of: $0).value != false }
    let isKept = tags.allSatisfy { tag in
      [\TagProtection.forbidsUpdate, \.forbidsDeletion].allSatisfy { forbids in
        known.contains {
          $0[keyPath: forbids] && $0.covers(tag) && ($0.bypass.value?.isEmpty ?? true)
        }
      }
    }
    if !isMade {
      plan(
        Self.tagMakers, target: "tag", include: "~ALL", [["type": "creation"]],
        bypass: [["actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"]],
        title: "let only administrators make tags (jobs that make tags can no longer)", asked)
    }
    if !isKept {
      plan(
        Self.tagKeeping, target: "tag", include: "~ALL",
        [["type": "update"], ["type": "deletion"]],
        title: "let nobody move or delete tags", asked)
    }
  }

  /// Makes a ruleset, or adds to the one that was made before.
  private mutating func plan(
    _ name: String, target: String, include: String, _ wanted: [JSONValue],
    bypass: [JSONValue] = [], title: String, _ rules: [String]
  ) {
    let listed = (try? inquiry.document("rulesets")?.array(limit: ForgeInquiry.itemLimit)) ?? []
    let old = listed.first { node in
      (try? node.optional("name")?.string()) == name
        && (try? node.optional("source_type")?.string()) != "Organization"
    }
    guard let old else {
      guard inquiry.document("rulesets") != nil else {
        for rule in rules { leave(rule, "it is not known which rulesets there are") }
        return
      }
      changes.append(
        ForgeChange(
          title, .post, "rulesets",
          body: [
            "name": .string(name), "target": .string(target), "enforcement": "active",
            "bypass_actors": .array(bypass),
            "conditions": ["ref_name": ["include": [.string(include)], "exclude": []]],
            "rules": .array(wanted),
          ], rules: rules))
      return
    }
    let id = (try? old.required("id").integer()) ?? 0
    guard var body = self.body(ofRuleset: id), case .array(let before)? = body["rules"] else {
      for rule in rules {
        leave(
          rule, "the ruleset `\(name)` is there and is switched off, or cannot be seen as a whole")
      }
      return
    }
    body["rules"] = .array(wanted.reduce(before) { Self.merged($0, $1) })
    if target == "tag", case .array(let actors)? = body["bypass_actors"] {
      // Who moves tags is nobody, and who makes them not everybody; nobody is added.
      body["bypass_actors"] = .array(
        bypass.isEmpty ? [] : actors.filter { !Self.isEverybody($0) })
    }
    put(body, asRuleset: id, title, rules)
  }

  // Roles of everybody who may write: 1 read, 3 triage, 4 write.
  private static func isEverybody(_ actor: JSONValue) -> Bool {
    guard case .object(let actor) = actor, actor["actor_type"] == "RepositoryRole" else {
      return false
    }
    return [1, 3, 4].contains { actor["actor_id"] == .integer($0) }
  }

  /// A ruleset as it is planned already, or as it is.
  private func body(ofRuleset id: Int64) -> JSONObject? {
    if case .object(let planned)? = changes.first(where: { $0.path == "rulesets/\(id)" })?.body {
      return planned
    }
    return inquiry.document("rulesets/\(id)").flatMap { Self.kept($0) }
  }

  /// Sets a ruleset by one request, since a second one would undo the first.
  private mutating func put(
    _ body: JSONObject, asRuleset id: Int64, _ title: String, _ rules: [String]
  ) {
    let path = "rulesets/\(id)"
    guard let index = changes.firstIndex(where: { $0.path == path }) else {
      changes.append(ForgeChange(title, .put, path, body: .object(body), rules: rules))
      return
    }
    let old = changes[index]
    changes[index] = ForgeChange(
      "\(old.title); \(title)", .put, path, body: .object(body),
      rules: old.rules + rules.filter { !old.rules.contains($0) })
  }

  /// Everything of a ruleset that can be set; nil where a part of it is not shown.
  static func kept(_ document: JSONNode) -> JSONObject? {
    guard case .object(let object) = document.value else { return nil }
    var kept = JSONObject()
    for key in ["name", "target", "enforcement", "bypass_actors", "conditions", "rules"] {
      guard let value = object[key] else { return nil }
      kept[key] = value
    }
    return kept
  }

  /// A list of rules with one more; of the same kind the stricter value of each parameter stays.
  static func merged(_ rules: [JSONValue], _ wanted: JSONValue) -> [JSONValue] {
    guard case .object(let new) = wanted else { return rules }
    var result = rules
    for (index, rule) in rules.enumerated() {
      guard case .object(var old) = rule, old["type"] == new["type"] else { continue }
      guard case .object(let asked)? = new["parameters"] else { return rules }
      var parameters = JSONObject()
      if case .object(let before)? = old["parameters"] { parameters = before }
      for member in asked.members {
        switch (parameters[member.key], member.value) {
        case (.boolean(let one)?, .boolean(let other)):
          parameters[member.key] = .boolean(one || other)
        case (.integer(let one)?, .integer(let other)):
          parameters[member.key] = .integer(max(one, other))
        case (.array(let one)?, .array(let other)):
          parameters[member.key] = .array(one + other.filter { !one.contains($0) })
        default: parameters[member.key] = member.value
        }
      }
      old["parameters"] = .object(parameters)
      result[index] = .object(old)
      return result
    }
    return rules + [wanted]
  }

  mutating func planBypass() {
    guard failing.contains("no-bypass") else { return }
    for part in forge.branchRules.parts {
      guard case .known(let names) = part.bypass, !names.isEmpty else { continue }
      switch part.origin {
      case .ruleset(let id, isOwn: true):
        guard var body = self.body(ofRuleset: id) else {
          leave("no-bypass", "\(part.name) cannot be seen as a whole")
          continue
        }
        body["bypass_actors"] = []
        put(body, asRuleset: id, "let \(part.name) hold for everybody", ["no-bypass"])
      case .ruleset(_, isOwn: false):
        leave("no-bypass", "\(part.name) belongs to the organization")
      case .branch:
        if names.contains("administrators"), let branch = forge.branch.value {
          let name = PercentEncoding.encodePathSegment(branch)
          changes.append(
            ForgeChange(
              "let \(part.name) hold for administrators", .post,
              "branches/\(name)/protection/enforce_admins", rules: ["no-bypass"]))
        }
        let others = names.filter { $0 != "administrators" }
        if !others.isEmpty {
          leave(
            "no-bypass",
            "\(part.name) does not hold for \(others.prefix(5).joined(separator: ", ")); its page "
              + "is \(forge.page)/settings/branches")
        }
      }
    }
  }
}
