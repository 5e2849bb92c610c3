// SPDX-License-Identifier: Apache-2.0

import Workflows

/// What is attested is what is published.
enum AttestedFiles: AuditRule {
  static let description = RuleDescription(
    id: "attested-is-published", title: "what is attested is what is published",
    severity: .medium, checklist: [27], sources: ["SPEC 8"],
    why: """
      An attestation of other files than those that are published looks like evidence and is \
      none: verification of the published file fails, or nobody tries.
      """,
    fix: "let `subject-path` name the folder that is uploaded",
    samples: [
      RuleSample(
        "only wheels", .findings(lines: [9]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with:
                    subject-path: dist/*.whl
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "another folder", .findings(lines: [9]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with:
                    subject-path: build/*
                - uses: pypa/gh-action-pypi-publish@v1.12.4
                  with:
                    packages-dir: out/

          """),
      RuleSample(
        "another artifact", .findings(lines: [11]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            attest:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/download-artifact@v4
                  with: {name: candidates, path: dist}
                - uses: actions/attest-build-provenance@v2
                  with:
                    subject-path: dist/*
            publish:
              needs: attest
              runs-on: ubuntu-latest
              steps:
                - uses: actions/download-artifact@v4
                  with: {name: dist, path: dist}
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "the same artifact", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            attest:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/download-artifact@v4
                  with: {name: dist, path: dist}
                - uses: actions/attest-build-provenance@v2
                  with:
                    subject-path: dist/*
            publish:
              needs: attest
              runs-on: ubuntu-latest
              steps:
                - uses: actions/download-artifact@v4
                  with: {name: dist, path: dist}
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "an action that attests what it stores", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - uses: hynek/build-and-inspect-python-package@v2
                  with:
                    attest-build-provenance-github: "true"
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: actions/download-artifact@v4
                  with: {name: Packages, path: dist}
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "a path that only a run knows", .unknown,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with:
                    subject-path: ${{ steps.build.outputs.files }}
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let facts = project.releases
    var findings: [Finding] = []
    var isAbout = false
    var isContent = false
    for site in facts.pypi {
      for other in facts.relatives(of: site) {
        // This action attests the files of the artifact that it stores.
        if other.role.contains(.attests),
          let own = other.flow.uploads.first(where: { isInspecting($0, of: other.job) })
        {
          isAbout = true
          if let taken = artifacts(site, isRead: true), own.isExact {
            isContent = isContent || taken.contains(own.name)
          }
        }
        for step in other.job.steps where isAttesting(step) {
          isAbout = true
          guard let paths = step.with?["subject-path"], !paths.hasExpressions else { continue }
          switch judge(paths, step, other, site) {
          case .same: isContent = true
          case .differs(let problem):
            findings.append(finding(problem, at: Finding.Place(other.file.path, paths.span)))
          case .unclear: break
          }
        }
      }
    }
    guard isAbout else { return .notApplicable("no step attests files of a release to PyPI") }
    if isContent { return .examined([]) }
    guard findings.isEmpty else { return .examined(findings) }
    return .unknown(wouldTell: "`hallmark verify-release` of the last version: `attested`")
  }

  private enum Judgement {
    case same
    case differs(String)
    case unclear
  }

  private static func isInspecting(_ upload: ArtifactTransfer, of job: Job) -> Bool {
    job.steps.contains { step in
      step.index == upload.step && step.uses("hynek/build-and-inspect-python-package")
        && StepRole(step).contains(.attests)
    }
  }

  private static func isAttesting(_ step: Step) -> Bool {
    step.uses("actions/attest") || step.uses("actions/attest-build-provenance")
  }

  private static func judge(
    _ paths: WorkflowText, _ step: Step, _ other: ReleaseFacts.Site, _ site: ReleaseFacts.Site
  ) -> Judgement {
    guard let upload = site.published.first(where: { $0.target == .pypi }),
      upload.step.uses("pypa/gh-action-pypi-publish"),
      let folder = folder(upload.step.with?["packages-dir"]?.value ?? "dist")
    else { return .unclear }
    let patterns = paths.value.split(whereSeparator: { "\n,".contains($0) }).map {
      normalized(String($0))
    }
    let ends = Set(patterns.map { $0.hasSuffix(".whl") ? "whl" : $0.hasSuffix("z") ? "gz" : "*" })
    let isSameJob = other.file.path == site.file.path && other.job.id == site.job.id
    if isSameJob {
      guard patterns.contains(where: { $0.hasPrefix(folder + "/") || $0 == folder }) else {
        return patterns.allSatisfy { !$0.hasPrefix("*") && !$0.hasPrefix("/") }
          ? .differs("`\(patterns[0])` is attested, and the files in `\(folder)` are published")
          : .unclear
      }
      if ends == ["whl"] { return .differs("wheels are attested, but no source distribution") }
      if ends == ["gz"] { return .differs("the source distribution is attested, but no wheel") }
      return .same
    }
    guard let given = artifacts(other, isRead: false, step),
      let taken = artifacts(site, isRead: true)
    else { return .unclear }
    if given.isDisjoint(with: taken) {
      return .differs(
        "the artifact `\(given.sorted()[0])` is attested, and `\(taken.sorted()[0])` is published")
    }
    return ends.contains("*") || ends.count == 2 ? .same : .unclear
  }

  // Names of artifacts; nil where they are not all known.
  private static func artifacts(
    _ site: ReleaseFacts.Site, isRead: Bool, _ attesting: Step? = nil
  ) -> Set<String>? {
    var names: Set<String> = []
    var reads = 0
    for step in site.job.steps where step.uses("actions/download-artifact") {
      guard let name = step.with?["name"], !name.hasExpressions else { return nil }
      names.insert(name.value)
      reads += 1
    }
    if !isRead, reads == 0 {
      // It attests what it builds, and hands it over itself.
      for step in site.job.steps where step.uses("actions/upload-artifact") {
        let name = step.with?["name"]
        guard !(name?.hasExpressions ?? false) else { return nil }
        names.insert(name?.value ?? "artifact")
      }
    }
    return names.isEmpty ? nil : names
  }

  private static func folder(_ text: String) -> String? {
    guard !text.mentions("${{") else { return nil }
    var folder = normalized(text)
    while folder.hasSuffix("/") { folder.removeLast() }
    return folder.isEmpty ? nil : folder
  }

  private static func normalized(_ text: String) -> String {
    var path = text.split(separator: " ").joined(separator: " ")
    while path.hasPrefix("./") { path.removeFirst(2) }
    return path
  }
}
