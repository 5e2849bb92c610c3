// SPDX-License-Identifier: Apache-2.0

import Workflows

/// What the runner can do itself needs nobody else's action.
enum SuperfluousAction: AuditRule {
  static let id = "superfluous-action"

  static let description = RuleDescription(
    id: id, title: "what the runner's own programs do needs no action", severity: .info,
    sources: ["GitHub, actions/runner-images (installed software)"],
    why: """
      Each action is somebody else's code with the rights of the job, to be pinned, watched and \
      updated. `gh`, `jq` and `docker` are on every runner already.
      """,
    fix: "call the program in a `run:` step",
    samples: [
      .steps(
        "a release on the forge", .findings(lines: [8]),
        """
        - uses: softprops/action-gh-release@72f2c25fcb47643c292f7107632f7a47c1df5cd8 # v2.3.2
        """),
      .steps(
        "a label", .findings(lines: [8]),
        """
        - uses: actions-ecosystem/action-add-labels@18f1af5e3544586314bbe15c0273249c770b2daf # v1.1.3
          with: { labels: release }
        """),
      .steps(
        "gh", .good,
        """
        - run: gh release create "$GITHUB_REF_NAME" dist/*
          env:
            GH_TOKEN: ${{ github.token }}
        """),
      .steps(
        "an action that does more", .good,
        """
        - uses: peter-evans/create-pull-request@271a8d0340265f705b14b6d32b9829c1cb33d45e # v7.0.8
        """),
    ])

  private static let known: [String: String] = [
    "ncipollo/release-action": "gh release create",
    "softprops/action-gh-release": "gh release create",
    "elgohr/github-release-action": "gh release create",
    "svenstaro/upload-release-action": "gh release upload",
    "dacbd/create-issue-action": "gh issue create",
    "actions-ecosystem/action-add-labels": "gh issue edit --add-label",
    "actions-ecosystem/action-remove-labels": "gh issue edit --remove-label",
    "addnab/docker-run-action": "docker run", "sergeysova/jq-action": "jq",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.stepFindings { site, findings in
      guard let uses = site.step.uses, let action = uses.action, let program = known[action]
      else { return }
      findings.append(
        Finding(
          rule: id, severity: .info, "`\(program)` does what \(uses.repository ?? action) does",
          at: site.place(uses.text.span)))
    }
  }
}
