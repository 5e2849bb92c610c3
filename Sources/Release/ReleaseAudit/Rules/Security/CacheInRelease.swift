// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What is released is built without caches that other runs can fill.
enum CacheInRelease: AuditRule {
  static let id = "cache-in-release"

  static let description = RuleDescription(
    id: id, title: "releases are built without caches that other runs fill", severity: .high,
    sources: [
      "GitHub Docs, \"Caching dependencies\" (restrictions)", "SLSA 1.0, Build L3 (isolated)",
    ],
    why: """
      Every workflow that runs on the default branch can write the caches that a release restores. \
      Who gets code to run in any of them puts files into the release without touching the source.
      """,
    incident: """
      December 2024: Ultralytics 8.3.41 and 8.3.42 carried a miner that came into the release job \
      by a poisoned cache.
      """,
    fix: "turn the cache off in workflows that publish; keep it in those that only test",
    samples: [
      RuleSample(
        "a cache of pip's in a workflow for tags", .findings(lines: [9]),
        workflow: """
          on:
            push:
              tags: ["v*"]
          permissions: {}
          jobs:
            build:
              runs-on: ubuntu-24.04
              steps:
                - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
                  with:
                    cache: pip

          """),
      .steps(
        "a build that publishes, on Go's cache, which is on by default", .findings(lines: [8]),
        """
        - uses: actions/setup-go@d35c59abb061a4a6fb18e82ac0862c26744d6ab5 # v5.5.0
        - uses: goreleaser/goreleaser-action@9c156ee8a17a598857849441385a2041ef570552 # v6.3.0
        """),
      RuleSample(
        "a build that is started by hand, for a job that publishes", .findings(lines: [8]),
        workflow: """
          on: workflow_dispatch
          permissions: {}
          jobs:
            build:
              runs-on: ubuntu-24.04
              steps:
                # restores whatever a run on the default branch has left
                - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
                  with:
                    cache: pip
                - run: python -m build
                - uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2
                  with: { name: dist, path: dist }
            publish:
              needs: build
              runs-on: ubuntu-24.04
              steps:
                - uses: actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093 # v4.3.0
                  with: { name: dist, path: dist }
                - uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0

          """),
      RuleSample(
        "a cache of Node's that only newer versions of the action have by themselves",
        .findings(lines: [10, 11]),
        workflow: """
          on:
            push:
              tags: ["v*"]
          permissions: {}
          jobs:
            build:
              runs-on: ubuntu-24.04
              steps:
                - uses: actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0
                - uses: actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0
                - uses: actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0
                  with:
                    cache: npm
                    cache-dependency-path: app/package-lock.json

          """),
      RuleSample(
        "a cache that is off for tags", .good,
        workflow: """
          on:
            push:
              branches: [main]
              tags: ["v*"]
          permissions: {}
          jobs:
            build:
              runs-on: ubuntu-24.04
              steps:
                - uses: astral-sh/setup-uv@d0cc045d04ccac9d8b7881df0226f9e82c39688e # v6.8.0
                  with:
                    enable-cache: ${{ github.ref_type != 'tag' }}
                - uses: astral-sh/setup-uv@d0cc045d04ccac9d8b7881df0226f9e82c39688e # v6.8.0
                  with:
                    enable-cache: ${{ !startsWith(github.ref, 'refs/tags/') }}

          """),
      RuleSample(
        "no cache for tags", .good,
        workflow: """
          on: release
          permissions: {}
          jobs:
            build:
              runs-on: ubuntu-24.04
              steps:
                - uses: actions/setup-go@d35c59abb061a4a6fb18e82ac0862c26744d6ab5 # v5.5.0
                  with:
                    cache: false

          """),
      .steps(
        "a cache where nothing is published", .good,
        """
        - uses: actions/cache@5a3ec84eff668545956fd18022155c47e93e2684 # v4.2.3
          with: { path: ~/.cache, key: tests }
        """),
    ])

