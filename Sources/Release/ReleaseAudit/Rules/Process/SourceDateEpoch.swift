// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Builds take their time from the commit.
enum SourceDateEpoch: AuditRule {
  static let description = RuleDescription(
    id: "source-date-epoch", title: "builds take their time from the commit",
    severity: .low, checklist: [71], sources: ["secure package template"],
    why: """
      Archives record times. Without `SOURCE_DATE_EPOCH` they are those of the build, and nobody \
      can make the same bytes again to compare.
      """,
    fix: "build with `SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)`",
    samples: [
      RuleSample(
        "the clock of the runner", .findings(lines: [8]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/checkout@v4
                - run: python -m build
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "the time of the commit", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/checkout@v4
                - run: |
                    export SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)
                    python -m build
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "a back end with a fixed time", .good,
        files: [
          (
            ".github/workflows/release.yml",
            """
            on:
              workflow_dispatch:
            jobs:
              build:
                runs-on: ubuntu-latest
                steps:
                  - run: python -m build
              publish:
                needs: build
                runs-on: ubuntu-latest
                steps:
                  - uses: pypa/gh-action-pypi-publish@v1.12.4

            """
          ), ("pyproject.toml", "[build-system]\nrequires = [\"hatchling>=1.26\"]\n"),
        ]),
      RuleSample(
        "an action that does it", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - uses: hynek/build-and-inspect-python-package@v2
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  private static let name = "SOURCE_DATE_EPOCH"

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    // hatchling writes one fixed time where none is given.
    let requires = try? project.pyproject?.optional("build-system")?.optional("requires")?.strings()
    if requires?.contains(where: { $0.hasPrefix("hatchling") }) ?? false { return .examined([]) }
    var isAbout = false
    var seen: Set<Finding.Place> = []
    let outcome = project.publishingFindings(pypi: true) { facts, site, findings in
      for other in facts.ancestors(of: site) where other.role.contains(.builds) {
        isAbout = true
        let isSet =
          other.file.workflow.env?.entry(name) != nil || other.job.env?.entry(name) != nil
          || other.job.steps.contains { $0.run?.value.mentions(name) ?? false }
        guard !isSet else { continue }
        for step in other.job.steps where other.role(of: step).contains(.builds) {
          // Actions set it themselves, as far as they are known here.
          guard let run = step.run, step.env?.entry(name) == nil,
            seen.insert(Finding.Place(other.file.path, run.span)).inserted
          else { continue }
          findings.append(
            finding(
              "the build in `\(other.job.id.value)` does not take its time from the commit",
              at: Finding.Place(other.file.path, run.span),
              fix: other.file.repair("take the time from the commit", .needsReview) {
                document throws(YAMLEditRefusal) in
                // Containers do not see the variable of the runner.
                guard run.style != .folded, !run.value.mentions("cibuildwheel"),
                  project.isPOSIX(step, of: other)
                else { throw .text }
                let script = "export \(name)=$(git log -1 --pretty=%ct)\n" + run.value
                return try document.replacing(
                  valueOf: "run", in: step.node,
                  with: .scalar(script.hasSuffix("\n") ? script : script + "\n"))
              }))
        }
      }
    }
    if !isAbout, case .examined = outcome {
      return .notApplicable("no job builds what is published")
    }
    return outcome
  }
}

extension AuditedProject {
  /// Whether a step's script is known to be one of a POSIX shell.
  fileprivate func isPOSIX(_ step: Step, of site: ReleaseFacts.Site) -> Bool {
    let found = steps.first {
      $0.path == site.file.path && $0.job?.id == site.job.id && $0.step.index == step.index
    }
    return found?.shell.flatMap { ShellScript.Dialect(shell: $0.name) } == .posix
  }
}
