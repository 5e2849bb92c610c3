// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
package import SourceText

/// Who may have signed an artifact: it passes if one of the publishers did all that is required.
///
/// The file form is TOML, in the words of Trusted Publishing:
/// ```toml
/// instance = "acme"                    # optional: whose trust counts; the public default otherwise
///
/// [[publisher]]
/// kind = "GitHub"
/// repository = "acme/greeting"
/// workflow = "release.yml"
/// environment = "publish"              # optional
/// ref = "version-tag"                  # the default; or "tag", "any", or a full ref
/// runner = "github-hosted"             # the default; or "any"
/// signer_workflow = "acme/ci/.github/workflows/build.yml"   # optional: a reusable workflow
/// repository_id = "1234"               # optional: numbers that are never given twice
/// repository_owner_id = "56"
/// require = ["publish", "provenance"]  # optional; or a predicate type's URI
/// ```
/// `GitHub` may have `owner` in the place of `repository` and `workflow`. `GitLab` has `repository`
/// and `workflow_filepath`, `Google` has `email`, `Hallmark` (an embedded stack) has `issuer` and
/// `subject`, `Sigstore` has `issuer` and `identity`; these have `ref = "any"` unless they say
/// otherwise, but for GitLab.
///
/// Who may approve a release, and how many must, stands in the same file:
/// ```toml
/// approvals = 2                        # optional: publishing wants so many
/// publishers_may_approve = true        # optional: a publisher may be its own approver
///
/// [[approver]]
/// name = "author"                       # one name for a person, with as many keys as need be
/// kind = "SSH"
/// key = "ssh-ed25519 AAAA…"            # or valid-before="20280101Z" ssh-ed25519 AAAA…
///
/// [[approver]]
/// name = "backup"
/// kind = "Sigstore"                    # and the other kinds of publishers
/// issuer = "https://accounts.google.com"
/// identity = "backup@example.com"
/// ```
///
/// Who may vouch for a release by rebuilding it, in the same words; the ref of a forge is any unless
/// it is named:
/// ```toml
/// [[rebuilder]]
/// name = "example-rebuilds"            # one name for a rebuilder, with as many identities as need be
/// kind = "GitHub"
/// repository = "example/rebuilds"
/// workflow = "rebuild.yml"
/// ```
package struct Policy: Hashable, Sendable {
  /// Publishers a policy may have at most.
  package static let publisherLimit = 256

  /// The publishers, any one of which suffices.
  package let publishers: [PublisherPolicy]

  /// The name of the instance whose authorities and logs count; `nil` for the public default.
  package let instance: String?

  /// Who may approve a release.
  package let approvers: [Approver]
  /// How many of them must, before a release is published; `nil` demands nothing.
  package let approvals: Int?
  /// Whether an identity that may publish may approve too.
  package let publishersMayApprove: Bool
  /// Who may vouch for a release by rebuilding it.
  package let rebuilders: [Rebuilder]

  /// Makes a policy; without publishers nothing passes.
  package init(
    publishers: [PublisherPolicy], instance: String? = nil, approvers: [Approver] = [],
    approvals: Int? = nil, publishersMayApprove: Bool = false, rebuilders: [Rebuilder] = []
  ) {
    self.publishers = publishers
    self.instance = instance
    self.approvers = approvers
    self.approvals = approvals
    self.publishersMayApprove = publishersMayApprove
    self.rebuilders = rebuilders
  }

  /// Reads the file form.
  ///
  /// Unknown keys are errors, because a misspelt criterion would not count.
  ///
  /// - Throws: `TOMLError`.
  package init(parsing bytes: [UInt8]) throws(TOMLError) {
    let root = try TOMLDocument(parsing: bytes).root
    try root.allowOnly(
      keys: [
        "instance", "publisher", "approver", "approvals", "publishers_may_approve", "rebuilder",
      ])
    instance = try root.optional("instance")?.string()
    var publishers: [PublisherPolicy] = []
    for node in try root.required("publisher").array(limit: Self.publisherLimit) {
      publishers.append(try Self.publisher(node, "require"))
    }
    guard !publishers.isEmpty else { throw root.error("`publisher` has no entry") }
    self.publishers = publishers
    approvers = try Self.approvers(root)
    approvals = try Self.approvals(root, of: approvers)
    publishersMayApprove = try root.optional("publishers_may_approve")?.boolean() ?? false
    rebuilders = try Self.rebuilders(root)
  }

  /// Reads a signer with a certificate.
  ///
  /// - Parameters:
  ///   - node: the table.
  ///   - extraKey: a key that it may have beside those of all.
  ///   - defaultRef: the ref of a forge where none is named.
  /// - Returns: the signer, and what is required of it.
  /// - Throws: `TOMLError`.
  static func publisher(
    _ node: TOMLNode, _ extraKey: String, defaultRef: PublisherPolicy.Ref = .versionTag
  ) throws(TOMLError) -> PublisherPolicy {
    let kindNode = try node.required("kind")
    let common = ["kind", "environment", "ref", extraKey]
    let gitHub = [
      "repository", "owner", "workflow", "runner", "signer_workflow", "repository_id",
      "repository_owner_id",
    ]
    func text(_ key: String) throws(TOMLError) -> String { try node.required(key).string() }
    let signer: PublisherPolicy.Signer
    switch try kindNode.string() {
    case "GitHub":
      try node.allowOnly(keys: common + gitHub)
      if let owner = try node.optional("owner") {
        try node.allowOnly(keys: common + gitHub.filter { $0 != "repository" && $0 != "workflow" })
        signer = .gitHubOwner(try owner.string())
      } else {
        signer = .gitHub(
          repository: try text("repository"), workflow: try node.optional("workflow")?.string())
      }
    case "GitLab":
      try node.allowOnly(keys: common + ["repository", "workflow_filepath"])
      signer = .gitLab(
        repository: try text("repository"),
        workflowFilepath: try node.optional("workflow_filepath")?.string())
    case "Google":
      try node.allowOnly(keys: common + ["email"])
      signer = .google(email: try text("email"))
    case "Hallmark":
      try node.allowOnly(keys: common + ["issuer", "subject"])
      signer = .hallmark(issuer: try text("issuer"), subject: try text("subject"))
    case "Sigstore":
      try node.allowOnly(keys: common + ["issuer", "identity"])
      signer = .identity(SignerIdentity(name: try text("identity"), issuer: try text("issuer")))
    case let kind:
      throw kindNode.error(
        "`\(kind)` is not one of GitHub, GitLab, Google, Hallmark and Sigstore")
    }
    return PublisherPolicy(
      signer: signer, environment: try node.optional("environment")?.string(),
      ref: try ref(try node.optional("ref")) ?? (signer.isForge ? defaultRef : .any),
      runner: try runner(try node.optional("runner")) ?? signer.defaultRunner,
      identifiers: PublisherPolicy.Identifiers(
        repository: try node.optional("repository_id")?.string(),
        owner: try node.optional("repository_owner_id")?.string()),
      signerWorkflow: try node.optional("signer_workflow")?.string(),
      requiredPredicates: try predicates(try node.optional("require")))
  }

  private static func ref(_ node: TOMLNode?) throws(TOMLError) -> PublisherPolicy.Ref? {
    guard let node else { return nil }
    switch try node.string() {
    case "any": return .any
    case "tag": return .tag
    case "version-tag": return .versionTag
    case let text where text.utf8.starts(with: "refs/".utf8): return .exactly(text)
    default:
      throw node.error(
        "expected `version-tag`, `tag`, `any`, or a full ref such as `refs/heads/main`")
    }
  }

  private static func runner(_ node: TOMLNode?) throws(TOMLError) -> PublisherPolicy.Runner? {
    guard let node else { return nil }
    guard let runner = PublisherPolicy.Runner(rawValue: try node.string()) else {
      throw node.error("expected `github-hosted` or `any`")
    }
    return runner
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
}

extension PublisherPolicy.Signer {
  /// The machines that a policy file means where it names none: GitHub's certificates say it.
  var defaultRunner: PublisherPolicy.Runner {
    switch self {
    case .gitHub, .gitHubOwner: .gitHubHosted
    default: .any
    }
  }
}
