// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The page on releasing says what the pipeline does.
enum PipelinePageDrift: AuditRule {
  static let description = RuleDescription(
    id: "pipeline-page-drift",
    title: "the page on releasing names what GitLab CI or Cloud Build does",
    severity: .low, checklist: [2], sources: ["SPEC 8"],
    why: """
      A page that is silent about the job that publishes, or names a token that is no longer there, \
      leads people to make releases in another way, by hand for instance.
      """,
    fix: "bring the page up to date: the job, its environment, who starts and who approves it",
    samples: [
      RuleSample(
        "silent about the pipeline and its environment", .findings(lines: [0, 0]), isWhole: true,
        files: [
          ("RELEASING.md", "# Releasing\n\nSomebody sends the files to the index.\n"),
          (".gitlab-ci.yml", file),
        ]),
      RuleSample(
        "a token that is not used", .findings(lines: [3]), isWhole: true,
        files: [
          (
            "RELEASING.md",
            "# Releasing\n\nSet the variable PYPI_TOKEN.\nStart the job `upload` (environment pypi).\n"
          ), (".gitlab-ci.yml", file),
        ]),
      RuleSample(
        "as it is", .good, isWhole: true,
        files: [
          (
            "RELEASING.md",
            "# Releasing\n\nStart `upload` in the tag's pipeline; environment `pypi`.\n"
          ), (".gitlab-ci.yml", file),
        ]),
      RuleSample(
        "a build of Cloud Build", .good, isWhole: true,
        files: [
          ("RELEASING.md", "# Releasing\n\nThe trigger runs cloudbuild.yaml for the tag.\n"),
          ("cloudbuild.yaml", "steps:\n  - name: python\n    script: twine upload dist/*\n"),
        ]),
      RuleSample(
        "no page", .notApplicable, isWhole: true, files: [(".gitlab-ci.yml", file)]),
    ])

  private static let file = """
    upload:
      environment: pypi
      id_tokens:
        PYPI_ID_TOKEN: { aud: pypi }
      rules:
        - if: $CI_COMMIT_TAG
          when: manual
      script:
        - twine upload dist/*

    """

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let pipelines = project.pipelines
    guard !pipelines.gitLab.isEmpty || !pipelines.builds.isEmpty else { return .noPipeline }
    guard let page = project.releasePage else {
      return .notApplicable("no page describes releasing")
    }
    let sites = project.gitLab.publishing
    let builds = pipelines.builds.filter { !$0.publications.isEmpty }
    guard !sites.isEmpty || !builds.isEmpty else {
      return .notApplicable("no GitLab job and no build of Cloud Build publishes")
    }
    guard project.isWhole else { return AuditedProject.isPart }
    var findings: [Finding] = []
    let text = page.text
    let names =
      sites.flatMap { [$0.name, fileName($0.job.path)] } + builds.map { fileName($0.path) }
    let words = text.lowercased()
    let isNamed =
      names.contains { text.mentions($0) }
      || !sites.isEmpty && ["gitlab ci", "gitlab's ci", "pipeline"].contains { words.mentions($0) }
      || !builds.isEmpty && words.mentions("cloud build")
    if !isNamed {
      let what = sites.first.map { "`\($0.name)` in `\($0.job.path)`" } ?? "`\(builds[0].path)`"
      findings.append(
        finding(
          "the page does not say that \(what) makes the release",
          at: Finding.Place(page.path, nil)))
    }
    let environments = sites.compactMap { $0.job.value(\.environment)?.value.name.value }
    for name in Set(environments).sorted() where !name.contains("$") && !text.mentions(name) {
      findings.append(
        finding(
          "the page does not name the environment `\(name)`, where releases are approved",
          at: Finding.Place(page.path, nil)))
    }
    let texts =
      pipelines.gitLabFiles.values.map { String(decoding: $0.document.bytes, as: UTF8.self) }
      + pipelines.builds.map { $0.file.text } + project.workflows.map { $0.file.text }
    for token in ["PYPI_API_TOKEN", "PYPI_TOKEN", "TWINE_PASSWORD"] {
      guard let place = page.place(of: token), !texts.contains(where: { $0.mentions(token) })
      else { continue }
      // What twine reads by itself need not be named by the pipeline.
      guard token != "TWINE_PASSWORD" || sites.allSatisfy({ !$0.job.idTokens.isEmpty }) else {
        continue
      }
      findings.append(finding("no pipeline uses `\(token)`", at: place))
      break
    }
    return .examined(findings)
  }

  private static func fileName(_ path: String) -> String {
    String(path.split(separator: "/").last ?? "")
  }
}
