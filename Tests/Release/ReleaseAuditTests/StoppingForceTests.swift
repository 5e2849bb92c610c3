// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing
import Workflows

@testable import ReleaseAudit

/// Whether a verification that fails ends the release.
@Suite struct StoppingForceTests {
  /// A script whose call of `gh` is looked at, and what becomes of its status.
  struct Case: Sendable, CustomTestStringConvertible {
    let script: String
    let force: StoppingForce
    var shell: String?
    var testDescription: String { "\(shell ?? "-"): \(script)" }
  }

  static let cases: [Case] = [
    Case(script: "gh a", force: .stops),
    Case(script: "cd dist && gh a", force: .stops),
    Case(script: "echo a || true\ngh a", force: .stops),
    Case(script: "for f in *; do\n  gh a $f\ndone", force: .stops),
    Case(script: "(cd dist; gh a)", force: .stops),
    Case(script: "gh a || exit 1", force: .stops),
    Case(script: "gh a > log 2>&1", force: .stops),
    Case(script: "set -o pipefail\ngh a | tee log", force: .stops),
    Case(script: "set -euo pipefail\ngh a | tee log", force: .stops, shell: "bash {0}"),
    Case(script: "gh a | tee log", force: .stops, shell: "bash"),
    Case(script: "gh a\necho b", force: .stops, shell: "bash -el {0}"),
    Case(script: "gh a", force: .stops, shell: "bash -l {0}"),
    Case(script: "if [ -f b ]; then c; fi\ngh a", force: .stops),
    Case(script: "gh a || true", force: .none),
    Case(script: "gh a ||\n  echo bad", force: .none),
    Case(script: "gh a > log || :", force: .none),
    Case(script: "gh a | tee log", force: .none),
    Case(script: "gh a 2>&1 | tee log", force: .none),
    Case(script: "gh a | tee log", force: .none, shell: "sh"),
    Case(script: "set -o pipefail\nset +o pipefail\ngh a | tee log", force: .none),
    Case(script: "gh a || other", force: .unclear),
    Case(script: "gh a || exit 0", force: .unclear),
    Case(script: "gh a && echo good", force: .unclear),
    Case(script: "gh a &", force: .unclear),
    Case(script: "test -f b && gh a", force: .unclear),
    Case(script: "[ -f b ] || gh a", force: .unclear),
    Case(script: "if gh a; then b; fi", force: .unclear),
    Case(script: "if [ -f b ]; then\n  gh a\nfi", force: .unclear),
    Case(script: "case $a in\n  b) gh a ;;\nesac", force: .unclear),
    Case(script: "if\n  gh a\nthen b; fi", force: .unclear),
    Case(script: "! gh a", force: .unclear),
    Case(script: "while gh a; do b; done", force: .unclear),
    Case(script: "echo \"$(gh a)\"", force: .unclear),
    Case(script: "cat <(gh a)", force: .unclear),
    Case(script: "check() {\n  gh a\n}", force: .unclear),
    Case(script: "for f in *; do gh a $f; done | tee log", force: .unclear),
    Case(script: "(gh a; b) || true", force: .unclear),
    Case(script: "{ gh a; } || true", force: .unclear),
    Case(script: "set +e\ngh a\nb", force: .unclear),
    Case(script: "gh a\necho b", force: .unclear, shell: "bash -l {0}"),
    Case(script: "gh a\necho b", force: .unclear, shell: "pwsh"),
    Case(script: "gh a", force: .unclear, shell: "python"),
    Case(script: "gh a", force: .unclear, shell: "${{ inputs.shell }}"),
  ]

  @Test(arguments: cases)
  func `follows the status through the script`(_ item: Case) throws {
    let indented = item.script.split(separator: "\n").map { "        \($0)\n" }.joined()
    let shell = item.shell.map { "      shell: \"\($0)\"\n" } ?? ""
    let text = "jobs:\n  a:\n    steps:\n    - run: |\n\(indented)\(shell)"
    let workflow = Workflow(try .init(parsing: Array(text.utf8)))
    let step = try #require(workflow.jobs.first?.steps.first)
    let run = try #require(step.run)
    let call = try #require(step.invocations.first { $0.program == "gh" })
    let script = StatusInScript(run.value, step.shell.map { .named($0) } ?? .standard)
    #expect(script.force(ofCommandAt: call.range) == item.force)
  }

  /// A step of an action that a publishing job uses, and what is said of the verification in it.
  @Test(arguments: [
    ("{run: gh attestation verify dist/* -R a/b, shell: bash}", "good"),
    ("{run: gh attestation verify dist/* -R a/b | tee log, shell: bash}", "good"),
    ("{run: gh attestation verify dist/* -R a/b, shell: bash, if: true}", "good"),
    ("{run: gh attestation verify dist/* -R a/b | tee log, shell: sh}", "found"),
    ("{run: gh attestation verify dist/* -R a/b || true, shell: bash}", "found"),
    ("{run: gh attestation verify dist/* -R a/b, shell: bash, continue-on-error: true}", "found"),
    ("{run: gh attestation verify dist/* -R a/b, shell: bash, if: false}", "found"),
    ("{run: gh attestation verify dist/* -R a/b, shell: bash, if: inputs.check}", "unknown"),
    ("{run: gh attestation verify dist/* -R a/b, shell: pwsh}", "unknown"),
    ("{run: gh attestation verify dist/* -R a/b}", "unknown"),
    (
      "{run: gh attestation verify dist/* -R a/b, shell: bash, working-directory: other}",
      "unknown"
    ),
    ("{uses: ./.github/actions/inner}", "good"),
    ("{uses: ./.github/actions/inner, continue-on-error: true}", "found"),
    ("{uses: ./.github/actions/inner, if: inputs.check}", "unknown"),
  ])
  func `looks into actions of the repository`(step: String, says: String) {
    let inner = "{run: gh attestation verify dist/* -R a/b, shell: bash}"
    let workflow = """
      on: workflow_dispatch
      jobs:
        publish:
          runs-on: ubuntu-latest
          steps:
            - uses: actions/attest-build-provenance@v2
              with: {subject-path: dist/*}
            - uses: ./.github/actions/check
            - uses: pypa/gh-action-pypi-publish@v1.12.4

      """
    func action(_ step: String) -> String { "runs: {using: composite, steps: [\(step)]}\n" }
    let project = AuditedProject(
      files: [
        (".github/workflows/release.yml", workflow),
        (".github/actions/check/action.yml", action(step)),
        (".github/actions/inner/action.yml", action(inner)),
      ].map { AuditedFile(path: $0.0, bytes: Array($0.1.utf8)) }, isWhole: false)
    let said =
      switch VerifiedBeforePublish.examine(project) {
      case .examined(let findings): findings.isEmpty ? "good" : "found"
      case .unknown: "unknown"
      case .notApplicable: "not applicable"
      }
    #expect(said == says)
  }
}
