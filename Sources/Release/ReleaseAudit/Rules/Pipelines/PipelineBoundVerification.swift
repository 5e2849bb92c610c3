// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Verification in GitLab CI and Cloud Build names who must have signed.
enum PipelineBoundVerification: AuditRule {
  static let description = RuleDescription(
    id: "pipeline-unbound-verification",
    title: "verification in GitLab CI and Cloud Build names who must have signed",
    severity: .medium, checklist: [30, 39], sources: ["SPEC 8", "SLSA for Python"],
    why: """
      Everybody can get a signature of Sigstore in some name. A verification that names no identity, \
      or a pattern that every name matches, accepts all of them.
      """,
    fix: """
      add `--certificate-identity https://gitlab.com/GROUP/PROJECT//.gitlab-ci.yml@refs/tags/TAG` and \
      `--certificate-oidc-issuer` to `cosign`, `--signer-workflow` to `gh attestation verify`
      """,
    samples: [
      .gitLab(
        "anybody", .findings(lines: [3, 4]),
        """
        publish:
          script:
            - cosign verify-blob --bundle dist/a.json dist/a.whl
            - cosign verify-blob --certificate-identity-regexp '.*' --bundle dist/b.json dist/b.whl
            - twine upload dist/*
        """),
      .cloudBuild(
        "anybody, in a build", .findings(lines: [4]),
        """
        steps:
          - name: gcr.io/projectsigstore/cosign
            script: |
              cosign verify europe-docker.pkg.dev/acme/a/a
        """),
      .gitLab(
        "the file of this project, for this tag", .good,
        """
        publish:
          script:
            - cosign verify-blob --certificate-identity "$CI_PROJECT_URL//.gitlab-ci.yml@refs/tags/$CI_COMMIT_TAG" --certificate-oidc-issuer "$CI_SERVER_URL" --bundle dist/a.json dist/a.whl
            - twine upload dist/*
        """),
      .gitLab(
        "no verification", .notApplicable,
        """
        test:
          script: [pytest]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var isAbout = false
    let outcome = project.pipelineScripts { script, findings in
      guard script.text.value.holds("verify") else { return }
      for invocation in ShellScript(script.text.value).invocations {
        guard let (name, isBound) = BoundVerification.verification(invocation) else { continue }
        isAbout = true
        guard !isBound else { continue }
        findings.append(
          finding(
            "`\(name)` accepts signatures of everybody", at: script.place(invocation.range)))
      }
    }
    guard case .examined = outcome, !isAbout else { return outcome }
    return .notApplicable("no GitLab job and no build of Cloud Build verifies attestations")
  }
}
