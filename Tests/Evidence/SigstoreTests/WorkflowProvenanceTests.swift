// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Testing

/// Provenance from the claims of identity tokens, by the build types of GitHub and GitLab.
@Suite struct WorkflowProvenanceTests {
  /// What the token of a tagged build on GitHub says, as its documentation lists it.
  static let gitHub: JSONValue = [
    "iss": "https://token.actions.githubusercontent.com", "aud": "sigstore",
    "sub": "repo:acme/greeting:environment:publish", "ref": "refs/tags/v1.0.0",
    "sha": "abababababababababababababababababababab", "repository": "acme/greeting",
    "repository_id": "1234", "repository_owner": "acme", "repository_owner_id": "56",
    "event_name": "push", "run_id": "7", "run_attempt": "1", "run_number": "3",
    "workflow": "Release",
    "workflow_ref": "acme/greeting/.github/workflows/ci.yml@refs/tags/v1.0.0",
    "job_workflow_ref": "acme/build/.github/workflows/release.yml@refs/heads/main",
    "runner_environment": "github-hosted",
  ]

  /// What the token of a job on GitLab says.
  static let gitLab: JSONValue = [
    "iss": "https://gitlab.com", "aud": "sigstore", "namespace_path": "acme",
    "project_path": "acme/tools/greeting", "project_id": "28", "pipeline_id": "455",
    "pipeline_source": "push", "job_id": "1123", "ref": "v1.0.0", "ref_type": "tag",
    "runner_id": 12, "runner_environment": "gitlab-hosted",
    "sha": "714a629c0b401fdce83e847fc9589983fc6f46bc",
    "ci_config_ref_uri": "gitlab.com/acme/tools/greeting//.gitlab-ci.yml@refs/tags/v1.0.0",
  ]

  private static func object(_ value: JSONValue) -> JSONObject {
    if case .object(let object) = value { object } else { JSONObject() }
  }

  private static func claims(_ value: JSONValue, _ name: String, _ to: JSONValue?) -> JSONNode {
    var object = object(value)
    object[name] = to
    return JSONNode(.object(object))
  }

  @Test func gitHubExactly() throws {
    let expected: JSONValue = [
      "buildDefinition": [
        "buildType": "https://actions.github.io/buildtypes/workflow/v1",
        "externalParameters": [
          "workflow": [
            "ref": "refs/tags/v1.0.0", "repository": "https://github.com/acme/greeting",
            "path": ".github/workflows/ci.yml",
          ]
        ],
        "internalParameters": [
          "github": [
            "event_name": "push", "repository_id": "1234", "repository_owner_id": "56",
            "runner_environment": "github-hosted",
          ]
        ],
        "resolvedDependencies": [
          [
            "uri": "git+https://github.com/acme/greeting@refs/tags/v1.0.0",
            "digest": ["gitCommit": "abababababababababababababababababababab"],
          ]
        ],
      ],
      "runDetails": [
        "builder": [
          "id": "https://github.com/acme/build/.github/workflows/release.yml@refs/heads/main"
        ],
        "metadata": [
          "invocationId": "https://github.com/acme/greeting/actions/runs/7/attempts/1"
        ],
      ],
    ]
    let predicate = try GitHubWorkflowProvenance.predicate(claims: JSONNode(Self.gitHub))
    #expect(predicate == expected)
    // The strict reader knows every member.
    #expect(try ProvenanceV1(JSONNode(predicate)).invocationID.hasSuffix("/runs/7/attempts/1"))
  }

