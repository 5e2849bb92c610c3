// SPDX-License-Identifier: Apache-2.0

import Certificates
import Sigstore

/// Compares a certificate with a publisher of the policy.
///
/// Names are those of Trusted Publishing; where they are in the certificate says fulcio's
/// `oid-info.md`.
struct PublisherComparison {
  let policy: PublisherPolicy
  let certificate: SigningCertificate
  let release: ReleaseName?

  /// Every criterion.
  var checks: [VerificationCheck] {
    var checks = signerChecks
    if let environment = policy.environment {
      checks.append(
        compare(
          .identity, "deployment environment", environment, claims[.deploymentEnvironment]))
    }
    if let workflow = policy.signerWorkflow { checks.append(signerWorkflowCheck(workflow)) }
    if let number = policy.identifiers.repository {
      checks.append(
        compare(
          .identity, "repository (number)", number, claims[.sourceRepositoryIdentifier]))
    }
    if let number = policy.identifiers.owner {
      checks.append(
        compare(
          .identity, "owner (number)", number, claims[.sourceRepositoryOwnerIdentifier]))
    }
    if let check = refCheck { checks.append(check) }
    if policy.runner == .gitHubHosted {
      let found = claims[.runnerEnvironment]
      let isHosted = found?.utf8.elementsEqual(policy.runner.rawValue.utf8) == true
      checks.append(
        VerificationCheck(
          .runner, isHosted ? .passed : .failed("it did not run on a machine of the forge"),
          expected: policy.runner.rawValue, found: found ?? "nothing"))
    }
    return checks
  }

  private var claims: [FulcioExtension: String] { certificate.claims }

  private var signerChecks: [VerificationCheck] {
    switch policy.signer {
    case .gitHub(let repository, let workflow):
      let uri = "https://github.com/\(repository)"
      var checks = [
        gitHubIssuer,
        // The forge treats owner and repository without regard to ASCII case.
        compare(.identity, "repository", uri, gitHubRepository, ignoringASCIICase: true),
      ]
      if let workflow {
        checks.append(
          buildConfiguration("\(uri)/.github/workflows/\(workflow)", ignoringASCIICaseOf: uri))
      }
      return checks
    case .gitHubOwner(let owner):
      let found = gitHubRepository.map { repository in
        repository.utf8.lastIndex(of: UInt8(ascii: "/"))
          .map { String(repository[..<$0]) } ?? repository
      }
      return [
        gitHubIssuer,
        compare(
          .identity, "owner", "https://github.com/\(owner)", found, ignoringASCIICase: true),
      ]
    case .gitLab(let repository, let path):
      let uri = "https://gitlab.com/\(repository)"
      var checks = [
        compare(.issuer, "identity issuer", "https://gitlab.com", certificate.issuer),
        compare(
          .identity, "repository", uri, claims[.sourceRepositoryURI], ignoringASCIICase: true),
      ]
      if let path {
        checks.append(buildConfiguration("\(uri)//\(path)", ignoringASCIICaseOf: uri))
      }
      return checks
    case .google(let email):
      return SignerIdentity(name: email, issuer: "https://accounts.google.com")
        .checks(certificate)
    case .hallmark(let issuer, let subject):
      return SignerIdentity(name: subject, issuer: issuer).checks(certificate)
    case .identity(let identity):
      return identity.checks(certificate)
    }
  }

  private var gitHubIssuer: VerificationCheck {
    compare(
      .issuer, "identity issuer", "https://token.actions.githubusercontent.com",
      certificate.issuer)
  }

  /// URL of the source repository; certificates from before that extension have only its name.
  private var gitHubRepository: String? {
    claims[.sourceRepositoryURI]
      ?? claims[.gitHubWorkflowRepository].map { "https://github.com/\($0)" }
  }

  private var refCheck: VerificationCheck? {
    let found = claims[.sourceRepositoryRef] ?? claims[.gitHubWorkflowRef]
    let tag = found.flatMap { ref in
      ref.utf8.starts(with: "refs/tags/".utf8) ? String(ref.utf8.dropFirst(10)) : nil
    }
    func check(_ matches: Bool, _ problem: String, _ expected: String) -> VerificationCheck {
      VerificationCheck(
        .sourceRef, matches ? .passed : .failed(problem), expected: expected,
        found: found ?? "no ref")
    }
    switch policy.ref {
    case .any: return nil
    case .exactly(let ref):
      return compare(.sourceRef, "source ref", ref, found)
    case .versionTag:
      guard let release else { fallthrough }
      return check(
        tag.map { release.isTag($0) } ?? false,
        tag == nil ? "it was not built from a tag" : "it was built from a tag of another version",
        "refs/tags/v\(release.version)")
    case .tag:
      return check(tag != nil, "it was not built from a tag", "refs/tags/…")
    }
  }

  /// The workflow that signed, which may be another repository's than the source's.
  private func signerWorkflowCheck(_ expected: String) -> VerificationCheck {
    let found = claims[.buildSignerURI] ?? certificate.subjectAlternativeName.text
    let uri = "https://github.com/\(expected)"
    let hasRef = expected.utf8.contains(UInt8(ascii: "@"))
    let compared = hasRef ? found : withoutRef(found)
    return VerificationCheck(
      .identity,
      compared.utf8.elementsEqual(uri.utf8)
        ? .passed : .failed("it was signed by a different workflow"),
      expected: uri, found: found)
  }

  /// The build definition is the certificate's Build Config URI without its ref; certificates from
  /// before that extension have it in their name.
  private func buildConfiguration(
    _ expected: String, ignoringASCIICaseOf prefix: String
  ) -> VerificationCheck {
    let found = claims[.buildConfigURI] ?? certificate.subjectAlternativeName.text
    let path = Array(withoutRef(found).utf8)
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

  private func withoutRef(_ uri: String) -> String {
    String(decoding: uri.utf8.prefix { $0 != UInt8(ascii: "@") }, as: UTF8.self)
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
