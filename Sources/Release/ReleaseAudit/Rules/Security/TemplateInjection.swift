// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Values reach scripts by the environment, not by text replacement.
enum TemplateInjection: AuditRule {
  static let id = "template-injection"

  static let description = RuleDescription(
    id: id, title: "scripts take values from the environment, not from `${{ }}`", severity: .high,
    sources: [
      "GitHub Docs, \"Security hardening\" (script injections)",
      "GitHub Security Lab, \"Untrusted input\"",
    ],
    why: """
      GitHub replaces `${{ }}` before the shell sees the script. A branch name, a title or an \
      input with `"; curl … | sh; "` in it becomes a part of the program, with the job's rights.
      """,
    incident: """
      December 2024: a branch name with a command in it ran in Ultralytics' workflow. August 2025: \
      a pull request's title with a command ran in nrwl/nx's and led to its publishing token.
      """,
    fix: "put the expression into `env:` of the step and use the variable in quotes: \"$NAME\"",
    samples: [
      .steps(
        "a title in a script", .findings(lines: [8]), on: "issues",
        """
        - run: echo "${{ github.event.issue.title }}"
        """),
      .steps(
        "a branch in the second line of a block", .findings(lines: [10]),
        """
        - run: |
            set -e
            git push origin "HEAD:${{ github.head_ref }}"
        """),
      .steps(
        "an expression of several lines, where its context stands", .findings(lines: [11]),
        """
        - run: |
            echo "${{
              format('branch {0}',
                github.head_ref)
            }}"
        """),
      RuleSample(
        "by way of a variable, of an output, and of another job", .findings(lines: [15, 20]),
        workflow: """
          on: issue_comment
          permissions: {}
          env:
            BODY: ${{ github.event.comment.body }}
          jobs:
            read:
              runs-on: ubuntu-24.04
              outputs:
                command: ${{ steps.comment.outputs.command }}
              steps:
                - id: comment
                  env:
                    TEXT: ${{ env.BODY }}
                  run: echo "command=$TEXT" >> "$GITHUB_OUTPUT"
                - run: echo "${{ env.BODY }}"
            act:
              needs: read
              runs-on: ubuntu-24.04
              steps:
                - run: ./bot ${{ needs.read.outputs.command }}

          """),
      .steps(
        "in single quotes", .findings(lines: [9, 9, 10]),
        """
        - run: |
            gh release create '${{ github.ref_name }}' --title 'Release ${{ inputs.title }}'
            gh release upload '${{ github.ref_name }}' dist/*
        """),
      .steps(
        "JavaScript of an action", .findings(lines: [10]), on: "issue_comment",
        """
        - uses: actions/github-script@60a0d83039c74a4aee543508d2ffcb1c3799cdea # v7.0.1
          with:
            script: console.log(`${{ github.event.comment.body }}`)
        """),
      RuleSample(
        "an input that may be any text", .findings(lines: [12]),
        workflow: """
          on:
            workflow_dispatch:
              inputs:
                version:
                  type: string
          permissions: {}
          jobs:
            tag:
              permissions: { contents: write }
              runs-on: ubuntu-24.04
              steps:
                - run: git tag "${{ inputs.version }}"

          """),
      .steps(
        "a field of an event that others send, whatever its name", .findings(lines: [8]),
        on: "repository_dispatch",
        """
        - run: gh release edit --prerelease=${{ github.event.client_payload.prerelease }}
        """),
      .steps(
        "a variable that becomes a program again", .findings(lines: [9, 10]), on: "issues",
        """
        - run: |
            eval "echo $TITLE"
            bash -c "echo ${TITLE}"
          env:
            TITLE: ${{ github.event.issue.title }}
        """),
      .steps(
        "names that an action found out", .findings(lines: [10, 13]), on: "pull_request",
        """
        - id: branch
          uses: tj-actions/branch-names@5250492686b253f06fa55861556d1027b067aeb5 # v9.0.2
        - run: git switch "${{ steps.branch.outputs.current_branch }}"
        - id: files
          uses: tj-actions/changed-files@24d32ffd492484c1d75e0c0b894501ddb9d30d62 # v47.0.0
        - run: ruff check ${{ steps.files.outputs.all_changed_files }}
        """),
      .steps(
        "a second shell that reads the variable itself", .good, on: "issues",
        """
        - run: |
            eval "$(ssh-agent -s)"
            bash -c 'echo "$TITLE"'
          env:
            TITLE: ${{ github.event.issue.title }}
        """),
      .steps(
        "the environment", .good, on: "issues",
        """
        - run: echo "$TITLE"
          env:
            TITLE: ${{ github.event.issue.title }}
        """),
      .steps(
        "what nobody chooses, and what only decides", .good,
        """
        - run: echo "${{ github.sha }} ${{ github.head_ref == 'main' && 'yes' || 'no' }}"
        """),
      RuleSample(
        "fixed values of a matrix, a choice", .good,
        workflow: """
          on:
            workflow_dispatch:
              inputs:
                index:
                  type: choice
                  options: [pypi, testpypi]
          permissions: {}
          jobs:
            test:
              strategy:
                matrix:
                  python: ["3.12", "3.13"]
              runs-on: ubuntu-24.04
              steps:
                - run: nox -s "tests-${{ matrix.python }}" -- ${{ inputs.index }}

          """),
    ])

