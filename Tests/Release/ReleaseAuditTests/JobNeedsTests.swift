// SPDX-License-Identifier: Apache-2.0

import Testing
import Workflows

@testable import ReleaseAudit

/// What steps need of the job's token.
@Suite struct JobNeedsTests {
  /// A step, what it needs (`!` for what it fails without), and what is not known of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let step: String
    let needs: [String]
    var unknown: [String] = []
    var before = ""
    var testDescription: String { before.isEmpty ? step : "\(before); \(step)" }
  }

  static let token = "env: {GH_TOKEN: '${{ github.token }}'}"
  static let checkout = "uses: actions/checkout@v5"
  static let cases: [Case] = [
    Case(step: "uses: actions/checkout@v5", needs: ["contents: read"]),
    Case(step: "uses: actions/cache@v4", needs: []),
    Case(step: "uses: softprops/action-gh-release@v2", needs: ["contents: write!"]),
    Case(step: "uses: Softprops/Action-GH-Release@v2", needs: ["contents: write!"]),
    Case(
      step: "{uses: softprops/action-gh-release@v2, with: {token: '${{ secrets.PAT }}'}}",
      needs: ["contents: write"]),
    Case(
      step: "{uses: softprops/action-gh-release@v2, with: {token: '${{ secrets.GITHUB_TOKEN }}'}}",
      needs: ["contents: write!"]),
    Case(
      step: "{uses: softprops/action-gh-release@v2, continue-on-error: true}",
      needs: ["contents: write"]),
    Case(
      step: "{uses: softprops/action-gh-release@v2, with: {discussion_category_name: News}}",
      needs: ["contents: write!", "discussions: write"]),
    Case(step: "uses: pypa/gh-action-pypi-publish@v1.13.0", needs: ["id-token: write!"]),
    Case(
      step: "{uses: pypa/gh-action-pypi-publish@v1.13.0, with: {password: '${{ secrets.P }}'}}",
      needs: ["id-token: write"]),
    Case(
      step: "{uses: github/codeql-action/analyze@v3, with: {upload: never}}",
      needs: ["actions: read", "contents: read", "packages: read", "security-events: write"]),
    Case(
      step: "{uses: ossf/scorecard-action@v2, with: {publish_results: '${{ inputs.p }}'}}",
      needs: [
        "actions: read", "checks: read", "contents: read", "id-token: write", "issues: read",
        "pull-requests: read", "security-events: write",
      ]),
    Case(
      step: "{uses: pyo3/maturin-action@v1, with: {command: upload}}", needs: ["id-token: write"]),
    Case(step: "{uses: pyo3/maturin-action@v1, with: {command: build}}", needs: []),
    Case(step: "run: maturin publish", needs: ["id-token: write"]),
    Case(
      step: "run: cargo release --execute", needs: ["contents: read"],
      unknown: ["cargo release --execute"], before: checkout),
    Case(step: "uses: example/unknown@v1", needs: [], unknown: ["example/unknown"]),
    Case(step: "uses: ./nowhere", needs: [], unknown: ["./nowhere"]),
    Case(step: "uses: docker://alpine", needs: []),
    Case(
      step: "uses: docker://alpine", needs: ["contents: read"], unknown: ["docker://alpine"],
      before: checkout),
    Case(step: "{run: gh release create v1, \(token)}", needs: ["contents: write!"]),
    Case(step: "run: gh release create v1", needs: []),
    Case(step: "{run: gh release view v1, \(token)}", needs: ["contents: read"]),
    Case(
      step: "{run: gh release create v1 --repo a/b, \(token)}", needs: ["contents: write"]),
    Case(
      step: "{run: gh pr merge 1, \(token)}", needs: ["contents: write", "pull-requests: write!"]),
    Case(
      step: "{run: gh attestation verify dist/x --repo a/b, \(token)}",
      needs: ["attestations: read", "contents: read"]),
    Case(step: "{run: gh api repos/x, \(token)}", needs: [], unknown: ["gh api repos/x"]),
    Case(step: "{run: 'echo hi && ls', \(token)}", needs: []),
    Case(step: "{run: make release, \(token)}", needs: [], unknown: ["make release"]),
    Case(
      step: "{run: curl https://example.org, \(token)}", needs: [],
      unknown: ["curl https://example.org"]),
    Case(step: "run: make release", needs: []),
    Case(
      step: "run: make release", needs: ["contents: read"], unknown: ["make release"],
      before: checkout),
    Case(
      step: "run: make release", needs: ["contents: read"],
      before: "{\(checkout), with: {persist-credentials: false}}"),
    Case(
      step: "run: pip install build && python -m build", needs: ["contents: read"], before: checkout
    ),
    Case(step: "run: git push origin main", needs: ["contents: write!"], before: checkout),
    Case(step: "run: git -C site push", needs: ["contents: write!"], before: checkout),
    Case(
      step: "run: git push https://x@example.org/a", needs: ["contents: write"], before: checkout),
    Case(
      step: "run: git push", needs: ["contents: write"],
      before: "{\(checkout), with: {ssh-key: '${{ secrets.K }}'}}"),
    Case(
      step: "{run: 'echo T=${{ github.token }} >> $GITHUB_ENV'}", needs: [], unknown: ["a script"]),
    Case(step: "{run: print(1), shell: python, \(token)}", needs: [], unknown: ["a script"]),
    Case(step: "run: twine upload dist/*", needs: ["id-token: write"]),
    Case(step: "run: twine check dist/*", needs: []),
    Case(step: "{uses: docker/build-push-action@v6}", needs: ["contents: read"]),
    Case(
      step: "{uses: docker/build-push-action@v6, with: {push: true}}",
      needs: ["contents: read", "id-token: write", "packages: write"]),
  ]

  @Test(arguments: cases) func stepsNeed(_ item: Case) throws {
    func line(_ step: String) -> String {
      step.isEmpty ? "" : "      - " + (step.hasPrefix("{") ? step : "{\(quoted(step))}") + "\n"
    }
    func quoted(_ step: String) -> String {
      let colon = step.firstIndex(of: ":") ?? step.startIndex
      return "\(step[...colon]) '\(step[colon...].dropFirst(2))'"
    }
    let text =
      "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
      + line(item.before) + line(item.step)
    let path = ".github/workflows/a.yml"
    let project = AuditedProject(
      files: [AuditedFile(path: path, bytes: Array(text.utf8))], isWhole: true)
    #expect(project.problems.isEmpty, "\(project.problems)")
    let file = try #require(project.workflows.first)
    let job = try #require(file.workflow.jobs.first)
    let needs = JobNeeds(of: job, in: file, project)
    let found = needs.scopes.map { scope in
      let isCertain = needs.needs.contains { $0.scope == scope && $0.isCertain }
      return "\(scope): \(needs.access(scope).text)\(isCertain ? "!" : "")"
    }
    #expect(found == item.needs)
    #expect(needs.unknown.map(\.what) == item.unknown)
  }

  /// Names are in lowercase, as they are looked up; scopes are GitHub's.
  @Test func theTableIsWhatItIsReadAs() {
    let scopes: Set<String> = [
      "actions", "artifact-metadata", "attestations", "checks", "contents", "deployments",
      "discussions", "id-token", "issues", "models", "packages", "pages", "pull-requests",
      "security-events", "statuses",
    ]
    #expect(ActionPermissions.actions.count > 90)
    for (name, needs) in ActionPermissions.actions {
      #expect(name == name.lowercased())
      for need in needs { #expect(scopes.contains(need.scope) && need.access > .none, "\(name)") }
    }
  }
}
