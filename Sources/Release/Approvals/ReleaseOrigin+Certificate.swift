// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
package import Sigstore

extension ReleaseOrigin {
  /// Reads where a file comes from out of verified evidence.
  ///
  /// What the certificate says counts before what the signer says in provenance.
  package init(_ verified: VerifiedBundle) {
    let claims = verified.certificate.claims
    var provenance: BuildProvenance?
    if let statement = verified.statement,
      statement.predicateType.utf8.elementsEqual(PredicateType.slsaProvenance.utf8)
        || statement.predicateType.utf8.elementsEqual(PredicateType.slsaProvenanceV02.utf8)
    {
      provenance = (try? statement.payload()).flatMap { try? BuildProvenance(parsing: $0) }
    }
    let digests = provenance?.dependencies.first?.digests
    self.init(
      publisher: verified.certificate.subjectAlternativeName.text,
      issuer: verified.certificate.issuer ?? "",
      builder: claims[.buildSignerURI] ?? provenance?.builderID,
      repository: claims[.sourceRepositoryURI]
        ?? claims[.gitHubWorkflowRepository].map { "https://github.com/\($0)" },
      commit: claims[.sourceRepositoryDigest] ?? claims[.gitHubWorkflowSHA]
        ?? digests?["gitCommit"] ?? digests?["sha1"],
      ref: claims[.sourceRepositoryRef] ?? claims[.gitHubWorkflowRef])
  }

  /// The different origins of files, each given by the evidence about it.
  package static func collected(from files: [[VerifiedBundle]]) -> [ReleaseOrigin] {
    var result: [ReleaseOrigin] = []
    for bundles in files {
      var ofFile: [ReleaseOrigin] = []
      for origin in bundles.map({ ReleaseOrigin($0) }) {
        if let place = ofFile.firstIndex(where: { $0.merged(with: origin) != nil }),
          let merged = ofFile[place].merged(with: origin)
        {
          ofFile[place] = merged
        } else {
          ofFile.append(origin)
        }
      }
      for origin in ofFile where !result.contains(origin) { result.append(origin) }
    }
    return result
  }

  /// One origin of two that say different things about the same; `nil` if they contradict.
  private func merged(with other: ReleaseOrigin) -> ReleaseOrigin? {
    func agree(_ one: String?, _ two: String?) -> Bool {
      guard let one, let two else { return true }
      return one.utf8.elementsEqual(two.utf8)
    }
    guard agree(publisher, other.publisher), agree(issuer, other.issuer),
      agree(builder, other.builder), agree(repository, other.repository),
      agree(commit, other.commit), agree(ref, other.ref)
    else { return nil }
    return ReleaseOrigin(
      publisher: publisher, issuer: issuer, builder: builder ?? other.builder,
      repository: repository ?? other.repository, commit: commit ?? other.commit,
      ref: ref ?? other.ref)
  }
}
