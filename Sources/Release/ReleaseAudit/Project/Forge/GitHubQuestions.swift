// SPDX-License-Identifier: Apache-2.0

import Encodings

/// What GitHub is asked (REST API: repositories, rules, branches, environments, Actions).
extension ForgeInquiry {
  private static let everybody = "a token that may read the repository"
  private static let administration = "a token with `Administration: read`"

  var gitHubQuestions: [ForgeQuestion] {
    var questions: [ForgeQuestion] = [
      ForgeQuestion("", "the repository", permission: Self.everybody),
      ForgeQuestion(
        "rulesets", query: "includes_parents=true", form: .list(member: nil),
        "the list of rulesets",
        permission: Self.everybody),
      ForgeQuestion(
        "environments", form: .list(member: "environments"), "the environments",
        permission: "a token with `Actions: read`"),
      ForgeQuestion(
        "actions/permissions", "which actions may run", permission: Self.administration),
      ForgeQuestion(
        "actions/permissions/workflow", "the default rights of jobs",
        permission: Self.administration),
      ForgeQuestion(
        "private-vulnerability-reporting", "whether reports can be private",
        permission: Self.everybody),
      ForgeQuestion(
        "collaborators", query: "permission=push", form: .list(member: nil), "who may push",
        permission: "a token of somebody who may push"),
    ]
    // What its 404 means depends on who asks, which the answer for the repository tells.
    if isAnswered("") {
      questions.append(
        ForgeQuestion(
          "automated-security-fixes", "whether there are security updates",
          permission: Self.administration, absence: isAdministrator ? .documented : .hidden))
    }
    if let branch = try? document("")?.required("default_branch").string() {
      let name = PercentEncoding.encodePathSegment(branch)
      questions.append(
        ForgeQuestion(
          "rules/branches/\(name)", form: .list(member: nil), "the rules of the branch `\(branch)`",
          permission: Self.everybody))
      questions.append(
        ForgeQuestion(
          "branches/\(name)", "the branch `\(branch)`", permission: Self.everybody))
      if let protection = protection(of: branch) { questions.append(protection) }
      for id in rulesets(of: "rules/branches/\(name)") {
        questions.append(ruleset(id))
      }
    }
    for id in tagRulesets ?? [] { questions.append(ruleset(id)) }
    if (try? document("actions/permissions")?.optional("allowed_actions")?.string()) == "selected" {
      questions.append(
        ForgeQuestion(
          "actions/permissions/selected-actions", "the list of allowed actions",
          permission: Self.administration))
    }
    for path in policyPaths {
      questions.append(
        ForgeQuestion(
          path.path, form: .list(member: "branch_policies"),
          "which refs may deploy to `\(path.environment)`",
          permission: "a token with `Actions: read`"))
    }
    for name in policyBranches {
      questions.append(
        ForgeQuestion(
          "rules/branches/\(PercentEncoding.encodePathSegment(name))", form: .list(member: nil),
          "the rules of the branch `\(name)`", permission: Self.everybody))
      questions.append(
        ForgeQuestion(
          "branches/\(PercentEncoding.encodePathSegment(name))", "the branch `\(name)`",
          permission: Self.everybody, absence: .documented))
      if let protection = protection(of: name) { questions.append(protection) }
    }
    // Which rules would hold for a branch is told of names that are no branch yet, too.
    for branch in releaseBranches {
      let name = PercentEncoding.encodePathSegment(branch.name)
      questions.append(
        ForgeQuestion(
          "rules/branches/\(name)", form: .list(member: nil),
          "the rules of the branch `\(branch.name)`", permission: Self.everybody))
      guard branch.isOne else { continue }
      questions.append(
        ForgeQuestion(
          "branches/\(name)", "the branch `\(branch.name)`", permission: Self.everybody,
          absence: .documented))
      if let protection = protection(of: branch.name) { questions.append(protection) }
    }
    return questions
  }

