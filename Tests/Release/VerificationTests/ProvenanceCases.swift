// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Sigstore
import Testing
import TrustSimulator

@testable import Verification

/// What the tables over the provenance rules share: a truth, and one thing in it that is changed.
enum ProvenanceCases {
  static let commit = String(repeating: "ab", count: 20)
  static let sha512 = String(repeating: "cd", count: 64)
  static let source = "git+https://github.com/acme/greeting@refs/tags/v1.0.0"
  private static let simulator = Result { try TrustSimulator() }

  /// The reason with which something is refused; `nil` if it is not.
  static func reason(_ body: () throws -> Void) throws -> ProvenanceReason? {
    do {
      try body()
      return nil
    } catch let failure as ProvenanceFailure {
      return failure.reason
    }
  }

  /// The workflow in a certificate, after a change of what the identity token said.
  static func identity(
    _ change: (inout SimulatedRun) -> Void = { _ in }
  ) throws -> WorkflowIdentity {
    var run = SimulatedRun.gitHub
    change(&run)
    let statement = Statement(
      subjects: [Subject(name: "file", sha256: SHA256Hash(hashing: [1]))],
      predicateType: PredicateType.publish, predicate: .null)
    let bundle = try simulator.get().sign(statement, as: run)
    return try WorkflowIdentity(SigningCertificate(der: try #require(bundle.certificate)))
  }

  /// The workflow that a builder's certificate is for: its name and ref, and the source.
  static func builder(_ signer: String, source: String = "acme/greeting") throws -> WorkflowIdentity
  {
    try identity { run in
      let repository = "https://github.com/\(source)"
      run.name = signer
      run.claims[.sourceRepositoryURI] = repository
      run.claims[.buildConfigURI] = "\(repository)/.github/workflows/release.yml@refs/heads/main"
      run.claims[.runInvocationURI] = "\(repository)/actions/runs/7/attempts/1"
    }
  }

  /// A statement of version 0.2 as npm's command line writes it, with one thing changed.
  static func npm(editing path: [JSONStep] = [], to value: JSONValue? = nil) -> JSONValue {
    let document: JSONValue = [
      "_type": "https://in-toto.io/Statement/v0.1",
      "subject": [
        ["name": "pkg:npm/%40acme/greeting@1.0.0", "digest": ["sha512": .string(sha512)]]
      ],
      "predicateType": "https://slsa.dev/provenance/v0.2",
      "predicate": [
        "builder": ["id": .string(TrustedBuilders.npmHosted)],
        "buildType": "https://github.com/npm/cli/gha/v2",
        "invocation": [
          "configSource": [
            "uri": .string(source), "digest": ["sha1": .string(commit)],
            "entryPoint": ".github/workflows/release.yml",
          ],
          "parameters": .object([]),
          "environment": [
            "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/tags/v1.0.0",
            "GITHUB_REPOSITORY": "acme/greeting", "GITHUB_REPOSITORY_ID": "1234",
            "GITHUB_REPOSITORY_OWNER_ID": "56", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_RUN_ID": "7",
            "GITHUB_SHA": .string(commit),
            "GITHUB_WORKFLOW_REF":
              "acme/greeting/.github/workflows/release.yml@refs/tags/v1.0.0",
            "GITHUB_WORKFLOW_SHA": .string(commit),
          ],
        ],
        "metadata": [
          "buildInvocationId": "7-1", "reproducible": false,
          "completeness": ["parameters": false, "environment": false, "materials": false],
        ],
        "materials": [["uri": .string(source), "digest": ["sha1": .string(commit)]]],
      ],
    ]
    return path.isEmpty ? document : document.editing(path) { _ in value }
  }

  /// A statement of version 1 with a workflow in its parameters, with one thing changed.
  static func workflow(editing path: [JSONStep] = [], to value: JSONValue? = nil) -> JSONValue {
    let predicate = SimulatedRun.gitHub.provenance()
      .editing(["buildDefinition", "buildType"]) { _ in
        "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"
      }
      .editing(["buildDefinition", "internalParameters", "github", "runner_environment"]) { _ in
        nil
      }
    return v1(predicate, editing: path, to: value)
  }

  /// A statement of version 1 of the container-based builder, with one thing changed.
  static func containerBased(
    editing path: [JSONStep] = [], to value: JSONValue? = nil
  ) -> JSONValue {
    let predicate: JSONValue = [
      "buildDefinition": [
        "buildType": "https://slsa.dev/container-based-build/v0.1?draft",
        "externalParameters": .object([]),
        "internalParameters": [
          "GITHUB_WORKFLOW_REF": "acme/greeting/.github/workflows/release.yml@refs/tags/v1.0.0",
          "GITHUB_REF_TYPE": "tag", "GITHUB_REF": "refs/tags/v1.0.0",
        ],
        "resolvedDependencies": [["uri": .string(source)]],
      ],
      "runDetails": ["builder": ["id": .string(TrustedBuilders.containerBased)]],
    ]
    return v1(predicate, editing: path, to: value)
  }

  /// A statement of version 0.2 that a delegator signed, with one thing changed.
  static func delegated(editing path: [JSONStep] = [], to value: JSONValue? = nil) -> JSONValue {
    let document = npm()
      .editing(["predicate", "buildType"]) { _ in
        "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0"
      }
      .editing(["predicate", "builder", "id"]) { _ in
        .string(TrustedBuilders.workflowPrefix + "builder_x_slsa3.yml@refs/tags/v1.2.3")
      }
    return path.isEmpty ? document : document.editing(path) { _ in value }
  }

  private static func v1(
    _ predicate: JSONValue, editing path: [JSONStep], to value: JSONValue?
  ) -> JSONValue {
    let document: JSONValue = [
      "_type": "https://in-toto.io/Statement/v1",
      "subject": [
        ["name": "pkg:npm/%40acme/greeting@1.0.0", "digest": ["sha512": .string(sha512)]]
      ],
      "predicateType": "https://slsa.dev/provenance/v1", "predicate": predicate,
    ]
    return path.isEmpty ? document : document.editing(path) { _ in value }
  }

  /// Reads a statement as that of a builder.
  static func read(_ statement: JSONValue, _ builder: String) throws -> GitHubProvenance {
    try GitHubProvenance(payload: Array(statement.compactText.utf8), builder: builder)
  }
}
