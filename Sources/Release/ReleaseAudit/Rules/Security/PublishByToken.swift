// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Packages are published by an identity, not by a token.
enum PublishByToken: AuditRule {
  static let id = "publish-by-token"

  static let description = RuleDescription(
    id: id, title: "packages are published by Trusted Publishing, not by a token",
    severity: .medium, checklist: [32, 79],
    sources: [
      "PyPI Docs, \"Trusted Publishers\"",
      "OpenSSF, \"Trusted Publishers for All Package Repositories\"",
    ],
    why: """
      A token that may publish is good for everyone who gets it, from anywhere, until somebody \
      revokes it. With Trusted Publishing the registry takes a token of minutes from this \
      workflow alone, and there is nothing to steal.
      """,
    incident: """
      December 2024: after the first poisoned releases of Ultralytics were gone, more came with an \
      old API token that had not been revoked.
      """,
    fix:
      "register the workflow as a Trusted Publisher, give the job `id-token: write`, and remove the token",
    samples: [
      .steps(
        "an API token for PyPI", .findings(lines: [8]),
        """
        - uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0
          with:
            password: ${{ secrets.PYPI_API_TOKEN }}
        """),
      .steps(
        "a token beside other inputs", .findings(lines: [8]),
        """
        - uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0
          with:
            user: __token__
            password: ${{ secrets.PYPI_API_TOKEN }}
            print-hash: true
        """),
      .steps(
        "commands", .findings(lines: [9, 13]),
        """
        - run: |
            twine upload dist/*
        - run: |
            npm publish --access public
          env:
            NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}
        """),
      RuleSample(
        "a script that is given the token of the index", .findings(lines: [10]),
        workflow: """
          on: release
          permissions: {}
          jobs:
            publish:
              permissions: { id-token: write }
              runs-on: ubuntu-24.04
              steps:
                - run: scripts/publish
                  env:
                    TWINE_PASSWORD: ${{ secrets.PYPI_TOKEN }}

          """),
      RuleSample(
        "a token beside the identity", .findings(lines: [12]),
        workflow: """
          on: release
          permissions: {}
          jobs:
            publish:
              permissions: { id-token: write }
              environment: npm
              runs-on: ubuntu-24.04
              steps:
                - run: npm ci
                - run: npm publish --provenance
                  env:
                    NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}

          """),
      .steps(
        "another index, and the forge's own registry", .good,
        """
        - uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0
          with:
            user: octo
            password: ${{ secrets.INDEX_KEY }}
            repository-url: https://index.example.org/projects/${{ github.event.repository.name }}/upload
        - run: yarn npm publish --dry-run --registry https://npm.example.org
          env:
            NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}
        """),
      .steps(
        "no password", .good,
        """
        - uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0
        """),
      .steps(
        "a rehearsal", .good,
        """
        - run: cargo publish --dry-run
        """),
      RuleSample(
        "a job that has an identity", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            publish:
              permissions: { id-token: write }
              runs-on: ubuntu-24.04
              environment: npm
              steps:
                - run: npm publish

          """),
    ])

  private static let pypi = ["upload.pypi.org", "test.pypi.org", "pypi.org"]

  /// Actions that publish by a token, when they do, and the input that says so.
  private static let actions: [String: (when: ActionSwitch, input: String)] = [
    "pypa/gh-action-pypi-publish": (
      .all([
        .text("password"), .host("repository-url", pypi, byDefault: true),
        .host("repository_url", pypi, byDefault: true),
      ]), "password"
    ),
    "rubygems/release-gem": (
      .not(.on("setup-trusted-publisher", byDefault: true)), "setup-trusted-publisher"
    ),
    "rubygems/configure-rubygems-credentials": (
      .all([.text("api-token"), .host("gem-server", ["rubygems.org"], byDefault: true)]),
      "api-token"
    ),
    "actions/setup-node": (
      .all([
        .host("registry-url", ["registry.npmjs.org"], byDefault: true),
        .on("always-auth", byDefault: false),
      ]), "always-auth"
    ),
    "js-devtools/npm-publish": (
      .all([.text("token"), .host("registry", ["registry.npmjs.org"], byDefault: true)]), "token"
    ),
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.stepFindings { site, findings in
      if let uses = site.step.uses, let action = uses.action, let known = actions[action] {
        guard known.when.isOn(uses, site.step.with) != false else { return }
        let input = site.step.with?.entry(known.input)?.span
        findings.append(
          Finding(
            rule: id, severity: .medium, "\(uses.repository ?? action) publishes by a token",
            at: site.place(uses.text.span),
            related: input.map { [site.place($0, "the token")] } ?? [],
            fix: action == "pypa/gh-action-pypi-publish" ? fix(site) : nil))
      }
      if let token = token(of: site, project) {
        findings.append(
          Finding(
            rule: id, severity: .medium, "the job publishes by a token, `\(token.key.value)`",
            at: site.place(token.span)))
        return
      }
      // Without the workflow nobody knows whether a job has an identity, which most programs use.
      guard let run = site.step.run, let workflow = site.workflow, let job = site.job,
        workflow.permissions(of: job)?.access("id-token") != "write",
        run.value.holds("publish") || run.value.holds("upload") || run.value.holds("push")
      else { return }
      for command in site.commands where publishes(command) {
        findings.append(
          Finding(
            rule: id, severity: .medium,
            "`\(command.program)` publishes by a token: the job has no identity (`id-token: write`)",
            at: site.place(command.span)))
      }
    }
  }

  /// The variable with a stored token of an index by which a step publishes.
  private static func token(of site: StepSite, _ project: AuditedProject) -> WorkflowEntry? {
    guard let job = site.job, site.step.env != nil || job.env != nil else { return nil }
    let names: Set<String>
    if NPMPublication.isMade(by: site, job, project) {
      names = NPMPublication.tokens
    } else if site.step.run != nil, publishes(to: .pypi, site, job, project) {
      names = RoleTable.tokens
    } else {
      return nil
    }
    return [site.step.env, job.env].compactMap { $0 }.flatMap(\.entries).first { entry in
      names.contains(entry.key.value)
        && entry.value.expressions.contains {
          ($0.expression?.contexts ?? []).contains {
            $0.hasPrefix("secrets.") && $0 != "secrets.github_token"
          }
        }
    }
  }

  /// Whether a step publishes to a registry.
  static func publishes(
    to target: ReleaseRole.Target, _ site: StepSite, _ job: Job, _ project: AuditedProject
  ) -> Bool {
    let flow = project.flow.job(FlowJob.Reference(path: site.path, job: job.id.value))
    return flow?.sites.contains {
      $0.step == site.step.index && $0.role == .publish(target)
    } ?? false
  }

  /// Publishes by the identity of the workflow instead of a stored token.
  private static func fix(_ site: StepSite) -> ProposedFix? {
    guard let job = site.job, let workflow = site.workflow, let with = site.step.node["with"],
      site.step.with?["password"]?.value.holds("secrets.") ?? false
    else { return nil }
    let document = site.document
    return document.fix(
      "publish by the workflow's identity; register it as a trusted publisher first",
      .needsReview, in: site.path
    ) { () throws(YAMLEditRefusal) in
      let given = ["user", "password"].filter { with.entry($0) != nil }
      var edits: [SourceEdit] = []
      if with.entries?.count == given.count {
        edits += try document.removing("with", from: site.step.node)
      } else {
        for name in given { edits += try document.removing(name, from: with) }
      }
      if workflow.permissions(of: job)?.access("id-token") == "write" { return edits }
      guard job.permissions == nil else {
        return try edits
          + document.setting(
            "id-token", to: "write", in: "permissions", of: job.node)
      }
      // What it had before by the workflow or the settings, as far as its steps need it.
      let writes = job.steps.contains { step in
        step.run?.value.holds("gh release") ?? false || step.uses("softprops/action-gh-release")
          || step.uses("ncipollo/release-action")
      }
      return try edits
        + document.inserting(
          "permissions",
          ["contents": .scalar(writes ? "write" : "read"), "id-token": "write"], into: job.node,
          at: job.entry("runs-on") == nil ? .first : .after("runs-on"))
    }
  }

  /// Whether a command publishes to a registry that knows Trusted Publishers.
  private static func publishes(_ command: ShellCommand) -> Bool {
    let words = command.arguments
    /// Whether some words follow each other, with others between.
    func has(_ wanted: String...) -> Bool {
      var rest = words[...]
      for word in wanted {
        let isPrefix = word.hasSuffix("*")
        let text = isPrefix ? String(word.dropLast()) : word
        guard let index = rest.firstIndex(where: { isPrefix ? $0.hasPrefix(text) : $0 == text })
        else { return false }
        rest = rest[(index + 1)...]
      }
      return true
    }
    let isRehearsal = words.contains("--dry-run")
    switch command.program {
    case "cargo": return has("publish") && !isRehearsal && !words.contains("-n")
    case "uv":
      guard let verb = words.first(where: { $0 == "publish" || $0 == "run" }) else { return false }
      return verb == "publish" ? !isRehearsal : has("run", "twine", "upload")
    case "uvx": return has("twine*", "upload")
    case "hatch", "pdm": return has("publish")
    case "poetry", "npm", "pnpm", "bun": return has("publish") && !isRehearsal
    case "twine": return has("upload")
    case "pipx": return has("run", "twine*", "upload")
    case "gem", "nuget", "nuget.exe": return has("push")
    case "bundle": return has("exec", "gem", "push")
    case "yarn":
      guard let verb = words.first(where: { $0 == "publish" || $0 == "npm" }) else { return false }
      return verb == "publish"
        || has("npm", "publish") && !isRehearsal && !words.contains("-n")
    case "bunx": return (has("npm", "publish") || has("npm@*", "publish")) && !isRehearsal
    case "dotnet": return has("nuget", "push")
    case let program where program.hasPrefix("python"): return has("-m", "twine", "upload")
    default: return false
    }
  }
}