  /// What protects a branch itself, once it is known that something does.
  private func protection(of branch: String) -> ForgeQuestion? {
    let path = "branches/\(PercentEncoding.encodePathSegment(branch))"
    guard (try? document(path)?.flag("protected")) == true else { return nil }
    return ForgeQuestion(
      "\(path)/protection", "the protection of the branch `\(branch)`",
      permission: Self.administration, absence: .words("Branch not protected"))
  }

  /// The branches, other than the default one, from which jobs publish.
  ///
  /// A filter with a pattern is stood for by one name that it lets through.
  var releaseBranches: [(filter: String, name: String, isOne: Bool)] {
    guard let branch = try? document("")?.required("default_branch").string() else { return [] }
    var result: [(filter: String, name: String, isOne: Bool)] = []
    for filter in branches.prefix(Self.environmentLimit) where filter != branch {
      guard let name = RefPattern.example(of: filter), name != branch else { continue }
      result.append((filter, name, name == filter))
    }
    return result
  }

  /// Whether the token is an administrator's, so that 404 hides nothing.
  var isAdministrator: Bool {
    (try? document("")?.optional("permissions")?.flag("admin")) == true
  }

  private func ruleset(_ id: Int64) -> ForgeQuestion {
    ForgeQuestion(
      "rulesets/\(id)", query: "includes_parents=true", "the ruleset \(id)",
      permission: "a token with `Administration: write`, since only who may change a ruleset is "
        + "shown who need not obey it")
  }

  /// The numbers of the rulesets that a list of rules comes from.
  func rulesets(of path: String) -> [Int64] {
    var ids: [Int64] = []
    for node in (try? document(path)?.array(limit: Self.itemLimit)) ?? [] {
      guard let id = try? node.optional("ruleset_id")?.integer(), !ids.contains(id) else {
        continue
      }
      ids.append(id)
      if ids.count == Self.rulesetLimit { break }
    }
    return ids
  }

  /// The active rulesets for tags; nil where the list is not known, or too long.
  var tagRulesets: [Int64]? {
    guard let list = try? document("rulesets")?.array(limit: Self.itemLimit) else { return nil }
    var ids: [Int64] = []
    for node in list {
      guard (try? node.optional("target")?.string()) == "tag",
        (try? node.optional("enforcement")?.string()) == "active",
        let id = try? node.required("id").integer()
      else { continue }
      ids.append(id)
    }
    return ids.count <= Self.rulesetLimit ? ids : nil
  }

  /// The environments of interest that have patterns of their own.
  private var policyPaths: [(environment: String, path: String)] {
    let list = (try? document("environments")?.array(limit: Self.itemLimit)) ?? []
    var paths: [(environment: String, path: String)] = []
    for node in list where paths.count < Self.environmentLimit {
      guard let name = try? node.required("name").string(), isOfInterest(name),
        (try? node.optional("deployment_branch_policy")?.flag("custom_branch_policies")) == true
      else { continue }
      paths.append((name, Self.policyPath(name)))
    }
    return paths
  }

  static func policyPath(_ environment: String) -> String {
    "environments/\(PercentEncoding.encodePathSegment(environment))/deployment-branch-policies"
  }

  /// Whether a job that publishes uses an environment; GitHub does not mind case.
  func isOfInterest(_ environment: String) -> Bool {
    environments.contains { $0.lowercased() == environment.lowercased() }
  }

  /// The branches, other than the default one, that environments name.
  var policyBranches: [String] {
    let branch = try? document("")?.required("default_branch").string()
    var names: [String] = []
    for path in policyPaths {
      for node in (try? document(path.path)?.array(limit: Self.itemLimit)) ?? [] {
        guard let name = try? node.required("name").string(), name != branch,
          (try? node.optional("type")?.string()) != "tag", RefPattern.isLiteral(name),
          !names.contains(name), names.count < Self.environmentLimit
        else { continue }
        names.append(name)
      }
    }
    return names
  }
}
