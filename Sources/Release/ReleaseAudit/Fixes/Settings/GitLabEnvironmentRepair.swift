// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Protected environments of GitLab (REST API: protected environments).
///
/// A request adds rules to an environment, or sets those that it names by their ids; others stay.
extension SettingsRepair {
  /// The name by which all maintainers are named as reviewers.
  static let everyMaintainer = "maintainers"

  mutating func planGitLabEnvironments() {
    guard let list = inquiry.document("protected_environments") else { return }
    for (name, rules) in environmentsToPlan {
      do throws(DocumentError) {
        var now: JSONNode?
        for item in try list.array(limit: ForgeInquiry.itemLimit)
        where try item.required("name").string() == name {
          now = item
        }
        try planGitLabEnvironment(name, now, rules)
      } catch {
        for rule in rules { leave(rule, "`\(name)` is not shown as a whole: \(error)") }
      }
    }
  }

  private mutating func planGitLabEnvironment(
    _ name: String, _ now: JSONNode?, _ rules: [String]
  ) throws(DocumentError) {
    let known = forge.environments.value?.first { $0.name == name }
    if let how = known?.unseenReviewers {
      for rule in rules { leave(rule, "\(how): \(forge.place(.environments).path)") }
      return
    }
    let ofPeople = ["environment-reviewers", "publish-approval"]
    var words: [String] = []
    var done: [String] = []
    var body = JSONObject()
    if rules.contains("deploy-refs") || now == nil {
      let levels = try now?.optional("deploy_access_levels")?.array(limit: 100) ?? []
      let closed = try Self.maintainersOnly(levels)
      if !closed.isEmpty {
        body["deploy_access_levels"] = .array(closed)
        words.append("only maintainers deploy")
        done += rules.filter { $0 == "deploy-refs" }
      }
    }
    if rules.contains(where: { ofPeople.contains($0) }) {
      let approval = try approval(in: known, name, now)
      if let approval {
        body["approval_rules"] = .array(approval.rules)
        staffed.insert(name)
        words.append(approval.words)
        done += rules.filter { $0 == "environment-reviewers" }
        if approval.isOfSeveral { done += rules.filter { $0 == "publish-approval" } }
        // Who starts a pipeline cannot approve it unless the project says so.
        let isSelf = try inquiry.document("")?
          .optional("allow_pipeline_trigger_approve_deployment")?.boolean()
        if isSelf == false { done += rules.filter { $0 == "self-review" } }
      }
      for rule in rules where ofPeople.contains(rule) && !done.contains(rule) {
        leave(
          rule,
          "say who must approve in `\(name)`: --reviewer LOGIN, or --reviewer maintainers for any "
            + "one of them; a group is named by hand: \(forge.place(.environments).path)")
      }
    }
    if rules.contains("self-review"), known?.reviewers.isEmpty ?? true,
      body["approval_rules"] == nil
    {
      leave("self-review", "the environment needs reviewers first: --reviewer LOGIN")
    }
    guard !done.isEmpty else { return }
    let title =
      "protect the environment `\(name)`: \(words.joined(separator: ", ")) (GitLab Premium)"
    guard now == nil else {
      let path = "protected_environments/\(PercentEncoding.encodePathSegment(name))"
      changes.append(
        ForgeChange(title, .put, path, body: .object(body), rules: done, needsPlan: true))
      return
    }
    body["name"] = .string(name)
    changes.append(
      ForgeChange(
        title, .post, "protected_environments", body: .object(body), rules: done, needsPlan: true))
  }

  /// The levels of access to set so that, of roles, only maintainers deploy.
  private static func maintainersOnly(_ levels: [JSONNode]) throws(DocumentError) -> [JSONValue] {
    let maintainers = ForgeInquiry.maintainerLevel
    guard !levels.isEmpty else { return [["access_level": .integer(maintainers)]] }
    var result: [JSONValue] = []
    for level in levels where try !level.isNamed() {
      guard try level.required("access_level").integer() < maintainers else { continue }
      result.append([
        "id": .integer(try level.required("id").integer()), "access_level": .integer(maintainers),
      ])
    }
    return result
  }

