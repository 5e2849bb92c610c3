// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import SourceText
import Workflows

/// What builds and publishes is required with hashes.
enum HashedRequirements: AuditRule {
  static let description = RuleDescription(
    id: "unhashed-requirements", title: "what builds and publishes is required with hashes",
    severity: .medium, checklist: [47], sources: ["secure package template", "python-tuf #1550"],
    why: """
      Each tool of a release job can change the release. Without versions and hashes it is \
      whatever the index serves in that minute.
      """,
    fix: """
      keep tools in a file with hashes (`uv pip compile --generate-hashes`) and install it with \
      `pip install --require-hashes -r FILE`
      """,
    samples: [
      RuleSample(
        "the newest of everything", .findings(lines: [8]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/checkout@v4
                - run: python -m pip install -U build
                - run: python -m build
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "a file without hashes", .findings(lines: [7]),
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
                  - run: pip install -r requirements/build.txt
                  - run: python -m build
              publish:
                needs: build
                runs-on: ubuntu-latest
                steps:
                  - uses: pypa/gh-action-pypi-publish@v1.12.4

            """
          ), ("requirements/build.txt", "build==1.2.2\n"),
        ]),
      RuleSample(
        "a dependency group, and only words", .findings(lines: [8]),
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
                  - run: |
                      uv pip install --group package
                      echo "pip install build"
                  - run: python -m build
              publish:
                needs: build
                runs-on: ubuntu-latest
                steps:
                  - uses: pypa/gh-action-pypi-publish@v1.12.4

            """
          ), ("pyproject.toml", "[dependency-groups]\npackage = [\"build\", \"twine>=6\"]\n"),
        ]),
      RuleSample(
        "with hashes", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - run: pip install --require-hashes -r requirements/build.txt
                - run: python -m build
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var isAbout = false
    var open: [String] = []
    var seen: Set<Finding.Place> = []
    let outcome = project.publishingFindings(pypi: true) { facts, site, findings in
      for other in facts.ancestors(of: site) {
        guard other.role.contains(.builds) || !other.published.isEmpty else { continue }
        for step in other.job.steps {
          guard let run = step.run else { continue }
          for invocation in step.invocations {
            guard let words = PipInstall.words(of: invocation) else { continue }
            isAbout = true
            let environments = [step.env, other.job.env, other.file.workflow.env]
            let hasConstraint = environments.contains { environment in
              environment?.entries.contains { PipInstall.constraints.contains($0.key.value) }
                ?? false
            }
            switch PipInstall(words).judge(hasConstraint: hasConstraint, in: project) {
            case .hashed: break
            case .notGiven(let path): open.append(path)
            case .unhashed(let what, let severity):
              let span = run.span(of: invocation.range, in: other.file.workflow.document)
              let place = Finding.Place(other.file.path, span)
              guard seen.insert(place).inserted else { continue }
              findings.append(
                finding("`\(other.job.id.value)` installs \(what)", severity, at: place))
            }
          }
        }
      }
    }
    guard case .examined(let findings) = outcome else { return outcome }
    guard isAbout else {
      return .notApplicable("no job of the release installs requirements with pip")
    }
    if findings.isEmpty, let path = open.first {
      return .unknown(wouldTell: "`\(path)`, with the project as a whole")
    }
    return outcome
  }
}
