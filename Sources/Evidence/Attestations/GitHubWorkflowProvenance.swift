// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The provenance that a job of GitHub Actions states about itself, SLSA provenance v1 of the build
/// type `https://actions.github.io/buildtypes/workflow/v1`.
///
/// Every field is a claim of the job's identity token, and the certificate authority writes each of
/// them into the certificate too: whoever verifies can compare the two, field by field. Times and
/// inputs, which the token does not have, are not written.
package enum GitHubWorkflowProvenance {
  /// The build type.
  package static let buildType = "https://actions.github.io/buildtypes/workflow/v1"

  /// The issuer of github.com's tokens; an enterprise may have its name appended.
  private static let issuer = "https://token.actions.githubusercontent.com"

  /// The address of the GitHub instance whose tokens an issuer makes: github.com, a tenant of
  /// ghe.com, or a server of one's own; `nil` for any other issuer.
  package static func server(ofIssuer text: String) -> String? {
    let bytes = Array(text.utf8)
    if bytes == Array(issuer.utf8) || bytes.starts(with: Array("\(issuer)/".utf8)) {
      return "https://github.com"
    }
    let scheme = Array("https://".utf8)
    guard bytes.starts(with: scheme) else { return nil }
    let tenant = Array("token.actions.".utf8)
    let path = Array("/_services/token".utf8)
    let rest = bytes.dropFirst(scheme.count)
    if rest.starts(with: tenant), rest.suffix(8).elementsEqual(".ghe.com".utf8) {
      return host(rest.dropFirst(tenant.count))
    }
    return rest.suffix(path.count).elementsEqual(path) ? host(rest.dropLast(path.count)) : nil
  }

  private static func host(_ bytes: ArraySlice<UInt8>) -> String? {
    let isPlain = bytes.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte) || "-.:".utf8.contains(byte)
    }
    return isPlain && !bytes.isEmpty ? "https://" + String(decoding: bytes, as: UTF8.self) : nil
  }

  /// Whether claims are those of a job of GitHub Actions.
  package static func describes(_ claims: JSONObject) -> Bool {
    guard case .string(let issuer)? = claims["iss"] else { return false }
    return server(ofIssuer: issuer) != nil
  }

  /// The predicate for a job.
  ///
  /// - Parameter claims: the claims of the identity token, whose `iss` is one of GitHub's.
  /// - Returns: the predicate of a statement.
  /// - Throws: `DocumentError` when a claim is missing or has another form.
  package static func predicate(claims: JSONNode) throws(DocumentError) -> JSONValue {
    func text(_ name: String) throws(DocumentError) -> String {
      let node = try claims.required(name)
      let text = try node.string()
      guard !text.isEmpty else { throw node.error("it is empty") }
      return text
    }
    let issuer = try claims.required("iss")
    guard let server = server(ofIssuer: try issuer.string()) else {
      throw issuer.error("not an issuer of GitHub")
    }
    let repository = try text("repository")
    let url = "\(server)/\(repository)"
    let ref = try text("ref")
    let path = try workflowPath(claims.required("workflow_ref"), of: repository)
    let runner = try text("runner_environment")
    let run = try text("run_id")
    let attempt = try text("run_attempt")
    return [
      "buildDefinition": [
        "buildType": .string(buildType),
        "externalParameters": [
          "workflow": [
            "ref": .string(ref), "repository": .string(url), "path": .string(path),
          ]
        ],
        "internalParameters": [
          "github": [
            "event_name": .string(try text("event_name")),
            "repository_id": .string(try text("repository_id")),
            "repository_owner_id": .string(try text("repository_owner_id")),
            "runner_environment": .string(runner),
          ]
        ],
        "resolvedDependencies": [
          ["uri": .string("git+\(url)@\(ref)"), "digest": ["gitCommit": .string(try text("sha"))]]
        ],
      ],
      "runDetails": [
        "builder": ["id": .string("\(server)/\(try text("job_workflow_ref"))")],
        "metadata": ["invocationId": .string("\(url)/actions/runs/\(run)/attempts/\(attempt)")],
      ],
    ]
  }

  /// `OWNER/REPOSITORY/PATH@REF` without repository and ref.
  private static func workflowPath(
    _ node: JSONNode, of repository: String
  ) throws(DocumentError) -> String {
    let text = try node.string()
    let prefix = Array("\(repository)/".utf8)
    let path = text.utf8.dropFirst(prefix.count).prefix { $0 != UInt8(ascii: "@") }
    guard text.utf8.starts(with: prefix), !path.isEmpty else {
      throw node.error("not a workflow of the repository `\(repository)`")
    }
    return String(decoding: path, as: UTF8.self)
  }
}
