// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Steps do without features that nothing can check.
enum FragileFeature: AuditRule {
  static let id = "fragile-feature"

  static let description = RuleDescription(
    id: id, title: "steps use shells and inputs that can be checked", severity: .low,
    sources: [
      "GitHub Docs, \"Workflow syntax\" (shell)", "actions/setup-python, README (pip-install)",
    ],
    why: """
      `cmd` has no grammar that a tool or a reviewer could rely on. `pip-install` of \
      actions/setup-python installs into the runner's own Python, without a lock file.
      """,
    fix: "use `shell: pwsh` or `shell: bash`, and a virtual environment with a lock file",
    samples: [
      .steps(
        "cmd", .findings(lines: [8]),
        """
        - shell: cmd
          run: echo hello
        """),
      .steps(
        "packages in the runner's Python", .findings(lines: [11]),
        """
        - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
          with:
            python-version: "3.13"
            pip-install: build
        """),
      .steps(
        "bash", .good,
        """
        - shell: bash
          run: echo hello
        """),
      .steps(
        "only Python", .good,
        """
        - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
          with:
            python-version: "3.13"
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.stepFindings { site, findings in
      if site.step.uses("actions/setup-python"),
        let entry = site.step.with?.entry("pip-install")
      {
        findings.append(
          Finding(
            rule: id, severity: .low, "packages are installed into the runner's own Python",
            at: site.place(entry.span)))
      }
      guard site.step.run != nil, let shell = site.shell, let span = shell.span else { return }
      let program = shell.name.split(separator: " ").first?.split(separator: "/").last ?? ""
      guard program == "cmd" || program == "cmd.exe" else { return }
      findings.append(
        Finding(
          rule: id, severity: .low, "nothing can check a script for `cmd`",
          at: site.place(span), related: [site.place(site.place.span, "this step runs in it")]))
    }
  }
}
