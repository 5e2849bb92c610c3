// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Which actions may run, and what the tokens of jobs may do.
extension SettingsRepair {
  mutating func planActions() {
    let token = objecting(["default-token-rights"])
    if !token.isEmpty {
      changes.append(
        ForgeChange(
          "let the tokens of jobs only read by default, and approve nothing", .put,
          "actions/permissions/workflow",
          body: [
            "default_workflow_permissions": "read", "can_approve_pull_request_reviews": false,
          ], rules: token))
    }
    let rules = objecting(["allowed-actions", "allow-list-drift"])
    guard !rules.isEmpty, case .known(let policy)? = forge.actions else { return }
    let uses = UsedActions(project, forge)
    let used = uses.foreign
    // What they call in turn must be on the list, too, and files here do not name it.
    let unseen = uses.mayCall.first.map {
      "GitHub asks the list for what `\($0)` calls in turn, too, which is not known here: "
        + forge.place(.actions).path
    }
    switch policy.allowed {
    case .own:
      leave(
        "allow-list-drift",
        "only own actions may run; whether others may is left to you: "
          + forge.place(.actions).path)
    case .all:
      if let unseen {
        for rule in rules { leave(rule, unseen) }
        return
      }
      var body = JSONObject([("enabled", true), ("allowed_actions", "selected")])
      body["sha_pinning_required"] = policy.requiresPins.map { .boolean($0) }
      changes.append(
        ForgeChange(
          "let only listed actions run", .put, "actions/permissions", body: .object(body),
          rules: rules))
      changes.append(
        list(
          ActionsPolicy.List(allowsGitHub: true, allowsVerified: false, patterns: []),
          Self.patterns(used.filter { !$0.isByGitHub }), rules, allows: nil))
    case .listed(.known(let old)):
      let needed = used.filter { !(old.allowsGitHub && $0.isByGitHub) }
      // Patterns stay as they are written: what is left over may be called by an action.
      let isWide = old.allowsVerified || old.patterns.contains("*")
      if isWide, let unseen {
        for rule in rules { leave(rule, unseen) }
        return
      }
      let kept = old.patterns.filter { $0 != "*" }
      let rest = kept.filter { pattern in
        !pattern.hasPrefix("!") && !used.contains { $0.matches(pattern) }
      }
      if !rest.isEmpty, rules.contains("allow-list-drift") {
        leave(
          "allow-list-drift",
          "take \(rest.prefix(5).joined(separator: ", ")) from the list if nothing calls it in turn: "
            + forge.place(.actions).path)
      }
      let missing = needed.filter { use in
        !kept.contains { !$0.hasPrefix("!") && use.matches($0) }
          && !kept.contains { $0.hasPrefix("!") && use.matches(String($0.dropFirst())) }
      }
      let added = Self.patterns(missing)
      guard isWide || !added.isEmpty else { return }
      // Where all that is verified or everything was allowed, the list only gets narrower.
      changes.append(
        list(
          ActionsPolicy.List(
            allowsGitHub: old.allowsGitHub, allowsVerified: false, patterns: kept),
          added, rules,
          allows: added.isEmpty || isWide ? nil : added.joined(separator: ", ")))
    case .listed(.unknown): break
    }
  }

  private func list(
    _ list: ActionsPolicy.List, _ added: [String], _ rules: [String], allows: String?
  ) -> ForgeChange {
    ForgeChange(
      "make the list of allowed actions what the workflows use", .put,
      "actions/permissions/selected-actions",
      body: [
        "github_owned_allowed": .boolean(list.allowsGitHub),
        "verified_allowed": .boolean(list.allowsVerified),
        "patterns_allowed": .array((list.patterns + added).map { .string($0) }),
      ], rules: rules, allows: allows)
  }

  private static func patterns(_ uses: [UsedActions.Use]) -> [String] {
    Set(uses.map(\.pattern)).sorted()
  }
}