  /// Actions that restore a cache, and when.
  private static let caching: [String: ActionSwitch] = [
    "actions/cache": .off("lookup-only"), "actions/setup-java": .text("cache"),
    "actions/setup-go": .on("cache", byDefault: true),
    "actions/setup-node": .any([
      .oneOf("cache", ["npm", "yarn", "pnpm"], byDefault: false),
      .onFrom(.five, "package-manager-cache"),
    ]),
    "actions/setup-python": .text("cache"),
    "actions/setup-dotnet": .on("cache", byDefault: false),
    "actions-rust-lang/setup-rust-toolchain": .on("cache", byDefault: true),
    "astral-sh/setup-uv": .any([
      .oneOf("enable-cache", ["true"], byDefault: false),
      .onBefore(.ten, "enable-cache"),
    ]),
    "awalsh128/cache-apt-pkgs-action": .always,
    "determinatesystems/magic-nix-cache-action": .on("use-gha-cache", byDefault: true),
    "docker/setup-buildx-action": .all([
      .on("cache-binary", byDefault: true), .text("version"),
    ]),
    "graalvm/setup-graalvm": .text("cache"),
    "gradle/actions/setup-gradle": .off("cache-disabled"),
    "jdx/mise-action": .on("cache", byDefault: true),
    "mlugg/setup-zig": .on("use-cache", byDefault: true),
    "mozilla-actions/sccache-action": .always, "nix-community/cache-nix-action": .always,
    "oven-sh/setup-bun": .off("no-cache"),
    "pyo3/maturin-action": .on("sccache", byDefault: false),
    "ramsey/composer-install": .not(
      .oneOf("ignore-cache", ["yes", "true", "1"], byDefault: false)),
    "ruby/setup-ruby": .on("bundler-cache", byDefault: false),
    "swatinem/rust-cache": .off("lookup-only"),
  ]

  /// Actions that publish, and when.
  private static let publishing: [String: ActionSwitch] = [
    "aws-actions/amazon-ecs-deploy-task-definition": .always,
    "aws-actions/aws-cloudformation-github-deploy": .always, "azure/aci-deploy": .always,
    "azure/container-apps-deploy-action": .always, "azure/functions-action": .always,
    "azure/sql-action": .always, "cloudflare/wrangler-action": .always,
    "docker/build-push-action": .on("push", byDefault: false),
    "google-github-actions/deploy-appengine": .always,
    "google-github-actions/deploy-cloud-functions": .always,
    "google-github-actions/deploy-cloudrun": .always,
    "googleapis/release-please-action": .always, "goreleaser/goreleaser-action": .always,
    "jreleaser/release-action": .always, "pypa/gh-action-pypi-publish": .always,
    "redhat-actions/push-to-registry": .always, "release-drafter/release-drafter": .always,
    "rubygems/release-gem": .always, "softprops/action-gh-release": .always,
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.workflows.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    for file in project.workflows {
      let trigger = releaseTrigger(file.workflow)
      for job in file.workflow.jobs {
        let publisher = trigger == nil ? publisher(job) : nil
        let isOfRelease = project.releaseScope.contains(job, of: file.path)
        guard trigger != nil || publisher != nil || isOfRelease else { continue }
        // Tests that run beside a release give it nothing.
        let isBeside = publisher == nil && !isOfRelease
        let worst: AuditSeverity =
          isBeside ? project.releaseScope.holds(file.path) ? .low : .medium : .high
        let what =
          isOfRelease
          ? "in `\(job.id.value)`, whose files are released"
          : isBeside ? "in a workflow that runs for releases" : "in a workflow that publishes"
        for step in job.steps {
          guard let uses = step.uses, let action = uses.action, let control = caching[action],
            let isOn = isOn(control, step, trigger)
          else { continue }
          let reason = trigger?.place(file.path)
          let other = publisher.map { Finding.Place(file.path, $0.span, "this step publishes") }
          findings.append(
            Finding(
              rule: id, severity: isOn ? worst : min(worst, .medium),
              "\(uses.repository ?? action) \(isOn ? "restores" : "may restore") a cache "
                + what,
              at: Finding.Place(file.path, uses.text.span),
              related: [reason, other].compactMap { $0 },
              fix: fix(control, step, file)))
        }
      }
    }
    return .examined(findings)
  }

  private static func fix(
    _ control: ActionSwitch, _ step: Step, _ file: WorkflowFile
  ) -> ProposedFix? {
    let document = file.workflow.document
    switch control {
    case .on(let name, _), .onBefore(_, let name), .onFrom(_, let name):
      return step.fix(input: name, to: "false", .needsReview, in: document, file.path)
    case .off(let name):
      return step.fix(input: name, to: "true", .needsReview, in: document, file.path)
    case .text(let name):
      guard let with = step.node["with"] else { return nil }
      return removal(of: name, with, step, file)
    case .any(let parts):
      if case .onFrom(let version, _)? = parts.last,
        case .oneOf(let name, _, _)? = parts.first, let with = step.node["with"], with[name] != nil
      {
        // Where the flag is there, what is removed comes by itself.
        let isOld = step.uses.flatMap { ActionVersion(of: $0) }.map { $0 < version } ?? false
        return isOld ? removal(of: name, with, step, file) : nil
      }
      if let name = parts.flagName {
        return step.fix(input: name, to: "false", .needsReview, in: document, file.path)
      }
      return nil
    case .always, .oneOf, .host, .all, .not: return nil
    }
  }

