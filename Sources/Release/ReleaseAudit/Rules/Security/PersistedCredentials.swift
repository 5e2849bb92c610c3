// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A checkout does not leave its token behind.
enum PersistedCredentials: AuditRule {
  static let id = "persisted-credentials"

  static let description = RuleDescription(
    id: id, title: "a checkout leaves no token behind", severity: .high,
    sources: ["actions/checkout, README (persist-credentials)", "SPEC 8, \"Hash-pin Actions\""],
    why: """
      actions/checkout leaves the job's token where later steps can read it, up to version 5 in \
      .git/config. Every program that a later step runs can push with it, and an artifact of the \
      whole folder publishes it.
      """,
    incident: """
      August 2024: dozens of large projects were found to publish artifacts with a .git folder \
      and the token in it (Unit 42, "ArtiPACKED").
      """,
    fix:
      "write `persist-credentials: false` under `with:`; where a later step must push, give that step the token",
    samples: [
      .steps(
        "a plain checkout", .findings(lines: [8]),
        """
        - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        - run: make
        """),
      .steps(
        "a later step pushes with what is kept, so nothing is proposed", .findings(lines: [8]),
        """
        - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        - run: make; git push origin HEAD
        """),
      .steps(
        "an artifact of the whole folder", .findings(lines: [9]),
        """
        - name: Get the source
          uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
          with:
            fetch-depth: 0
        - uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2
          with:
            path: .
        """),
      .steps(
        "no credentials are kept", .good,
        """
        - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
          with:
            persist-credentials: false
        """),
      .steps(
        "kept on purpose", .good,
        """
        - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
          with: { persist-credentials: true }
        - run: git push origin HEAD
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.workflows.isEmpty || !project.actions.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    for file in project.workflows {
      let workflow = file.workflow
      for job in workflow.jobs {
        let contents = workflow.permissions(of: job)?.access("contents")
        look(
          file.path, workflow.document, job.steps,
          canWrite: contents != "read" && contents != "none",
          &findings)
      }
    }
    for file in project.actions {
      look(file.path, file.action.document, file.action.steps, canWrite: true, &findings)
    }
    return .examined(findings)
  }

  private static func look(
    _ path: String, _ document: YAMLDocument, _ steps: [Step], canWrite: Bool,
    _ findings: inout [Finding]
  ) {
    // From the end, so that it is known what follows.
    var upload: Step?
    var isGitUsed = false
    var pusher: Step?
    var found: [Finding] = []
    for step in steps.reversed() {
      if leaksFolder(step) { upload = step }
      isGitUsed = isGitUsed || usesGit(step)
      if pushes(step) { pusher = step }
      guard step.uses("actions/checkout"), let uses = step.uses, step.with?.expression == nil else {
        continue
      }
      // `true` is taken for a decision; an expression too.
      if let value = step.with?["persist-credentials"],
        value.hasExpressions || ["true", "false"].contains(value.value)
      {
        continue
      }
      let isOutside = ActionVersion(of: uses).map { $0 >= ActionVersion.six } ?? false
      let severity: AuditSeverity =
        switch (upload != nil, isOutside) {
        case (true, false): .high
        case (true, true), (false, false): .medium
        case (false, true): .low
        }
      // Git has no other use for a token that can only read what everyone can.
      let isGiven = step.with?["token"] != nil || step.with?["ssh-key"] != nil
      let safety: ProposedFix.Safety =
        canWrite || isGitUsed || isGiven ? .needsReview : .safe
      found.append(
        Finding(
          rule: id, severity: severity, "the checkout leaves the job's token for later steps",
          at: Finding.Place(path, uses.text.span),
          related: upload.map {
            [Finding.Place(path, $0.span, "this artifact holds the whole folder")]
          } ?? [],
          help: pusher.map { _ in
            "a later step pushes with this token: give it to that step alone, then write "
              + "`persist-credentials: false` here"
          },
          fix: pusher != nil
            ? nil
            : step.fix(input: "persist-credentials", to: "false", safety, in: document, path)))
    }
    findings += found.reversed()
  }

  /// Whether a step talks to a repository with Git.
  private static func usesGit(_ step: Step) -> Bool {
    guard let run = step.run?.value, run.holds("git ") else { return false }
    // Options may stand between: `git -C folder push`.
    let verbs: [StaticString] = [
      " push", " fetch", " pull", " clone", " submodule", " lfs", " ls-remote",
    ]
    return verbs.contains { run.holds($0) }
  }

  /// Whether a step pushes with what the checkout left.
  private static func pushes(_ step: Step) -> Bool {
    if let action = step.uses?.action { return committing.contains(action) }
    guard let run = step.run?.value, run.holds("git ") else { return false }
    return run.split(separator: "\n").contains { line in
      String(line).holds("git ") && String(line).holds(" push")
    }
  }

  // They commit and push by the git of the checkout.
  private static let committing: Set<String> = [
    "stefanzweifel/git-auto-commit-action", "endbug/add-and-commit",
  ]

  private static func leaksFolder(_ step: Step) -> Bool {
    guard step.uses("actions/upload-artifact"), let path = step.with?["path"] else { return false }
    return path.value.split(separator: "\n").contains {
      let line = $0.filter { $0 != " " }
      return [".", "./", "..", "../"].contains(line) || line == "${{github.workspace}}"
    }
  }
}

extension ActionVersion {
  /// From here on actions/checkout keeps the token outside of the checkout.
  static let six = ActionVersion(numbers: [6])

  init(numbers: [Int]) { self.numbers = numbers }
}
