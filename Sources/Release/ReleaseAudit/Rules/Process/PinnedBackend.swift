// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The build back end is pinned, too.
enum PinnedBackend: AuditRule {
  static let description = RuleDescription(
    id: "floating-backend", title: "the build back end is pinned",
    severity: .low, checklist: [48], sources: ["secure package template", "python-tuf #1550"],
    why: """
      An isolated build installs `build-system.requires` by itself, from the index, in whatever \
      version there is. Hashes of the build tool do not reach it, and it writes every byte of the \
      release.
      """,
    fix: """
      install the back end with hashes and build with `--no-isolation`, or give its hashes by \
      `PIP_CONSTRAINT` (`UV_BUILD_CONSTRAINT`); or build with `hallmark build`
      """,
    samples: [
      RuleSample(
        "resolved anew", .findings(lines: [7]),
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
          ),
          ("pyproject.toml", "[build-system]\nrequires = [\"hatchling>=1.6\"]\n"),
        ]),
      RuleSample(
        "constrained", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - run: PIP_CONSTRAINT=requirements/build.txt python -m build
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "without pyproject.toml", .unknown,
        workflow: """
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

          """),
    ])

  static func isBuild(_ invocation: ShellInvocation) -> Bool {
    switch invocation.program {
    case "build", "pyproject-build": invocation.program != "build" || invocation.isModule
    case "uv": invocation.isSubcommand(["build"])
    default: false
    }
  }

  static let pins = [
    "--no-isolation", "--no-build-isolation", "PIP_CONSTRAINT", "UV_BUILD_CONSTRAINT",
    "--build-constraint", "UV_CONSTRAINT", "PIP_BUILD_CONSTRAINT",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let requires = try? project.pyproject?.optional("build-system")?.optional("requires")?.strings()
    let arePinned = requires.map { $0.allSatisfy { $0.mentions("==") } } ?? false
    var isAbout = false
    var isOpen = false
    var seen: Set<Finding.Place> = []
    let outcome = project.publishingFindings(pypi: true) { facts, site, findings in
      for other in facts.ancestors(of: site) where other.role.contains(.builds) {
        for step in other.job.steps {
          guard let run = step.run,
            let build = step.invocations.first(where: isBuild)
          else { continue }
          isAbout = true
          let environments = [step.env, other.job.env, other.file.workflow.env]
          let isPinned =
            arePinned || pins.contains { run.value.mentions($0) } || build.hasOption("-n")
            || environments.contains { environment in
              environment?.entries.contains { pins.contains($0.key.value) } ?? false
            }
          guard !isPinned else { continue }
          guard let requires else {
            isOpen = true
            continue
          }
          let place = Finding.Place(other.file.path, run.span)
          guard seen.insert(place).inserted else { continue }
          let names = requires.prefix(2).map { "`\($0)`" }.joined(separator: ", ")
          findings.append(
            finding(
              "the build in `\(other.job.id.value)` resolves \(names) anew", at: place))
        }
      }
    }
    guard case .examined(let findings) = outcome else { return outcome }
    guard isAbout else { return .notApplicable("no job builds with a front end in isolation") }
    if findings.isEmpty, isOpen {
      return .unknown(wouldTell: "`build-system.requires` in pyproject.toml")
    }
    return outcome
  }
}
