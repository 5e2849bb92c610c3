// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
package import Policies
package import Sigstore

/// The publisher that a verified signer would be in a policy: what is known of it, pinned as tightly
/// as its next release can still meet.
package enum PublisherProposal {
  private static let gitHub = "https://github.com/"
  private static let gitLab = "https://gitlab.com/"

  /// Proposes a publisher for evidence that one signer made.
  ///
  /// - Parameters:
  ///   - bundles: verified bundles of the same signer, at least one.
  ///   - release: what the artifact's name says.
  /// - Returns: the publisher; `nil` without a bundle.
  package static func publisher(
    for bundles: [VerifiedBundle], release: ReleaseName?
  ) -> PublisherPolicy? {
    guard let certificate = bundles.first?.certificate else { return nil }
    let claims = certificate.claims
    let signer = signer(certificate)
    let known = [PredicateType.publish, PredicateType.slsaProvenance]
    let types = bundles.compactMap { $0.statement?.predicateType }
    var required = known.filter { types.contains($0) }
    if required.isEmpty, let other = types.first { required = [other] }
    guard signer.isForge else {
      return PublisherPolicy(signer: signer, requiredPredicates: required)
    }
    let isHosted = claims[.runnerEnvironment] == PublisherPolicy.Runner.gitHubHosted.rawValue
    var isGitHub = false
    if case .gitHub = signer { isGitHub = true }
    return PublisherPolicy(
      signer: signer, environment: claims[.deploymentEnvironment],
      ref: ref(claims[.sourceRepositoryRef] ?? claims[.gitHubWorkflowRef], release: release),
      runner: isGitHub && isHosted ? .gitHubHosted : .any,
      identifiers: isGitHub
        ? PublisherPolicy.Identifiers(
          repository: claims[.sourceRepositoryIdentifier],
          owner: claims[.sourceRepositoryOwnerIdentifier]) : PublisherPolicy.Identifiers(),
      signerWorkflow: isGitHub ? reusableWorkflow(certificate) : nil,
      requiredPredicates: required)
  }

  private static func signer(_ certificate: SigningCertificate) -> PublisherPolicy.Signer {
    let name = certificate.subjectAlternativeName.text
    let issuer = certificate.issuer ?? ""
    let claims = certificate.claims
    let configuration = claims[.buildConfigURI].map(withoutRef)
    if issuer == "https://token.actions.githubusercontent.com",
      let repository = rest(claims[.sourceRepositoryURI], after: gitHub)
    {
      return .gitHub(
        repository: repository,
        workflow: rest(configuration, after: "\(gitHub)\(repository)/.github/workflows/"))
    }
    if issuer == "https://gitlab.com",
      let repository = rest(claims[.sourceRepositoryURI], after: gitLab)
    {
      return .gitLab(
        repository: repository,
        workflowFilepath: rest(configuration, after: "\(gitLab)\(repository)//"))
    }
    if issuer == "https://accounts.google.com",
      case .email(let email) = certificate.subjectAlternativeName
    {
      return .google(email: email)
    }
    if name.utf8.starts(with: "\(issuer)/workspace/".utf8) {
      return .hallmark(issuer: issuer, subject: name)
    }
    return .identity(SignerIdentity(name: name, issuer: issuer))
  }

  /// A tag of the release's version will be one again; so will a tag, or a branch.
  private static func ref(_ ref: String?, release: ReleaseName?) -> PublisherPolicy.Ref {
    guard let ref else { return .any }
    guard let tag = rest(ref, after: "refs/tags/") else { return .exactly(ref) }
    guard let release else { return .tag }
    return release.isTag(tag) ? .versionTag : .tag
  }

  /// The workflow that signed, if it is not the one that was triggered.
  private static func reusableWorkflow(_ certificate: SigningCertificate) -> String? {
    guard let signer = certificate.claims[.buildSignerURI].map(withoutRef),
      let configuration = certificate.claims[.buildConfigURI].map(withoutRef),
      !signer.utf8.elementsEqual(configuration.utf8)
    else { return nil }
    return rest(signer, after: gitHub)
  }

  private static func withoutRef(_ uri: String) -> String {
    String(decoding: uri.utf8.prefix { $0 != UInt8(ascii: "@") }, as: UTF8.self)
  }

  private static func rest(_ text: String?, after prefix: String) -> String? {
    guard let text, text.utf8.starts(with: prefix.utf8) else { return nil }
    let rest = text.utf8.dropFirst(prefix.utf8.count)
    return rest.isEmpty ? nil : String(decoding: rest, as: UTF8.self)
  }
}
