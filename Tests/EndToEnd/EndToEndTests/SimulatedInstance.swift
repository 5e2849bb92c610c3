// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A running `simulated-services`: an instance that believes every token, with logs of both versions
/// and a timestamp authority.
struct SimulatedInstance: Sendable {
  private let process: RunningProgram
  private let workplace: Workplace

  /// Starts the services.
  init(in workplace: Workplace) throws {
    self.workplace = workplace
    try FileManager.default.createDirectory(
      atPath: workplace("instance"), withIntermediateDirectories: true)
    process = try RunningProgram(
      Program("simulated-services"), [workplace("instance")], environment: workplace.environment)
    try process.wait(for: "announcement", seconds: 30) { $0.output.contains("\n") }
  }

  /// Whom to trust.
  var trustedRoot: String { workplace("instance/trusted_root.json") }

  /// The file of an instance with a log of version 1 (`v1`), 2 (`v2`), or `both`.
  func trustConfig(_ log: String) -> String { workplace("instance/trust_config_\(log).json") }

  /// The services of such an instance.
  func signingConfig(_ log: String) -> String { workplace("instance/signing_config_\(log).json") }

  /// A file with a token of these claims; nobody has signed it.
  func token(_ claims: [String: Any]) throws -> String {
    func part(_ object: [String: Any]) throws -> String {
      try JSONSerialization.data(withJSONObject: object).base64EncodedString()
        .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        .replacingOccurrences(of: "=", with: "")
    }
    let now = Int(Date().timeIntervalSince1970)
    let times: [String: Any] = ["aud": "sigstore", "iat": now, "nbf": now, "exp": now + 600]
    let text = try [
      part(["alg": "RS256", "typ": "JWT"]), part(claims.merging(times) { $1 }), "AAAA",
    ].joined(separator: ".")
    return try workplace.write("token", text)
  }

  /// What the token of a tagged build on GitHub says.
  static var gitHub: [String: Any] {
    let commit = String(repeating: "ab", count: 20)
    let workflow = "acme/sample/.github/workflows/release.yml@refs/tags/v1.0"
    return [
      "iss": "https://token.actions.githubusercontent.com",
      "sub": "repo:acme/sample:ref:refs/tags/v1.0", "ref": "refs/tags/v1.0", "sha": commit,
      "repository": "acme/sample", "repository_id": "1234", "repository_owner": "acme",
      "repository_owner_id": "56", "event_name": "push", "run_id": "7", "run_attempt": "1",
      "workflow_ref": workflow, "workflow_sha": commit, "job_workflow_ref": workflow,
      "job_workflow_sha": commit, "runner_environment": "github-hosted",
    ]
  }

  /// What the token of a tagged build on GitLab says.
  static var gitLab: [String: Any] {
    let commit = String(repeating: "cd", count: 20)
    return [
      "iss": "https://gitlab.com", "sub": "project_path:acme/sample:ref_type:tag:ref:v1.0",
      "namespace_path": "acme", "namespace_id": "9", "project_path": "acme/sample",
      "project_id": "28", "pipeline_id": "455", "pipeline_source": "push", "job_id": "1123",
      "ref": "v1.0", "ref_type": "tag", "runner_id": 12, "runner_environment": "gitlab-hosted",
      "sha": commit, "ci_config_sha": commit,
      "ci_config_ref_uri": "gitlab.com/acme/sample//.gitlab-ci.yml@refs/tags/v1.0",
    ]
  }
}