  @Test(
    arguments: [
      ("https://token.actions.githubusercontent.com", "https://github.com"),
      ("https://token.actions.githubusercontent.com/acme", "https://github.com"),
      ("https://token.actions.acme.ghe.com", "https://acme.ghe.com"),
      ("https://git.example.org/_services/token", "https://git.example.org"),
      ("https://git.example.org:8443/_services/token", "https://git.example.org:8443"),
      ("https://token.actions.githubusercontent.com.example.org", nil),
      ("http://git.example.org/_services/token", nil), ("https:///_services/token", nil),
      ("https://git.example.org/path/_services/token", nil),
      ("https://user@git.example.org/_services/token", nil), ("https://gitlab.com", nil),
      ("https://token.actions.example.org", nil), ("https://other.actions.acme.ghe.com", nil),
      ("", nil),
    ] as [(String, String?)])
  func issuersOfGitHub(issuer: String, server: String?) {
    #expect(GitHubWorkflowProvenance.server(ofIssuer: issuer) == server)
    let claims = Self.claims(Self.gitHub, "iss", .string(issuer))
    #expect(
      GitHubWorkflowProvenance.describes(Self.object(claims.value)) == (server != nil))
    if let server {
      let text = try? GitHubWorkflowProvenance.predicate(claims: claims).compactText
      #expect(text?.contains("\"id\":\"\(server)/acme/build/") == true)
    } else {
      let error = #expect(throws: DocumentError.self) {
        try GitHubWorkflowProvenance.predicate(claims: claims)
      }
      #expect(error?.path == "iss")
    }
  }

  @Test(arguments: [
    "ref", "sha", "repository", "repository_id", "repository_owner_id", "event_name", "run_id",
    "run_attempt", "workflow_ref", "job_workflow_ref", "runner_environment",
  ])
  func claimsOfGitHubAreNeeded(claim: String) {
    for value in [nil, 7, ""] as [JSONValue?] {
      let error = #expect(throws: DocumentError.self) {
        try GitHubWorkflowProvenance.predicate(claims: Self.claims(Self.gitHub, claim, value))
      }
      #expect(error?.description.contains(claim) == true)
    }
  }

  @Test(arguments: [
    "acme/other/.github/workflows/ci.yml@refs/tags/v1", "acme/greeting/@refs/tags/v1",
    "acme/greeting", "acme/greeting/", "@",
  ])
  func workflowsOfOtherRepositories(reference: String) {
    let error = #expect(throws: DocumentError.self) {
      try GitHubWorkflowProvenance.predicate(
        claims: Self.claims(Self.gitHub, "workflow_ref", .string(reference)))
    }
    #expect(error?.path == "workflow_ref")
  }

  @Test func gitLabExactly() throws {
    let expected: JSONValue = [
      "buildDefinition": [
        "buildType": "https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1",
        "externalParameters": ["source": "https://gitlab.com/acme/tools/greeting"],
        "internalParameters": ["job": 1123],
        "resolvedDependencies": [
          [
            "uri": "https://gitlab.com/acme/tools/greeting",
            "digest": ["gitCommit": "714a629c0b401fdce83e847fc9589983fc6f46bc"],
          ]
        ],
      ],
      "runDetails": [
        "builder": ["id": "https://gitlab.com/acme/tools/greeting/-/runners/12"],
        "metadata": ["invocationId": "1123"],
      ],
    ]
    let predicate = try GitLabJobProvenance.predicate(claims: JSONNode(Self.gitLab))
    #expect(predicate == expected)
    #expect(try ProvenanceV1(JSONNode(predicate)).invocationID == "1123")
  }

  @Test(arguments: ["project_path", "job_id", "runner_id", "sha", "iss"])
  func claimsOfGitLabAreNeeded(claim: String) {
    for value in [nil, .null, ["x"]] as [JSONValue?] {
      #expect(throws: DocumentError.self) {
        try GitLabJobProvenance.predicate(claims: Self.claims(Self.gitLab, claim, value))
      }
    }
  }

  @Test func whoseTokenItIs() {
    #expect(GitHubWorkflowProvenance.describes(Self.object(Self.gitHub)))
    #expect(!GitLabJobProvenance.describes(Self.object(Self.gitHub)))
    #expect(GitLabJobProvenance.describes(Self.object(Self.gitLab)))
    #expect(!GitHubWorkflowProvenance.describes(Self.object(Self.gitLab)))
    for claim in ["project_path", "pipeline_source", "job_id", "iss"] {
      let without = Self.claims(Self.gitLab, claim, nil)
      #expect(!GitLabJobProvenance.describes(Self.object(without.value)))
    }
    for issuer in ["http://gitlab.com", "gitlab.com"] {
      let other = Self.claims(Self.gitLab, "iss", .string(issuer))
      #expect(!GitLabJobProvenance.describes(Self.object(other.value)))
    }
    #expect(!GitHubWorkflowProvenance.describes(JSONObject([("iss", 7)])))
  }
}
