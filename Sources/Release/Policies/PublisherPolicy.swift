// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Sigstore

/// Who may sign, and what they must have said: one `[[publisher]]` of a policy.
package struct PublisherPolicy: Hashable, Sendable {
  /// Whose signature counts.
  package enum Signer: Hashable, Sendable {
    /// A publisher in the words of Trusted Publishing; a `nil` workflow accepts any of the
    /// repository.
    case gitHub(repository: String, workflow: String?)
    /// Any repository of an owner on GitHub.
    case gitHubOwner(String)
    /// A GitLab project; a `nil` path accepts any configuration of the project.
    case gitLab(repository: String, workflowFilepath: String?)
    /// A Google service account's e-mail address.
    case google(email: String)
    /// A workspace of an embedded stack.
    case hallmark(issuer: String, subject: String)
    /// An exact certificate identity and issuer.
    case identity(SignerIdentity)

    /// Whether a forge's workflow signs, whose certificate has ref and runner.
    package var isForge: Bool {
      switch self {
      case .gitHub, .gitHubOwner, .gitLab: true
      case .google, .hallmark, .identity: false
      }
    }
  }

  /// Which source refs count.
  package enum Ref: Hashable, Sendable {
    /// Every ref.
    case any
    /// Every tag.
    case tag
    /// A tag of the distribution's version: `1.2.0`, `v1.2`, `NAME-1.2`; any tag for a file without
    /// a version.
    case versionTag
    /// One full ref such as `refs/heads/main`.
    case exactly(String)
  }

  /// On whose machines it may have run.
  package enum Runner: String, Hashable, Sendable {
    /// Anybody's.
    case any
    /// The forge's own, as the certificate says.
    case gitHubHosted = "github-hosted"
  }

  /// Numbers that a forge never gives twice, against a name that somebody else took over.
  package struct Identifiers: Hashable, Sendable {
    /// The repository's number.
    package let repository: String?
    /// Its owner's number.
    package let owner: String?

    /// Pins numbers; `nil` pins nothing.
    package init(repository: String? = nil, owner: String? = nil) {
      self.repository = repository
      self.owner = owner
    }
  }

  /// Whose signature counts.
  package let signer: Signer
  /// The deployment environment that the certificate must name, if any.
  package let environment: String?
  /// The source ref.
  package let ref: Ref
  /// The machines.
  package let runner: Runner
  /// Numbers of repository and owner.
  package let identifiers: Identifiers
  /// The reusable workflow that must have signed, `owner/repository/path` with or without `@ref`.
  package let signerWorkflow: String?
  /// Predicate types that must all be there; empty means that one signature is enough.
  package let requiredPredicates: [String]

  /// Makes an entry.
  package init(
    signer: Signer, environment: String? = nil, ref: Ref = .any, runner: Runner = .any,
    identifiers: Identifiers = Identifiers(), signerWorkflow: String? = nil,
    requiredPredicates: [String] = []
  ) {
    self.signer = signer
    self.environment = environment
    self.ref = ref
    self.runner = runner
    self.identifiers = identifiers
    self.signerWorkflow = signerWorkflow
    self.requiredPredicates = requiredPredicates
  }

  /// Compares a verified bundle with this entry, criterion by criterion.
  ///
  /// Everything is compared with the certificate, whose claims the authority took from the token;
  /// nothing with what a file says about itself.
  ///
  /// - Parameters:
  ///   - bundle: the verified bundle.
  ///   - release: what the artifact's name says, for refs that must be of its version.
  /// - Returns: every criterion with expected, found and outcome.
  package func checks(
    _ bundle: VerifiedBundle, release: ReleaseName? = nil
  ) -> [VerificationCheck] {
    PublisherComparison(policy: self, certificate: bundle.certificate, release: release).checks
      + [predicateCheck(bundle)]
  }

  private func predicateCheck(_ bundle: VerifiedBundle) -> VerificationCheck {
    // Any statement by the right signer is not enough: a workflow may also attest a scan.
    let accepted =
      requiredPredicates.isEmpty
      ? [PredicateType.publish, PredicateType.slsaProvenance, PredicateType.slsaProvenanceV02]
      : requiredPredicates
    guard let statement = bundle.statement else {
      return VerificationCheck(
        .predicate,
        requiredPredicates.isEmpty ? .passed : .failed("it is a bare signature, no attestation"),
        expected: accepted.joined(separator: ", "), found: "no statement")
    }
    let matches = accepted.contains { $0.utf8.elementsEqual(statement.predicateType.utf8) }
    return VerificationCheck(
      .predicate, matches ? .passed : .failed("the attestation is of another type"),
      expected: accepted.joined(separator: ", "), found: statement.predicateType)
  }
}
