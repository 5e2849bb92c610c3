// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// GitLab jobs that sign get the token for it.
enum GitLabAttestToken: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-attest-token", title: "GitLab jobs that attest get the token for it",
    severity: .medium, checklist: [28, 39],
    sources: ["SPEC 8", "GitLab Docs, \"Use Sigstore for keyless signing and verification\""],
    why: """
      Sigstore signs for who shows an identity token that was made for it. GitLab gives one only \
      where the job asks by `id_tokens` with `aud: sigstore`; without it the release stops in the \
      middle.
      """,
    fix: "give the job `id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore`",
    samples: [
      .gitLab(
        "no token", .findings(lines: [1]),
        """
        sign:
          script:
            - cosign sign-blob --yes --bundle dist/a.json dist/a.whl
        """),
      .gitLab(
        "a token for another", .findings(lines: [3]),
        """
        sign:
          id_tokens:
            SIGSTORE_ID_TOKEN: { aud: "https://vault.example" }
          script:
            - pypi-attestations sign dist/*
        """),
      .gitLab(
        "the token for Sigstore", .good,
        """
        sign:
          id_tokens:
            SIGSTORE_ID_TOKEN: { aud: sigstore }
          script:
            - cosign sign-blob --yes --bundle dist/a.json dist/a.whl
        """),
      .gitLab(
        "a key, and a token of another kind", .good,
        """
        sign:
          script:
            - cosign sign-blob --key cosign.key --yes dist/a.whl
            - cosign sign-blob --identity-token "$TOKEN" --yes dist/b.whl
        """),
      .gitLab(
        "a template of elsewhere", .unknown,
        """
        sign:
          extends: .sign
          script: [cosign sign-blob --yes dist/a.whl]
        """),
      .gitLab(
        "nothing is signed", .notApplicable,
        """
        test:
          script: [pytest]
        """),
      .cloudBuild(
        "Cloud Build signs as its account", .notApplicable,
        """
        steps:
          - name: gcr.io/projectsigstore/cosign
            args: [sign, europe-docker.pkg.dev/acme/a/a]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.pipelines.gitLab.isEmpty else {
      return project.pipelines.builds.isEmpty
        ? .noPipeline
        : .notApplicable(
          "Cloud Build signs as the account that it runs as, which needs no permission of a file")
    }
    var findings: [Finding] = []
    var isAbout = false
    var unknown: String?
    for site in project.gitLab.sites where site.role.contains(.attests) {
      let signs = site.actions.first { action in
        if case .attest = action.role { !namesIdentity(action) } else { false }
      }
      isAbout = true
      guard let signs else { continue }
      let tokens = site.job.idTokens
      if let token = tokens.first(where: { $0.name.value == "SIGSTORE_ID_TOKEN" }) {
        let audiences = token.audiences.map(\.value)
        guard !audiences.contains("sigstore"), !audiences.contains(where: { $0.contains("$") })
        else { continue }
        findings.append(
          finding(
            "`\(site.name)` signs by a token that is not for `sigstore`",
            at: Finding.Place(token.path, token.name.span), related: [signs.place]))
        continue
      }
      // A token that the script hands over by another name.
      guard !tokens.contains(where: { $0.audiences.contains { $0.value == "sigstore" } }),
        !site.knows("SIGSTORE_ID_TOKEN"), !site.knows("COSIGN_KEY"),
        !site.knows("COSIGN_PRIVATE_KEY")
      else { continue }
      guard site.job.isWhole else {
        unknown = unknown ?? site.name
        continue
      }
      findings.append(
        finding(
          "`\(site.name)` signs without `id_tokens` for Sigstore", at: site.place,
          related: [Finding.Place(signs.place.path, signs.place.span, "signs here")],
          fix: fix(site)))
    }
    guard isAbout else { return .notApplicable("no GitLab job signs or attests") }
    if findings.isEmpty, let unknown {
      return .unknown(wouldTell: "what `\(unknown)` extends from elsewhere")
    }
    return .examined(findings.once)
  }

  /// Whether a command names a key or a token by itself.
  private static func namesIdentity(_ action: ScriptAction) -> Bool {
    ["--key", "--identity-token", "--sk", "--identity", "--token-file"].contains { option in
      action.arguments.contains { $0 == option || $0.hasPrefix(option + "=") }
    }
  }

  private static func fix(_ site: GitLabFacts.Site) -> ProposedFix? {
    site.repair("ask for an identity token for `sigstore`") {
      document, node throws(YAMLEditRefusal) in
      let token: YAMLFragment = ["aud": "sigstore"]
      guard let tokens = node["id_tokens"] else {
        return try document.inserting(
          "id_tokens", ["SIGSTORE_ID_TOKEN": token], into: node, at: .first)
      }
      return try document.inserting("SIGSTORE_ID_TOKEN", token, into: tokens)
    }
  }
}