  /// Inputs of actions that run what they are given.
  private static let sinks: [String: [String]] = [
    "8398a7/action-slack": ["custom_payload"], "actions/github-script": ["script"],
    "addnab/docker-run-action": ["options", "run"], "amadevus/pwsh-script": ["script"],
    "appleboy/ssh-action": ["script"], "azure/cli": ["inlineScript"],
    "azure/powershell": ["inlineScript"], "cardinalby/js-eval-action": ["expression"],
    "devorbitus/yq-action-output": ["cmd"], "gautamkrishnar/blog-post-workflow": ["item_exec"],
    "jannekem/run-python-script-action": ["script"], "mikefarah/yq": ["cmd"],
    "sergeysova/jq-action": ["cmd"], "skitionek/notify-microsoft-teams": ["overwrite"],
    "imjohnbo/issue-bot": [
      "body", "linked-comments-previous-issue-text", "linked-comments-new-issue-text",
    ],
    "lucasbento/auto-close-issues": ["issue-close-message"],
    "roots/issue-closer-action": ["issue-close-message", "pr-close-message"],
    "tibdex/backport": ["body_template", "head_template", "labels_template", "title_template"],
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.stepFindings { site, findings in
      if let run = site.step.run {
        look(run, site, nil, &findings)
        lookAgain(run, site, &findings)
      } else if let uses = site.step.uses, let action = uses.action, let with = site.step.with,
        let inputs = sinks[action]
      {
        for input in inputs {
          guard let text = with[input] else { continue }
          look(text, site, uses, &findings)
        }
      }
    }
  }

  private static func look(
    _ text: WorkflowText, _ site: StepSite, _ uses: UsesReference?, _ findings: inout [Finding]
  ) {
    for embedded in text.expressions {
      guard let expression = embedded.expression else { continue }
      var worst: (value: RunValue, path: String)?
      for path in expression.flowingPaths {
        let value = judge(path, site)
        if value.severity != nil, worst.map({ $0.value < value }) ?? true { worst = (value, path) }
      }
      guard let worst, let severity = worst.value.severity else { continue }
      let source = embedded.source.trimmed
      let why =
        switch worst.value {
        case .free: "which can be any text"
        case .structured: "whose text others choose in part"
        case .narrow: "which others choose from a narrow alphabet"
        case .unclear, .fixed: "whose text is only known in a run"
        }
      // In a larger expression the context itself is shown, which may stand lines below.
      let isAlone = expression.path != nil
      let place = isAlone ? embedded.span : embedded.span(of: worst.path, in: text, site.document)
      findings.append(
        Finding(
          rule: id, severity: severity,
          "the script gets `\(source)`, \(why), as a part of its program",
          at: site.place(place),
          related: uses.map { [site.place($0.text.span, "this action runs the input")] } ?? [],
          help: uses?.action == "actions/github-script"
            ? "put the expression into `env:` of the step and read `process.env.NAME`" : nil,
          fix: uses == nil ? ExpressionVariable.fix(embedded, in: site) : nil))
    }
  }

  /// Scripts that make a program of a variable which an outsider fills: `eval`, `bash -c`.
  private static func lookAgain(
    _ run: WorkflowText, _ site: StepSite, _ findings: inout [Finding]
  ) {
    guard run.value.holds("eval") || run.value.holds(" -c") else { return }
    let variables =
      [site.step.env, site.job?.env, site.workflow?.env].compactMap { $0 }
      .flatMap(\.entries).filter { entry in
        entry.value.expressions.contains { embedded in
          (embedded.expression?.flowingPaths ?? []).contains { judge($0, site) == .free }
        }
      }.map(\.key.value) + ["GITHUB_HEAD_REF"]
    for command in site.commands {
      let isAgain =
        command.program == "eval"
        || ["bash", "sh", "zsh", "python", "python3"].contains(command.program)
          && command.arguments.contains("-c")
      guard isAgain else { continue }
      // In single quotes the second shell expands the variable, and takes nothing in it for code.
      let texts = command.words.filter { !$0.isLiteral }.map(\.text)
      guard
        let name = variables.first(where: { name in
          texts.contains { $0.expands(name) }
        })
      else { continue }
      findings.append(
        Finding(
          rule: id, severity: .high,
          "`\(command.program)` makes a program of `$\(name)`, which can be any text",
          at: site.place(command.span),
          help: "use the variable in quotes as an argument of a program, without `eval` and `-c`"))
    }
  }