  // What only the cache reads goes with it.
  private static func removal(
    of name: String, _ with: YAMLNode, _ step: Step, _ file: WorkflowFile
  ) -> ProposedFix? {
    let document = file.workflow.document
    let names = [name, "cache-dependency-path"].filter { with[$0] != nil }
    return document.fix("remove \(name)", .needsReview, in: file.path) {
      () throws(YAMLEditRefusal) in
      if with.entries?.count == names.count {
        return try document.removing("with", from: step.node)
      }
      var edits: [SourceEdit] = []
      for name in names { edits += try document.removing(name, from: with) }
      return edits
    }
  }

  /// True where the step restores a cache, false where it may, nil where it does not.
  private static func isOn(
    _ control: ActionSwitch, _ step: Step, _ trigger: ReleaseTrigger?
  ) -> Bool? {
    guard let uses = step.uses else { return nil }
    switch control.isOn(uses, step.with) {
    case true: return true
    case false: return nil
    case nil:
      guard let trigger, trigger.isOnlyTags else { return false }
      let flag: (name: String, turnsOn: Bool)
      switch control {
      case .on(let name, _): flag = (name, true)
      case .off(let name): flag = (name, false)
      case .any(let parts):
        guard let name = parts.flagName else { return false }
        flag = (name, true)
      default: return false
      }
      guard let expression = step.with?[flag.name]?.expressions.first?.expression,
        let value = expression.valueForTags
      else { return false }
      return value == flag.turnsOn ? true : nil
    }
  }

  private static func publisher(_ job: Job) -> UsesReference.Place? {
    for step in job.steps {
      guard let uses = step.uses, let action = uses.action, let control = publishing[action]
      else { continue }
      if control.isOn(uses, step.with) != false { return UsesReference.Place(span: uses.text.span) }
    }
    return nil
  }

  /// What makes a workflow one that releases.
  private struct ReleaseTrigger {
    let span: Range<Int>
    /// Whether it runs for tags only, as far as it releases.
    var isOnlyTags: Bool

    func place(_ path: String) -> Finding.Place {
      Finding.Place(path, span, "this event is one of releases")
    }
  }

  private static func releaseTrigger(_ workflow: Workflow) -> ReleaseTrigger? {
    var found: ReleaseTrigger?
    if let push = workflow.trigger("push") {
      if let tags = push.filter("tags") ?? push.filter("tags-ignore") {
        found = ReleaseTrigger(span: tags.name.span, isOnlyTags: true)
      }
      if let branches = push.filter("branches"),
        branches.values.contains(where: { $0.value.lowercased().contains("release") })
      {
        found = ReleaseTrigger(span: found?.span ?? branches.name.span, isOnlyTags: false)
      }
    }
    if let release = workflow.trigger("release"), found == nil {
      found = ReleaseTrigger(span: release.event.span, isOnlyTags: true)
    }
    return found
  }
}

extension UsesReference {
  /// Where a reference stands.
  struct Place {
    let span: Range<Int>
  }
}

extension ActionVersion {
  /// From here on actions/setup-node caches by itself where `package.json` names a package manager.
  static let five = ActionVersion(numbers: [5])
  /// From here on astral-sh/setup-uv caches only where it is told to.
  static let ten = ActionVersion(numbers: [10])
}

extension Expression {
  /// The value for a push of a tag, as far as it depends on that alone.
  fileprivate var valueForTags: Bool? {
    switch self {
    case .boolean(let value): value
    case .not(let part): part.valueForTags.map { !$0 }
    case .call(let name, let arguments):
      name.lowercased() == "startswith" && arguments.first?.path == "github.ref"
        && arguments.last == .string("refs/tags/") ? true : nil
    case .binary(.equal, .property(.context("github"), "ref_type"), .string("tag")): true
    case .binary(.notEqual, .property(.context("github"), "ref_type"), .string("tag")): false
    case .binary(.equal, .property(.context("github"), "ref_type"), .string("branch")): false
    case .binary(.notEqual, .property(.context("github"), "ref_type"), .string("branch")): true
    case .binary(.and, let left, let right):
      [left, right].allSatisfy { part in
        part == .binary(.equal, .property(.context("github"), "event_name"), .string("push"))
          || part == .binary(.equal, .property(.context("github"), "ref_type"), .string("tag"))
      } ? true : nil
    default: nil
    }
  }
}

extension [ActionSwitch] {
  /// The flag that turns all of them off.
  fileprivate var flagName: String? {
    for part in self {
      switch part {
      case .on(let name, _), .onBefore(_, let name), .onFrom(_, let name): return name
      default: continue
      }
    }
    return nil
  }
}
