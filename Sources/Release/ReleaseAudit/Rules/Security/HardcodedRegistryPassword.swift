// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Passwords of registries are secrets.
enum HardcodedRegistryPassword: AuditRule {
  static let id = "hardcoded-registry-password"

  static let description = RuleDescription(
    id: id, title: "passwords of image registries are secrets", severity: .high,
    sources: ["GitHub Docs, \"Running jobs in a container\" (credentials)"],
    why: "Everyone who can read the repository, and all of its history, can read the password.",
    fix: "revoke the password, keep the new one as a secret, and write `${{ secrets.NAME }}`",
    samples: [
      RuleSample(
        "of a job's image", .findings(lines: [10]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              runs-on: ubuntu-24.04
              container:
                image: registry.example/build:1
                credentials:
                  username: builder
                  password: correct-horse
              steps:
                - run: make test

          """),
      RuleSample(
        "of a service", .findings(lines: [9]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              runs-on: ubuntu-24.04
              services:
                database:
                  image: registry.example/database:1
                  credentials: { username: builder, password: correct-horse }
              steps:
                - run: make test

          """),
      RuleSample(
        "a secret", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              runs-on: ubuntu-24.04
              container:
                image: registry.example/build:1
                credentials:
                  username: builder
                  password: ${{ secrets.REGISTRY_PASSWORD }}
              steps:
                - run: make test

          """),
      RuleSample(
        "no credentials", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              runs-on: ubuntu-24.04
              container: registry.example/build:1
              steps:
                - run: make test

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.jobFindings { file, job, findings in
      for container in [job.container].compactMap({ $0 }) + job.services.map(\.container) {
        guard let password = container.credentials?["password"], !password.hasExpressions,
          !password.value.isEmpty
        else { continue }
        findings.append(
          Finding(
            rule: id, severity: .high, "the password of `\(container.image.value)` stands here",
            at: Finding.Place(file.path, password.span)))
      }
    }
  }
}
