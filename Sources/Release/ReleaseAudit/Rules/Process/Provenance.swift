// SPDX-License-Identifier: Apache-2.0

import Workflows

/// A release workflow makes provenance.
enum Provenance: AuditRule {
  static let description = RuleDescription(
    id: "no-provenance", title: "the release workflow attests what it publishes",
    severity: .medium, checklist: [26],
    sources: ["SPEC 8", "python-tuf #1550", "SLSA for Python"],
    why: """
      Without a signed statement nobody can tell a file of the project's workflow from one that \
      was uploaded with a stolen token. The upload action of PyPA signs PyPI's own statement since \
      1.11; the profile `strict` also asks for SLSA provenance.
      """,
    incident: """
      December 2024: ultralytics 8.3.45 and 8.3.46 were uploaded with a stolen token. Files of \
      the workflow can be told from such ones by their attestations.
      """,
    fix: "add actions/attest-build-provenance before the upload",
    samples: [
      RuleSample(
        "nothing is signed", .findings(lines: [4]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - run: uv publish

          """),
      RuleSample(
        "GitHub attests", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: uv publish

          """),
      RuleSample(
        "the upload itself attests", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              permissions:
                id-token: write
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.publishingFindings(pypi: true) { facts, site, findings in
      guard !facts.relatives(of: site).contains(where: { $0.role.contains(.attests) }) else {
        return
      }
      let attestsItself = site.published.allSatisfy {
        UploadAttestation($0, in: site) == .made
      }
      guard !attestsItself || project.profile == .strict else { return }
      findings.append(
        finding(
          attestsItself
            ? "`\(site.job.id.value)` publishes without SLSA provenance, for which the profile "
              + "`strict` asks"
            : "`\(site.job.id.value)` publishes files that nothing attests",
          attestsItself ? .low : .medium, at: site.place))
    }
  }
}

/// Whether an upload to PyPI attests its files.
enum UploadAttestation {
  case made
  /// By an input.
  case switchedOff(WorkflowEntry)
  /// The action is older than attestations.
  case tooOld(UsesReference)
  /// A commit whose version nobody wrote.
  case unknownVersion(UsesReference)
  /// Another program, or a token in place of an identity.
  case notByIt

  init(_ upload: Upload, in site: ReleaseFacts.Site) {
    guard let uses = upload.step.uses, uses.isAction("pypa/gh-action-pypi-publish") else {
      self = .notByIt
      return
    }
    if let entry = upload.step.with?.entry("attestations"), entry.value.value == "false" {
      self = .switchedOff(entry)
      return
    }
    // The branches of the action move with its releases.
    let isCurrent = ["release/v1", "unstable/v1", "main"].contains(uses.ref?.value ?? "")
    let version = ActionVersion(of: uses)
    if !isCurrent {
      guard let version else {
        self = .unknownVersion(uses)
        return
      }
      if version.numbers.count > 1, let first = ActionVersion("1.11"), version < first {
        self = .tooOld(uses)
        return
      }
    }
    self = upload.step.with?["password"] == nil ? .made : .notByIt
  }
}

extension UploadAttestation: Equatable {}
