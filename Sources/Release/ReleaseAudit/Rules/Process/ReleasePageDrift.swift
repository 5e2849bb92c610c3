// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The page on releasing says what the workflow does.
enum ReleasePageDrift: AuditRule {
  static let description = RuleDescription(
    id: "release-page-drift", title: "the page on releasing names what exists",
    severity: .low, checklist: [2], sources: ["SPEC 8"],
    why: """
      A page that names a workflow, an environment or a token that is no longer there leads \
      people to make releases in another way, by hand for instance.
      """,
    fix: "bring the page up to date: the workflow's file, its environment, who approves",
    samples: [
      RuleSample(
        "a workflow that is gone", .findings(lines: [3]), isWhole: true,
        files: [
          (
            "RELEASING.md",
            "# Releasing\n\nStart `publish.yml`, environment pypi, in release.yml.\n"
          ),
          (".github/workflows/release.yml", workflow),
        ]),
      RuleSample(
        "silent about the environment", .findings(lines: [0]), isWhole: true,
        files: [
          ("RELEASING.md", "# Releasing\n\nStart release.yml.\n"),
          (".github/workflows/release.yml", workflow),
        ]),
      RuleSample(
        "a token that is not used", .findings(lines: [3]), isWhole: true,
        files: [
          (
            "RELEASING.md", "# Releasing\n\nSet the secret PYPI_TOKEN.\nStart release.yml (pypi).\n"
          ),
          (".github/workflows/release.yml", workflow),
        ]),
      RuleSample(
        "as it is", .good, isWhole: true,
        files: [
          (
            "RELEASING.md",
            "# Releasing\n\nStart release.yml. A maintainer approves the environment `pypi`.\n"
          ),
          (".github/workflows/release.yml", workflow),
        ]),
    ])

  private static let workflow = """
    name: Release
    on:
      workflow_dispatch:
    jobs:
      publish:
        runs-on: ubuntu-latest
        environment: pypi
        permissions:
          id-token: write
        steps:
          - uses: pypa/gh-action-pypi-publish@v1.12.4

    """

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard let page = project.releasePage else {
      return .notApplicable("no page describes releasing")
    }
    let facts = project.releases
    let sites = facts.publishing
    guard !sites.isEmpty else { return .notApplicable("no job publishes to a package index") }
    guard project.isWhole else { return AuditedProject.isPart }
    var findings: [Finding] = []
    let text = page.text
    let files = project.workflows.map { String($0.path.split(separator: "/").last ?? "") }
    for (name, span) in workflowNames(text) where !files.contains(name) {
      findings.append(
        finding(
          "there is no workflow `\(name)`", at: Finding.Place(page.path, span)))
    }
    let entries = sites.flatMap { site in
      (facts.triggers(of: site.file) ?? []).map(\.file) + [site.file]
    }
    let isNamed = entries.contains { file in
      text.mentions(String(file.path.split(separator: "/").last ?? ""))
        || (file.workflow.name.map { text.mentions($0.value) } ?? false)
    }
    if !isNamed, let file = entries.first {
      findings.append(
        finding(
          "the page does not say that `\(file.path)` makes the release",
          at: Finding.Place(page.path, nil)))
    }
    for name in Set(sites.compactMap { $0.job.environment?.name }.map(\.value)).sorted()
    where !name.mentions("${{") && !text.mentions(name) {
      findings.append(
        finding(
          "the page does not name the environment `\(name)`, where releases are approved",
          at: Finding.Place(page.path, nil)))
    }
    let workflows = project.workflows.map { $0.file.text }
    for token in ["PYPI_API_TOKEN", "PYPI_TOKEN", "TWINE_PASSWORD"] {
      guard let place = page.place(of: token), !workflows.contains(where: { $0.mentions(token) })
      else { continue }
      findings.append(finding("no workflow uses `\(token)`", at: place))
      break
    }
    return .examined(findings)
  }

  // Names like `release.yml`, with or without their folder. Configuration files are not meant.
  private static func workflowNames(_ text: String) -> [(name: String, span: Range<Int>)] {
    let bytes = Array(text.utf8)
    var result: [(name: String, span: Range<Int>)] = []
    var start = 0
    func isPart(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "-_./".utf8.contains(byte)
      }
    }
    while start < bytes.count {
      guard isPart(bytes[start]) else {
        start += 1
        continue
      }
      var end = start
      while end < bytes.count, isPart(bytes[end]) { end += 1 }
      var word = String(decoding: bytes[start..<end], as: UTF8.self)
      while word.hasSuffix(".") { word.removeLast() }
      let isFile = word.hasSuffix(".yml") || word.hasSuffix(".yaml")
      let parts = word.split(separator: "/")
      // `owner/repository/blob/main/.github/workflows/x.yml` of another project is not meant.
      let isHere =
        (parts.count == 1 || word.hasPrefix(".github/workflows/"))
        && !isLink(bytes, from: start + word.utf8.count)
      if isFile, isHere, let name = parts.last, !name.hasPrefix("."), !isConfiguration(String(name))
      {
        result.append((String(name), start..<(start + word.utf8.count)))
      }
      start = end
    }
    return result
  }

  // `[publish.yml](https://…)` can be a workflow of any project.
  private static func isLink(_ bytes: [UInt8], from end: Int) -> Bool {
    let rest = bytes[end...].drop { $0 == UInt8(ascii: "`") }
    return rest.starts(with: "](http".utf8)
  }

  private static func isConfiguration(_ name: String) -> Bool {
    [
      "dependabot.yml", "meta.yaml", "mkdocs.yml", "environment.yml", "action.yml", "codecov.yml",
      "recipe.yaml", "conda.yml", "config.yml", "conf.yml", "docker-compose.yml", "galaxy.yml",
    ].contains(name)
  }
}
