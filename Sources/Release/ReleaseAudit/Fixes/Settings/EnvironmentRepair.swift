// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Environments, which are set as a whole.
extension SettingsRepair {
  private static let mostReviewers = 6

  /// The environments to which rules object, with these rules.
  var environmentsToPlan: [(name: String, rules: [String])] {
    let concerned = ["environment-reviewers", "publish-approval", "self-review", "deploy-refs"]
    var names: [String] = []
    for finding in findings where concerned.contains(finding.rule) && finding.place.isPage {
      if !names.contains(finding.place.label) { names.append(finding.place.label) }
    }
    return names.map { name in
      (
        name,
        concerned.filter { rule in
          findings.contains { $0.rule == rule && $0.place.label == name }
        }
      )
    }
  }

  mutating func planEnvironments() {
    for (name, rules) in environmentsToPlan {
      let known = forge.environments.value?.first { $0.name.lowercased() == name.lowercased() }
      plan(known ?? ForgeEnvironment(name: name), rules)
    }
  }

  private mutating func plan(_ environment: ForgeEnvironment, _ rules: [String]) {
    var done: [String] = []
    var words: [String] = []
    var people = environment.reviewers
    let ofPeople = ["environment-reviewers", "publish-approval"]
    let asksForPeople = rules.contains { ofPeople.contains($0) }
    if asksForPeople { people += named(except: people) }
    if people.count > environment.reviewers.count {
      words.append(
        "runs are approved by \(people.map(\.name).joined(separator: ", "))")
      done += rules.filter { $0 == "environment-reviewers" }
      if people.count > 1 { done += rules.filter { $0 == "publish-approval" } }
    }
    if asksForPeople {
      for rule in rules
      where ofPeople.contains(rule) && !done.contains(rule) {
        leave(
          rule,
          "say who may approve in `\(environment.name)`: --reviewer LOGIN, of those who may "
            + "push")
      }
    }
    var prevents = environment.preventsSelfReview ?? false
    if rules.contains("self-review") {
      if people.isEmpty {
        leave("self-review", "the environment needs reviewers first: --reviewer LOGIN")
      } else {
        prevents = true
        done.append("self-review")
        words.append("nobody approves their own run")
      }
    }
    var refs = Self.policy(environment.refs)
    var patterns: [(name: String, isTag: Bool)] = []
    if rules.contains("deploy-refs") {
      let chosen = ReleaseRefs(project, forge)
      if case .all = environment.refs,
        chosen.patterns.isEmpty || chosen.unknown != nil
          || forge.branch.value == nil
      {
        leave(
          "deploy-refs",
          "the files do not say from which refs `\(environment.name)` is used, so a list could stop "
            + "every release: \(forge.place(.environments).path)")
      } else if case .all = environment.refs {
        refs = ["protected_branches": false, "custom_branch_policies": true]
        patterns = chosen.patterns
        done.append("deploy-refs")
        words.append("only chosen branches and tags deploy")
      } else {
        leave(
          "deploy-refs",
          "which refs may deploy to `\(environment.name)` is left to you: "
            + forge.place(.environments).path)
      }
    }
    guard !done.isEmpty else { return }
    let path = "environments/\(PercentEncoding.encodePathSegment(environment.name))"
    changes.append(
      ForgeChange(
        "protect the environment `\(environment.name)`: \(words.joined(separator: ", "))", .put,
        path,
        body: [
          "wait_timer": .integer(environment.waitMinutes),
          "prevent_self_review": .boolean(prevents),
          "reviewers": .array(
            people.prefix(Self.mostReviewers).map {
              ["type": .string($0.isTeam ? "Team" : "User"), "id": .integer($0.id)]
            }),
          "deployment_branch_policy": refs,
        ], rules: done))
    for pattern in patterns {
      changes.append(
        ForgeChange(
          "let the \(pattern.isTag ? "tags" : "branch") `\(pattern.name)` deploy to "
            + "`\(environment.name)`", .post, "\(path)/deployment-branch-policies",
          body: [
            "name": .string(pattern.name), "type": .string(pattern.isTag ? "tag" : "branch"),
          ], rules: ["deploy-refs"]))
    }
  }

  private static func policy(_ refs: ForgeEnvironment.Refs) -> JSONValue {
    switch refs {
    case .all, .people: .null
    case .protected: ["protected_branches": true, "custom_branch_policies": false]
    case .patterns: ["protected_branches": false, "custom_branch_policies": true]
    }
  }

  /// The reviewers that a person named, as far as the forge knows them among those who may push.
  mutating func named(
    except known: [ForgeEnvironment.Reviewer]
  ) -> [ForgeEnvironment.Reviewer] {
    var result: [ForgeEnvironment.Reviewer] = []
    for name in reviewers {
      let account = forge.writers.value?.first { $0.name.lowercased() == name.lowercased() }
      guard let account else {
        leave(
          "environment-reviewers",
          "`\(name)` is not among those who may push, as far as the token is shown them")
        continue
      }
      guard !known.contains(where: { !$0.isTeam && $0.id == account.id }),
        !result.contains(where: { $0.id == account.id })
      else { continue }
      result.append(
        ForgeEnvironment.Reviewer(isTeam: false, id: account.id, name: account.name))
    }
    return result
  }
}
