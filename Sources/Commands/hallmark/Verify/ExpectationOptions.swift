// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Attestations
import Policies
import Sigstore
import Verification

/// The options that say who should have signed.
struct ExpectationOptions: ParsableArguments {
  @Option(
    name: [.long, .customLong("repo")],
    help: "The repository: owner/name on GitHub, or an https URL on GitHub or GitLab.")
  var repository: String?

  @Option(help: "Any repository of this owner on GitHub.")
  var owner: String?

  @Option(help: "The workflow file, such as release.yml; on GitLab the path, .gitlab-ci.yml.")
  var workflow: String?

  @Option(
    help:
      "The workflow that signed, if it is a reusable one: owner/name/path, with or without @ref.")
  var signerWorkflow: String?

  @Option(
    help: "The type of attestation that must be there, a URI (default: publish or provenance).")
  var predicateType: String?

  @Flag(help: "Refuse what ran on a machine that is not the forge's own.")
  var denySelfHostedRunners = false

  @Option(
    name: [.long, .customLong("cert-identity")],
    help: "The exact certificate identity: a URI or an e-mail address.")
  var identity: String?

  @Option(
    name: [.long, .customLong("cert-oidc-issuer")],
    help: "The exact issuer of that identity, an https URL.")
  var issuer: String?

  @Option(help: "A public key in PEM that must have signed; for summaries, the verifier's.")
  var key: String?

  @Option(help: "A policy file, hallmark.toml.")
  var policy: String?

  /// How many ways of saying who should have signed are used.
  var kinds: Int {
    [repository ?? owner, identity, policy, key].compactMap { $0 }.count
  }

  func validate() throws {
    if (identity == nil) != (issuer == nil) {
      throw ValidationError("--identity and --issuer belong together.")
    }
    if repository != nil, owner != nil {
      throw ValidationError("use only one of --repository and --owner.")
    }
    if workflow != nil, repository == nil {
      throw ValidationError("--workflow needs --repository.")
    }
    if kinds > 1 {
      throw ValidationError(
        "use only one of --repository, --owner, --identity, --key and --policy.")
    }
    if signerWorkflow != nil || denySelfHostedRunners, repository == nil, owner == nil {
      throw ValidationError(
        "--signer-workflow and --deny-self-hosted-runners need --repository or --owner.")
    }
    if predicateType != nil, repository == nil, owner == nil, identity == nil {
      throw ValidationError("--predicate-type needs --repository, --owner or --identity.")
    }
    if let repository, Self.signer(repository: repository, workflow: nil) == nil {
      throw ValidationError(
        "--repository must be owner/name or https://github.com/… or https://gitlab.com/….")
    }
    if let owner, owner.isEmpty || owner.utf8.contains(where: { "/:".utf8.contains($0) }) {
      throw ValidationError("--owner must be the name of an owner on GitHub.")
    }
  }

  /// The policy of this run and where it is from, or `nil` if nobody said who should have signed.
  func resolvedPolicy() throws -> (policy: Policy, origin: String)? {
    var signer: PublisherPolicy.Signer?
    if let identity, let issuer {
      signer = .identity(SignerIdentity(name: identity, issuer: issuer))
    } else if let owner {
      signer = .gitHubOwner(owner)
    } else if let repository {
      signer = Self.signer(repository: repository, workflow: workflow)
    }
    if let signer {
      let publisher = PublisherPolicy(
        signer: signer, runner: denySelfHostedRunners ? .gitHubHosted : .any,
        signerWorkflow: signerWorkflow.map(Self.withoutHost),
        requiredPredicates: predicateType.map { [$0] } ?? [])
      return (Policy(publishers: [publisher]), "from options")
    }
    return try TrustFiles.resolvedPolicy(policy)
  }

  private static func withoutHost(_ workflow: String) -> String {
    for prefix in ["https://github.com/", "github.com/"]
    where workflow.utf8.starts(with: prefix.utf8) {
      return String(decoding: workflow.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }
    return workflow
  }

  private static func signer(
    repository: String, workflow: String?
  ) -> PublisherPolicy.Signer? {
    func path(after prefix: String) -> String? {
      repository.utf8.starts(with: prefix.utf8)
        ? String(repository.utf8.dropFirst(prefix.utf8.count)) : nil
    }
    func isName(_ text: String, atMost limit: Int) -> Bool {
      let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      return (2...limit).contains(parts.count) && parts.allSatisfy { !$0.isEmpty }
        && !text.utf8.contains(UInt8(ascii: ":"))
    }
    if let name = path(after: "https://gitlab.com/") {
      return isName(name, atMost: 20)
        ? .gitLab(repository: name, workflowFilepath: workflow) : nil
    }
    let name = path(after: "https://github.com/") ?? repository
    return isName(name, atMost: 2) ? .gitHub(repository: name, workflow: workflow) : nil
  }
}
