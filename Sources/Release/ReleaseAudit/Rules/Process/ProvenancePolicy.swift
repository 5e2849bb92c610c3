// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A policy says whose provenance is accepted.
enum ProvenancePolicy: AuditRule {
  static let description = RuleDescription(
    id: "no-policy", title: "a policy says whose provenance is accepted",
    severity: .medium, checklist: [82], sources: ["python-tuf #1550"],
    why: """
      Provenance that nobody compares with an expectation proves nothing. A policy file in the \
      repository says which workflow must have signed, for CI and for users alike.
      """,
    fix:
      "write hallmark.toml with the `[[publisher]]` (`hallmark policy init`), and verify with it",
    samples: [
      RuleSample(
        "no expectation", .findings(lines: [0]), isWhole: true,
        files: [(".github/workflows/release.yml", workflow)]),
      RuleSample(
        "another workflow than the one that publishes", .findings(lines: [4]), isWhole: true,
        files: [
          (
            "hallmark.toml",
            """
            [[publisher]]
            kind = "github"
            repository = "acme/acme"
            workflow = "publish.yml"

            """
          ), (".github/workflows/release.yml", workflow),
        ]),
      RuleSample(
        "the workflow that publishes", .good, isWhole: true,
        files: [
          (
            "hallmark.toml",
            """
            [[publisher]]
            kind = "github"
            repository = "acme/acme"
            workflow = "release.yml"

            """
          ), (".github/workflows/release.yml", workflow),
        ]),
      RuleSample(
        "only the workflow was given", .notApplicable,
        files: [(".github/workflows/release.yml", workflow)]),
    ])

  private static let workflow = """
    on:
      workflow_dispatch:
    jobs:
      publish:
        runs-on: ubuntu-latest
        environment: pypi
        steps:
          - uses: pypa/gh-action-pypi-publish@v1.12.4

    """

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let facts = project.releases
    guard let file = project.files["hallmark.toml"] else {
      guard !facts.publishing.isEmpty else {
        return .notApplicable("no job publishes to a package index")
      }
      guard project.isWhole else { return AuditedProject.isPart }
      return .examined([
        finding(
          "no policy says which workflow must have signed", .info,
          at: Finding.Place("hallmark.toml", nil))
      ])
    }
    let publishers =
      (try? TOMLDocument(parsing: file.bytes).root.optional("publisher")?.array()) ?? []
    let names = publishers.compactMap { try? $0.optional("workflow")?.string() }
    let entries = Set(
      facts.publishing.flatMap { site in
        ([site.file] + (facts.triggers(of: site.file) ?? []).map(\.file)).map {
          String($0.path.split(separator: "/").last ?? "")
        }
      })
    guard !names.isEmpty, !entries.isEmpty, project.isWhole else { return .examined([]) }
    let missing = names.filter { name in
      !entries.contains(String(name.split(separator: "/").last ?? ""))
    }
    guard missing.count == names.count, let first = missing.first else { return .examined([]) }
    return .examined([
      finding(
        "the policy expects `\(first)`, which does not publish",
        at: file.place(of: first) ?? Finding.Place(file.path, nil))
    ])
  }
}
