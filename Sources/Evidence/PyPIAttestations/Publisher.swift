// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// Who published, in the words of Trusted Publishing (PEP 740 `publisher` object).
package enum Publisher: Hashable, Sendable {
  /// A GitHub Actions workflow; the workflow is a file name such as `release.yml`.
  case gitHub(repository: String, workflow: String, environment: String?)
  /// A GitLab CI pipeline; the path is that of its configuration.
  case gitLab(repository: String, workflowFilepath: String, environment: String?)
  /// A Google Cloud service account.
  case google(email: String)
  /// A workspace of an embedded Hallmark stack, known by its own issuer.
  case hallmark(issuer: String, subject: String)
  /// A kind that is not known here.
  case other(kind: String)

  /// Reads a publisher object; an unknown kind is kept by its name.
  ///
  /// - Throws: `DocumentError`.
  package init(_ node: JSONNode) throws(DocumentError) {
    // Old rows of the index have an empty environment where newer ones have null.
    func environment() throws(DocumentError) -> String? {
      let text = try node.optional("environment")?.string() ?? ""
      return text.isEmpty ? nil : text
    }
    switch try node.required("kind").string() {
    case "GitHub":
      self = .gitHub(
        repository: try node.required("repository").string(),
        workflow: try node.required("workflow").string(), environment: try environment())
    case "GitLab":
      self = .gitLab(
        repository: try node.required("repository").string(),
        workflowFilepath: try node.required("workflow_filepath").string(),
        environment: try environment())
    case "Google":
      self = .google(email: try node.required("email").string())
    case "Hallmark":
      self = .hallmark(
        issuer: try node.required("issuer").string(),
        subject: try node.required("subject").string())
    case let kind:
      self = .other(kind: kind)
    }
  }

  /// The kind's name.
  package var kind: String {
    switch self {
    case .gitHub: "GitHub"
    case .gitLab: "GitLab"
    case .google: "Google"
    case .hallmark: "Hallmark"
    case .other(let kind): kind
    }
  }

  /// The JSON form.
  package var json: JSONValue {
    switch self {
    case .gitHub(let repository, let workflow, let environment):
      [
        "kind": "GitHub", "repository": .string(repository), "workflow": .string(workflow),
        "environment": environment.map { .string($0) } ?? .null,
      ]
    case .gitLab(let repository, let path, let environment):
      [
        "kind": "GitLab", "repository": .string(repository),
        "workflow_filepath": .string(path),
        "environment": environment.map { .string($0) } ?? .null,
      ]
    case .google(let email): ["kind": "Google", "email": .string(email)]
    case .hallmark(let issuer, let subject):
      ["kind": "Hallmark", "issuer": .string(issuer), "subject": .string(subject)]
    case .other(let kind): ["kind": .string(kind)]
    }
  }
}
