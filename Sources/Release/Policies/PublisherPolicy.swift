// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
package import Sigstore

/// Who may sign, and what they must have said: one `[[publisher]]` of a policy.
package struct PublisherPolicy: Hashable, Sendable {
  /// Whose signature counts.
  package enum Signer: Hashable, Sendable {
    /// A publisher in the words of Trusted Publishing; a `nil` workflow accepts any of the
    /// repository.
    case gitHub(repository: String, workflow: String?)
    /// A GitLab project; a `nil` path accepts any configuration of the project.
    case gitLab(repository: String, workflowFilepath: String?)
    /// A Google service account's e-mail address.
    case google(email: String)
    /// A workspace of an embedded stack.
    case hallmark(issuer: String, subject: String)
    /// An exact certificate identity and issuer.
    case identity(SignerIdentity)
  }

  /// Which source refs count.
  package enum Ref: Hashable, Sendable {
    /// Every ref.
    case any
    /// Every tag.
    case tag
    /// One full ref such as `refs/heads/main`.
    case exactly(String)
  }

  /// Whose signature counts.
  package let signer: Signer
  /// The deployment environment that the certificate must name, if any.
  package let environment: String?
  /// The source ref.
  package let ref: Ref
  /// Predicate types that must all be there; empty means that one signature is enough.
  package let requiredPredicates: [String]

  /// Makes an entry.
  package init(
    signer: Signer, environment: String? = nil, ref: Ref = .any, requiredPredicates: [String] = []
  ) {
    self.signer = signer
    self.environment = environment
    self.ref = ref
    self.requiredPredicates = requiredPredicates
  }

  /// Compares a verified bundle with this entry, criterion by criterion.
  ///
  /// Everything is compared with the certificate, whose claims the authority took from the token;
  /// nothing with what a file says about itself.
  package func checks(_ bundle: VerifiedBundle) -> [VerificationCheck] {
    var checks = signerChecks(bundle)
    let claims = bundle.certificate.claims
    if let environment {
      checks.append(
        compare(
          .identity, "deployment environment", environment, claims[.deploymentEnvironment]))
    }
    switch ref {
    case .any: break
    case .tag:
      let found = claims[.sourceRepositoryRef] ?? claims[.gitHubWorkflowRef]
      let isTag = found?.utf8.starts(with: "refs/tags/".utf8) == true
      checks.append(
        VerificationCheck(
          .identity, isTag ? .passed : .failed("it was not built from a tag"),
          expected: "refs/tags/…", found: found ?? "no ref"))
    case .exactly(let ref):
      checks.append(
        compare(
          .identity, "source ref", ref, claims[.sourceRepositoryRef] ?? claims[.gitHubWorkflowRef])
      )
    }
    checks.append(predicateCheck(bundle))
    return checks
  }

  private func signerChecks(_ bundle: VerifiedBundle) -> [VerificationCheck] {
    let claims = bundle.certificate.claims
    let issuer = bundle.certificate.issuer
    switch signer {
    case .gitHub(let repository, let workflow):
      let uri = "https://github.com/\(repository)"
      let found =
        claims[.sourceRepositoryURI]
        ?? claims[.gitHubWorkflowRepository].map { "https://github.com/\($0)" }
      var checks = [
        compare(
          .issuer, "identity issuer", "https://token.actions.githubusercontent.com", issuer),
        // The forge treats owner and repository without regard to ASCII case.
        compare(.identity, "repository", uri, found, ignoringASCIICase: true),
      ]
      if let workflow {
        checks.append(
          buildConfiguration(
            "\(uri)/.github/workflows/\(workflow)", bundle, ignoringASCIICaseOf: uri))
      }
      return checks
    case .gitLab(let repository, let path):
      let uri = "https://gitlab.com/\(repository)"
      var checks = [
        compare(.issuer, "identity issuer", "https://gitlab.com", issuer),
        compare(
          .identity, "repository", uri, claims[.sourceRepositoryURI], ignoringASCIICase: true),
      ]
      if let path {
        checks.append(
          buildConfiguration("\(uri)//\(path)", bundle, ignoringASCIICaseOf: uri))
      }
      return checks
    case .google(let email):
      return SignerIdentity(name: email, issuer: "https://accounts.google.com").checks(bundle)
    case .hallmark(let issuer, let subject):
      return SignerIdentity(name: subject, issuer: issuer).checks(bundle)
    case .identity(let identity):
      return identity.checks(bundle)
    }
  }

  /// The build definition is the certificate's Build Config URI without its ref; certificates from
  /// before that extension have it in their name.
  private func buildConfiguration(
    _ expected: String, _ bundle: VerifiedBundle, ignoringASCIICaseOf prefix: String
  ) -> VerificationCheck {
    let found =
      bundle.certificate.claims[.buildConfigURI]
      ?? bundle.certificate.subjectAlternativeName.text
    let bytes = Array(found.utf8)
    let split = bytes.firstIndex(of: UInt8(ascii: "@")) ?? bytes.endIndex
    let path = Array(bytes[..<split])
    let wanted = Array(expected.utf8)
    let boundary = prefix.utf8.count
    let matches =
      path.count == wanted.count
      && path[boundary...].elementsEqual(wanted[boundary...])
      && lowercased(path[..<boundary]) == lowercased(wanted[..<boundary])
    return VerificationCheck(
      .identity, matches ? .passed : .failed("it was signed by a different workflow"),
      expected: expected, found: found)
  }

  private func predicateCheck(_ bundle: VerifiedBundle) -> VerificationCheck {
    // Any statement by the right signer is not enough: a workflow may also attest a scan.
    let accepted =
      requiredPredicates.isEmpty
      ? [PredicateType.publish, PredicateType.slsaProvenance] : requiredPredicates
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

  private func compare(
    _ rule: VerificationRule, _ what: String, _ expected: String, _ found: String?,
    ignoringASCIICase: Bool = false
  ) -> VerificationCheck {
    let matches =
      found.map { found in
        ignoringASCIICase
          ? lowercased(found.utf8) == lowercased(expected.utf8)
          : found.utf8.elementsEqual(expected.utf8)
      } ?? false
    return VerificationCheck(
      rule, matches ? .passed : .failed("it was signed with a different \(what)"),
      expected: expected, found: found ?? "nothing")
  }

  private func lowercased(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }
  }
}
