// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The provenance that a job of GitLab CI/CD states about itself, SLSA provenance v1 of the build
/// type `https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1`.
///
/// Written is what the job's identity token has: the project, the commit, the job's number and the
/// runner. The build type also has the job's name, its variables, and the runner's executor and
/// architecture; they are not in the token, so nobody but the job would vouch for them, and they are
/// left out.
package enum GitLabJobProvenance {
  /// The build type.
  package static let buildType = "https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1"

  /// Whether claims are those of a job of GitLab CI/CD: the issuer is the instance itself, and the
  /// claims that only it makes are there.
  package static func describes(_ claims: JSONObject) -> Bool {
    guard case .string(let issuer)? = claims["iss"], issuer.utf8.starts(with: "https://".utf8)
    else { return false }
    return ["project_path", "pipeline_source", "job_id"].allSatisfy { claims[$0] != nil }
  }

  /// The predicate for a job.
  ///
  /// - Parameter claims: the claims of the identity token.
  /// - Returns: the predicate of a statement.
  /// - Throws: `DocumentError` when a claim is missing or has another form.
  package static func predicate(claims: JSONNode) throws(DocumentError) -> JSONValue {
    let server = try claims.required("iss").string()
    let project = "\(server)/\(try claims.required("project_path").string())"
    let job = try claims.required("job_id").unsigned64()
    let runner = try claims.required("runner_id").unsigned64()
    return [
      "buildDefinition": [
        "buildType": .string(buildType),
        "externalParameters": ["source": .string(project)],
        "internalParameters": ["job": .integer(Int64(job))],
        "resolvedDependencies": [
          [
            "uri": .string(project),
            "digest": ["gitCommit": .string(try claims.required("sha").string())],
          ]
        ],
      ],
      "runDetails": [
        "builder": ["id": .string("\(project)/-/runners/\(runner)")],
        "metadata": ["invocationId": .string(String(job))],
      ],
    ]
  }
}
