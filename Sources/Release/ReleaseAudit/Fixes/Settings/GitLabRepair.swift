// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Settings of a GitLab project (REST API: projects, job token scope, push rules, protected tags).
///
/// A protection is only made, or narrowed in its place: it is never taken away to be made again,
/// since nothing would hold in between. Nothing here allows what is forbidden now.
extension SettingsRepair {
  mutating func planGitLab() {
    let reviews = reviewsToAsk()
    planGitLabBranch(reviews)
    planGitLabApprovals(reviews)
    planGitLabEnvironments()
    planGitLabProject()
    planGitLabTags()
    let signed = objecting(["signed-commits-rule"])
    // A project without push rules has `null`, and gets its first ones by another request.
    if !signed.isEmpty, let rules = inquiry.document("push_rule") {
      let isThere = if case .object = rules.value { true } else { false }
      changes.append(
        ForgeChange(
          "refuse unsigned commits; whoever pushes must sign from then on (GitLab Premium)",
          isThere ? .put : .post, "push_rule", body: ["reject_unsigned_commits": true],
          rules: signed, needsPlan: true))
    } else {
      for rule in signed { leave(rule, missing("push_rule", "push rules")) }
    }
  }

  /// What the project itself says: one request, which sets nothing but what it names.
  private mutating func planGitLabProject() {
    guard let now = inquiry.document("") else { return }
    var body = JSONObject()
    var words: [String] = []
    var rules: [String] = []
    var needsPlan = false
    let checks = objecting(["required-checks"])
    if !checks.isEmpty, project.pipelines.gitLab.isEmpty {
      leave(
        "required-checks",
        "there is no `.gitlab-ci.yml`, and without a pipeline nothing could be merged any more")
    } else if !checks.isEmpty, !isPipelineRequired(now), !GitLabRuns.forChanges(project) {
      leave(
        "required-checks",
        "no job of `.gitlab-ci.yml` surely runs for merge requests or pushes to branches, and "
          + "without a pipeline nothing could be merged any more")
    } else if !checks.isEmpty, !isPipelineRequired(now) {
      body["only_allow_merge_if_pipeline_succeeds"] = true
      body["allow_merge_on_skipped_pipeline"] = false
      words.append("merge only what a pipeline has passed, none skipped")
      rules += checks
    }
    // What is set already lacks something else, such as that nobody pushes.
    let method = try? now.optional("merge_method")?.string()
    let linear = method == "ff" ? [] : objecting(["linear-history"])
    let current = method == "merge" || method == nil ? objecting(["up-to-date-branch"]) : []
    if !linear.isEmpty || !current.isEmpty {
      body["merge_method"] = linear.isEmpty ? "rebase_merge" : "ff"
      words.append(
        linear.isEmpty
          ? "merge only what is up to date" : "merge by fast-forward, without merge commits")
      rules += linear + current
    }
    let token = objecting(["default-token-rights"])
    if !token.isEmpty, case .known(let policy) = forge.jobToken {
      if !policy.isReadOnly {
        body["ci_push_repository_for_job_token_allowed"] = false
        words.append("let tokens of jobs not push")
        rules += token
      }
      if !policy.problems.isEmpty {
        changes.append(
          ForgeChange(
            "let job tokens of other projects in only where the allowlist names them", .patch,
            "job_token_scope", body: ["enabled": true], rules: token))
      }
    }
    let review = objecting(["self-review"])
    if !review.isEmpty,
      (try? now.optional("allow_pipeline_trigger_approve_deployment")?.boolean()) == true
    {
      if hasReviewersEverywhere {
        body["allow_pipeline_trigger_approve_deployment"] = false
        words.append("let nobody approve the deployment of a pipeline that they started")
        rules += review
        needsPlan = true
      } else {
        leave("self-review", "the environment needs reviewers first: --reviewer LOGIN")
      }
    }
    guard !words.isEmpty else { return }
    changes.append(
      ForgeChange(
        words.joined(separator: "; ") + (needsPlan ? " (the last one: GitLab Premium)" : ""), .put,
        "", body: .object(body), rules: rules, needsPlan: needsPlan))
  }

  private func isPipelineRequired(_ now: JSONNode) -> Bool {
    (try? now.flag("only_allow_merge_if_pipeline_succeeds")) == true
      && (try? now.flag("allow_merge_on_skipped_pipeline")) == false
  }

  /// Whether each environment to which rules object has reviewers, or is to get some.
  private var hasReviewersEverywhere: Bool {
    environmentsToPlan.allSatisfy { name, _ in
      forge.environments.value?.contains { $0.name == name && !$0.reviewers.isEmpty } == true
        || staffed.contains(name)
    }
  }

  /// Protected tags can be made and taken away, and not changed; so what is too wide is left.
  private mutating func planGitLabTags() {
    let asked = objecting(["protected-tags"])
    guard !asked.isEmpty, case .known(let known) = forge.tagRules else { return }
    let tags = ProtectedTags.releaseTags(of: project, forge)
    let wide = known.filter { part in
      !part.restrictsCreation && tags.contains { part.covers($0) }
    }
    if let first = wide.first {
      leave(
        "protected-tags",
        "\(first.name) lets everybody who may write make tags, and GitLab's interface cannot change "
          + "it without taking it away before: \(forge.place(.tags).path)")
      return
    }
    let isVersion = tags.allSatisfy { $0.hasPrefix("v") }
    let pattern = isVersion ? "v*" : "*"
    if let stricter = stricterTags(than: pattern) {
      leave(
        "protected-tags",
        "the protection of `\(stricter)` lets no maintainer make tags, and one of `\(pattern)` would "
          + "let them, since the most permissive one decides: \(forge.place(.tags).path)")
      return
    }
    changes.append(
      ForgeChange(
        "let only maintainers make the tags `\(pattern)`, and nobody move them",
        .post, "protected_tags",
        body: [
          "name": .string(pattern),
          "create_access_level": .integer(ForgeInquiry.maintainerLevel),
        ], rules: asked))
  }

  /// The name of a protection of some of the same tags that maintainers are not let by; nil for none.
  private func stricterTags(than pattern: String) -> String? {
    let pattern = ForgeInquiry.pattern(pattern)
    let found = inquiry.fact("protected_tags") { node throws(DocumentError) -> String? in
      for item in try node.array(limit: ForgeInquiry.itemLimit) {
        let name = try item.required("name").string()
        guard RefPattern.mayOverlap(pattern, ForgeInquiry.pattern(name)) else { continue }
        var letsMaintainers = false
        for level in try item.optional("create_access_levels")?
          .array(limit: ForgeInquiry.itemLimit) ?? []
        where try !level.isNamed() {
          let number = try level.required("access_level").integer()
          if number > 0, number <= ForgeInquiry.maintainerLevel { letsMaintainers = true }
        }
        if !letsMaintainers { return ForgeInquiry.shown(name) }
      }
      return nil
    }
    return found.value ?? nil
  }

  /// Why nothing is planned that an answer would have to show first.
  func missing(_ path: String, _ what: String) -> String {
    let how = inquiry.fact(path) { _ in true }.wouldTell ?? inquiry.wouldTell(path, nil)
    return "\(what) were not shown, as where GitLab's plan has none; what is not seen is not "
      + "changed: \(how)"
  }
}
