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
        "an upload of a version that nobody wrote", .unknown,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              permissions:
                id-token: write
              steps:
                - uses: pypa/gh-action-pypi-publish@76f52bc884231f62b9a034ebfe128415bbaabdfc

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
    var unknown: UsesReference?
    let outcome = project.publishingFindings(pypi: true) { facts, site, findings in
      guard !facts.relatives(of: site).contains(where: { $0.role.contains(.attests) }) else {
        return
      }
      let kinds = site.published.map { UploadAttestation($0, in: site, project) }
      let attestsItself = kinds.allSatisfy { $0 == .made }
      let unknowns = kinds.compactMap(\.unknownVersion)
      if !unknowns.isEmpty, kinds.allSatisfy({ $0 == .made || $0.unknownVersion != nil }) {
        unknown = unknowns.first
        return
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
    guard case .examined(let findings) = outcome, findings.isEmpty, let unknown else {
      return outcome
    }
    return .unknown(wouldTell: UploadAttestation.versionTells(unknown))
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

  init(_ upload: Upload, in site: ReleaseFacts.Site, _ project: AuditedProject) {
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
    let version = ActionVersion(of: uses) ?? Self.pinned(uses, project)
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

  /// The reference whose version is not known.
  var unknownVersion: UsesReference? {
    if case .unknownVersion(let uses) = self { return uses }
    return nil
  }

  /// What tells the version of a commit.
  static func versionTells(_ uses: UsesReference) -> String {
    """
    the version of \(uses.text.value), in a comment behind it: \
    `git ls-remote https://github.com/pypa/gh-action-pypi-publish` lists the tags' commits
    """
  }

  // The version of a commit that is known as one's.
  private static func pinned(_ uses: UsesReference, _ project: AuditedProject) -> ActionVersion? {
    guard uses.refKind == .fullSHA, let action = uses.repository, let commit = uses.ref?.value
    else { return nil }
    let pin =
      project.pins?.pin(action, commit: commit) ?? project.knownPins.pin(action, commit: commit)
    return pin.flatMap { ActionVersion($0.tag) }
  }
}

extension UploadAttestation: Equatable {}
