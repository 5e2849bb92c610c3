// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
package import SourceText

/// Who may have signed an artifact: it passes if one of the publishers did all that is required.
///
/// The file form is TOML, in the words of Trusted Publishing:
/// ```toml
/// [[publisher]]
/// kind = "GitHub"
/// repository = "acme/greeting"
/// workflow = "release.yml"
/// environment = "publish"              # optional
/// ref = "tag"                          # "any" (default), "tag", or a full ref
/// require = ["publish", "provenance"]  # optional; or a predicate type's URI
/// ```
/// `GitLab` has `repository` and `workflow_filepath`, `Google` has `email`, `Hallmark` (an embedded
/// stack) has `issuer` and `subject`, `Sigstore` has `issuer` and `identity`.
package struct Policy: Hashable, Sendable {
  /// Publishers a policy may have at most.
  package static let publisherLimit = 256

  /// The publishers, any one of which suffices.
  package let publishers: [PublisherPolicy]

  /// Makes a policy; without publishers nothing passes.
  package init(publishers: [PublisherPolicy]) {
    self.publishers = publishers
  }

  /// Reads the file form.
  ///
  /// Unknown keys are errors, because a misspelt criterion would not count.
  ///
  /// - Throws: `TOMLError`.
  package init(parsing bytes: [UInt8]) throws(TOMLError) {
    let root = try TOMLDocument(parsing: bytes).root
    try root.allowOnly(keys: ["publisher"])
    var publishers: [PublisherPolicy] = []
    for node in try root.required("publisher").array(limit: Self.publisherLimit) {
      publishers.append(try Self.publisher(node))
    }
    guard !publishers.isEmpty else { throw root.error("`publisher` has no entry") }
    self.publishers = publishers
  }

  private static func publisher(_ node: TOMLNode) throws(TOMLError) -> PublisherPolicy {
    let kindNode = try node.required("kind")
    let common = ["kind", "environment", "ref", "require"]
    let signer: PublisherPolicy.Signer
    switch try kindNode.string() {
    case "GitHub":
      try node.allowOnly(keys: common + ["repository", "workflow"])
      signer = .gitHub(
        repository: try node.required("repository").string(),
        workflow: try node.optional("workflow")?.string())
    case "GitLab":
      try node.allowOnly(keys: common + ["repository", "workflow_filepath"])
      signer = .gitLab(
        repository: try node.required("repository").string(),
        workflowFilepath: try node.optional("workflow_filepath")?.string())
    case "Google":
      try node.allowOnly(keys: common + ["email"])
      signer = .google(email: try node.required("email").string())
    case "Hallmark":
      try node.allowOnly(keys: common + ["issuer", "subject"])
      signer = .hallmark(
        issuer: try node.required("issuer").string(),
        subject: try node.required("subject").string())
    case "Sigstore":
      try node.allowOnly(keys: common + ["issuer", "identity"])
      signer = .identity(
        SignerIdentity(
          name: try node.required("identity").string(),
          issuer: try node.required("issuer").string()))
    case let kind:
      throw kindNode.error(
        "`\(kind)` is not one of GitHub, GitLab, Google, Hallmark and Sigstore")
    }
    return PublisherPolicy(
      signer: signer, environment: try node.optional("environment")?.string(),
      ref: try ref(try node.optional("ref")),
      requiredPredicates: try predicates(try node.optional("require")))
  }

  private static func ref(_ node: TOMLNode?) throws(TOMLError) -> PublisherPolicy.Ref {
    guard let node else { return .any }
    switch try node.string() {
    case "any": return .any
    case "tag": return .tag
    case let text where text.utf8.starts(with: "refs/".utf8): return .exactly(text)
    default: throw node.error("expected `any`, `tag`, or a full ref such as `refs/heads/main`")
    }
  }

  private static func predicates(_ node: TOMLNode?) throws(TOMLError) -> [String] {
    guard let node else { return [] }
    var types: [String] = []
    for item in try node.array(limit: 16) {
      switch try item.string() {
      case "publish": types.append(PredicateType.publish)
      case "provenance": types.append(PredicateType.slsaProvenance)
      case let uri where uri.utf8.starts(with: "https://".utf8): types.append(uri)
      default:
        throw item.error("expected `publish`, `provenance`, or a predicate type's https URI")
      }
    }
    return types
  }

  /// The file form; reading it again gives an equal policy.
  package var text: String {
    publishers.map(Self.text).joined(separator: "\n")
  }

  private static func text(_ publisher: PublisherPolicy) -> String {
    var pairs: [(String, String)]
    switch publisher.signer {
    case .gitHub(let repository, let workflow):
      pairs = [("kind", "GitHub"), ("repository", repository)]
      if let workflow { pairs.append(("workflow", workflow)) }
    case .gitLab(let repository, let path):
      pairs = [("kind", "GitLab"), ("repository", repository)]
      if let path { pairs.append(("workflow_filepath", path)) }
    case .google(let email): pairs = [("kind", "Google"), ("email", email)]
    case .hallmark(let issuer, let subject):
      pairs = [("kind", "Hallmark"), ("issuer", issuer), ("subject", subject)]
    case .identity(let identity):
      pairs = [("kind", "Sigstore"), ("issuer", identity.issuer), ("identity", identity.name)]
    }
    if let environment = publisher.environment { pairs.append(("environment", environment)) }
    switch publisher.ref {
    case .any: break
    case .tag: pairs.append(("ref", "tag"))
    case .exactly(let ref): pairs.append(("ref", ref))
    }
    var text = "[[publisher]]\n"
    for (key, value) in pairs { text += "\(key) = \(quoted(value))\n" }
    if !publisher.requiredPredicates.isEmpty {
      let names = publisher.requiredPredicates.map { type in
        switch type {
        case PredicateType.publish: quoted("publish")
        case PredicateType.slsaProvenance: quoted("provenance")
        default: quoted(type)
        }
      }
      text += "require = [\(names.joined(separator: ", "))]\n"
    }
    return text
  }

  /// A TOML basic string; JSON's escapes are a subset of TOML's, which also wants DEL escaped.
  private static func quoted(_ text: String) -> String {
    let bytes = JSONValue.string(text).compactText.utf8.flatMap { byte in
      byte == 0x7f ? Array("\\u007F".utf8) : [byte]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