  /// The accounts that may deploy by their name.
  private static func deployers(_ now: JSONNode?) throws(DocumentError) -> Set<Int64> {
    var ids: Set<Int64> = []
    for level in try now?.optional("deploy_access_levels")?.array(limit: 100) ?? [] {
      if let id = try level.optional("user_id")?.integer() { ids.insert(id) }
    }
    return ids
  }

  private static func isEveryMaintainer(_ name: String) -> Bool {
    name.lowercased() == everyMaintainer
  }

  /// Why it is not clear whom `--reviewer maintainers` means; nil where it is.
  private var ambiguity: String? {
    if !reviewers.allSatisfy(Self.isEveryMaintainer) {
      return "`--reviewer maintainers` stands for any one maintainer; name it or accounts, not both"
    }
    let account = forge.writers.value?.first { Self.isEveryMaintainer($0.name) }
    return account.map {
      "an account is named `\($0.name)`, so it is not clear whom `--reviewer maintainers` means; name "
        + "accounts, or set the rule by hand: \(forge.place(.environments).path)"
    }
  }

  private struct Approval {
    let rules: [JSONValue]
    let words: String
    /// Whether more than one person can, or must, approve.
    let isOfSeveral: Bool
  }

  /// The rules of approval to add; nil where nobody named anybody, or a release could not go out.
  private mutating func approval(
    in known: ForgeEnvironment?, _ name: String, _ now: JSONNode?
  ) throws(DocumentError) -> Approval? {
    let maintainers = forge.writers.value?.filter { $0.isAdministrator && $0.isPerson } ?? []
    let old = known?.reviewers ?? []
    if reviewers.contains(where: Self.isEveryMaintainer) {
      if let problem = ambiguity {
        leave("publish-approval", problem)
        return nil
      }
      // Who must approve by a rule of their own cannot be the other one as well.
      let ids = Set(old.filter { !$0.isTeam }.map(\.id))
      guard maintainers.count(where: { !ids.contains($0.id) }) > 1 else {
        leave(
          "publish-approval",
          ids.isEmpty
            ? "one account is a maintainer; who starts a run would wait for themselves"
            : "beside those who must approve in `\(name)`, fewer than two accounts are maintainers, "
              + "so that a run could wait for ever")
        return nil
      }
      return Approval(
        rules: [
          ["access_level": .integer(ForgeInquiry.maintainerLevel), "required_approvals": 1]
        ], words: "one other maintainer must approve", isOfSeveral: true)
    }
    let mayDeploy = try Self.deployers(now)
    var added: [ForgeEnvironment.Reviewer] = []
    for person in named(except: old) {
      // The documentation asks of who approves to be allowed to deploy; versions differ in it.
      guard maintainers.contains(where: { $0.id == person.id }) || mayDeploy.contains(person.id)
      else {
        leave(
          "environment-reviewers",
          "`\(person.name)` may not deploy to `\(name)`, as GitLab's documentation asks of who "
            + "approves there: name a maintainer, or somebody of `deploy_access_levels`")
        continue
      }
      added.append(person)
    }
    guard !added.isEmpty else { return nil }
    // Each rule must be met, and nobody approves their own run.
    let ids = Set((old + added).filter { !$0.isTeam }.map(\.id))
    guard maintainers.contains(where: { !ids.contains($0.id) }) else {
      leave(
        "environment-reviewers",
        "each maintainer would have to approve in `\(name)`, and so nobody could start a run")
      return nil
    }
    let names = added.map { "`\($0.name)`" }.joined(separator: ", ")
    return Approval(
      rules: added.map { ["user_id": .integer($0.id), "required_approvals": 1] },
      words: added.count == 1 ? "\(names) must approve" : "each of \(names) must approve",
      isOfSeveral: old.count + added.count > 1)
  }
}