  // An output or variable is followed through so many others.
  private static let deepest = 4

  private static func judge(
    _ path: String, _ site: StepSite, level: Int = 0
  ) -> RunValue {
    let names = path.split(separator: ".").map(String.init)
    switch names.first {
    case "inputs": return names.count == 2 ? input(names[1], site) : .narrow
    case "github" where names.count == 4 && names[1] == "event" && names[2] == "inputs":
      return input(names[3], site)
    case "env": return names.count == 2 ? variable(names[1], site, level) : .narrow
    case "matrix":
      guard let matrix = site.job?.strategy?.matrix else { return .fixed }
      return matrix.isFixed(names) ? .fixed : .structured
    case "steps" where names.count == 4 && names[2] == "outputs":
      let value = TaintedOutputs.value(of: names[3], step: names[1], from: site)
      guard value == nil, level < deepest else { return value ?? RunValue(path: path) }
      return WrittenOutputs.value(of: names[3], step: names[1], from: site) {
        judge($0, $1, level: level + 1)
      }.map { max($0, .unclear) } ?? RunValue(path: path)
    case "needs" where names.count == 4 && names[2] == "outputs" && level < deepest:
      return WrittenOutputs.value(of: names[3], job: names[1], from: site) {
        judge($0, $1, level: level + 1)
      }.map { max($0, .unclear) } ?? RunValue(path: path)
    default: return RunValue(path: path)
    }
  }

  private static func input(_ name: String, _ site: StepSite) -> RunValue {
    if let action = site.action {
      return action.inputs.contains { $0.name.value.lowercased() == name } ? .structured : .narrow
    }
    var types: [String] = []
    for event in ["workflow_dispatch", "workflow_call"] {
      guard let trigger = site.workflow?.trigger(event),
        let found = trigger.inputs.first(where: { $0.name.value.lowercased() == name })
      else { continue }
      types.append(found.type?.value ?? "string")
    }
    if types.isEmpty { return .narrow }
    return types.contains("string") ? .structured : .fixed
  }

  /// Judges a variable of the environment by what is written into it.
  private static func variable(_ name: String, _ site: StepSite, _ level: Int) -> RunValue {
    if name.hasPrefix("github_") || name.hasPrefix("runner_") { return .fixed }
    for env in [site.step.env, site.job?.env, site.workflow?.env] {
      guard let env else { continue }
      if env.expression != nil { return .narrow }
      guard let value = env[name] else { continue }
      guard value.hasExpressions else { return .fixed }
      guard level < deepest else { return .narrow }
      let paths = value.expressions.flatMap { $0.expression?.flowingPaths ?? [] }
      return paths.map { judge($0, site, level: level + 1) }.reduce(.narrow) { max($0, $1) }
    }
    return .narrow
  }
}

extension Matrix {
  /// Whether all values of a path such as `matrix.os.name` stand in the file.
  func isFixed(_ path: [String]) -> Bool {
    guard expression == nil else { return false }
    let rest = path.dropFirst()
    for dimension in dimensions
    where rest.first == "*" || dimension.name.value.lowercased() == rest.first {
      if dimension.expression?.hasExpressions ?? false { return false }
      if !dimension.values.allSatisfy({ $0.isFixed(rest.dropFirst()) }) { return false }
    }
    guard let include else { return true }
    guard let items = include.items else { return true }
    return items.allSatisfy { $0.isFixed(rest) }
  }
}

extension YAMLNode {
  /// Whether the texts under a path of keys have no expressions; `*` and missing keys are all.
  func isFixed(_ path: ArraySlice<String>) -> Bool {
    if let string { return !string.contains("${{") }
    if let items { return items.allSatisfy { $0.isFixed(path) } }
    guard let entries else { return true }
    guard let name = path.first, name != "*" else {
      return entries.allSatisfy { $0.value.isFixed([]) }
    }
    return entries.allSatisfy {
      $0.key.string?.lowercased() != name || $0.value.isFixed(path.dropFirst())
    }
  }
}

extension String {
  /// The text in one line: without blanks around it, and one in place of several.
  var trimmed: String {
    split { $0 == " " || $0 == "\t" || $0.isNewline }.joined(separator: " ")
  }
}
