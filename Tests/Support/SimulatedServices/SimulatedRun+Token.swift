// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Sigstore
import TrustSimulator

extension SimulatedRun {
  /// The run that a token is from, with what Fulcio takes of its claims into a certificate (fulcio's
  /// `oid-info.md`): of jobs on GitHub and GitLab all of them, of others none.
  init(_ identity: TokenIdentity) {
    let claims = TokenClaims(identity.claims)
    self.init(
      name: identity.names[0], issuer: identity.issuer,
      claims: claims.gitHub ?? claims.gitLab ?? [:])
  }
}

/// The claims of a token as texts.
private struct TokenClaims {
  private let members: JSONObject

  init(_ claims: JSONValue) {
    if case .object(let object) = claims { members = object } else { members = JSONObject() }
  }

  private func text(_ name: String) -> String? {
    switch members[name] {
    case .string(let text): text
    case .integer(let number): String(number)
    default: nil
    }
  }

  /// What a workflow on GitHub has.
  var gitHub: [FulcioExtension: String]? {
    guard let repository = text("repository"), let workflow = text("job_workflow_ref") else {
      return nil
    }
    let url = "https://github.com/\(repository)"
    let owner = repository.prefix { $0 != "/" }
    return [
      .buildSignerURI: "https://github.com/\(workflow)",
      .buildSignerDigest: text("job_workflow_sha"),
      .runnerEnvironment: text("runner_environment"), .sourceRepositoryURI: url,
      .sourceRepositoryDigest: text("sha"), .sourceRepositoryRef: text("ref"),
      .sourceRepositoryIdentifier: text("repository_id"),
      .sourceRepositoryOwnerURI: "https://github.com/\(owner)",
      .sourceRepositoryOwnerIdentifier: text("repository_owner_id"),
      .buildConfigURI: text("workflow_ref").map { "https://github.com/\($0)" },
      .buildConfigDigest: text("workflow_sha"), .buildTrigger: text("event_name"),
      .runInvocationURI: text("run_id").map {
        "\(url)/actions/runs/\($0)/attempts/\(text("run_attempt") ?? "")"
      },
    ].compactMapValues { $0 }
  }

  /// What a job on GitLab has.
  var gitLab: [FulcioExtension: String]? {
    guard let issuer = text("iss"), let project = text("project_path"),
      let configuration = text("ci_config_ref_uri")
    else { return nil }
    let kind = text("ref_type") == "tag" ? "tags" : "heads"
    return [
      .buildSignerURI: "https://\(configuration)", .buildSignerDigest: text("ci_config_sha"),
      .runnerEnvironment: text("runner_environment"), .sourceRepositoryURI: "\(issuer)/\(project)",
      .sourceRepositoryDigest: text("sha"),
      .sourceRepositoryRef: text("ref").map { "refs/\(kind)/\($0)" },
      .sourceRepositoryIdentifier: text("project_id"),
      .sourceRepositoryOwnerURI: text("namespace_path").map { "\(issuer)/\($0)" },
      .sourceRepositoryOwnerIdentifier: text("namespace_id"),
      .buildConfigURI: "https://\(configuration)", .buildConfigDigest: text("ci_config_sha"),
      .buildTrigger: text("pipeline_source"),
      .runInvocationURI: text("job_id").map { "\(issuer)/\(project)/-/jobs/\($0)" },
    ].compactMapValues { $0 }
  }
}
