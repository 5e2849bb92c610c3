// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings
package import PyPIAttestations
package import Sigstore

/// One piece of evidence: what it says, in which form it came, and from where.
package struct Evidence: Hashable, Sendable {
  /// The form in which it came.
  package enum Form: String, Hashable, Sendable, CaseIterable {
    /// A Sigstore bundle.
    case bundle = "Sigstore bundle"
    /// A line of a JSON Lines file.
    case bundleLine = "Sigstore bundle line"
    /// A PEP 740 attestation.
    case attestation = "PEP 740 attestation"
    /// An attestation of a PEP 740 provenance object.
    case provenance = "PEP 740 provenance"
    /// An attestation of npm's registry.
    case npm = "npm attestation"
    /// An attestation as GitHub's API answers it.
    case gitHub = "GitHub attestation"
    /// A layer of attestations beside an image, as cosign stores them.
    case cosign = "cosign attestation"
    /// A bare envelope whose signature carries its certificate (`.intoto.jsonl` up to 2024).
    case legacyEnvelope = "DSSE envelope with certificate"
    /// A bare envelope that is signed by a key, such as a verification summary.
    case keyEnvelope = "DSSE envelope"
    /// What `gcloud` prints about an image of Google Cloud Build.
    case cloudBuild = "Cloud Build provenance"
  }

  /// What it says.
  package enum Content: Hashable, Sendable {
    /// A bundle, in whichever form it came.
    case bundle(Bundle)
    /// An envelope with certificate, to be completed by its log entry.
    case legacy(LegacyEnvelope)
    /// An envelope that a key signed and no log has.
    case envelope(DSSEEnvelope)
    /// The output of `gcloud`.
    case cloudBuild(CloudBuildProvenance)
  }

  /// The form.
  package let form: Form
  /// Where it is, such as a path, with a line or position when the file holds several.
  package let place: String
  /// What it says.
  package let content: Content
  /// The publisher that an index claims; never compared with anything.
  package let claimedPublisher: Publisher?
  /// The predicate type as npm's registry says it; the signed statement decides.
  package let claimedPredicateType: String?
  /// Whether it is one of several lines of a file, of which others are about other artifacts.
  package let isLine: Bool

  /// Makes a piece of evidence.
  package init(
    form: Form, place: String, content: Content, claimedPublisher: Publisher? = nil,
    claimedPredicateType: String? = nil, isLine: Bool = false
  ) {
    self.form = form
    self.place = place
    self.content = content
    self.claimedPublisher = claimedPublisher
    self.claimedPredicateType = claimedPredicateType
    self.isLine = isLine
  }

  /// PEP 740 evidence must be about one file, by name.
  package var isPEP740: Bool { form == .attestation || form == .provenance }

  /// The bundle, if the content is one.
  package var bundle: Bundle? {
    if case .bundle(let bundle) = content { bundle } else { nil }
  }

  /// The envelope, if there is one.
  package var envelope: DSSEEnvelope? {
    switch content {
    case .bundle(let bundle):
      if case .envelope(let envelope) = bundle.content { envelope } else { nil }
    case .legacy(let legacy): legacy.envelope
    case .envelope(let envelope): envelope
    case .cloudBuild: nil
    }
  }

  /// Whether an inclusion proof must be there.
  ///
  /// npm's and cosign's attestations of the first years have the log's signed promise alone. So have
  /// some bundles of version 0.1; but the version is not signed, so there the user must allow it.
  func requirements(allowingPromiseAlone: Bool) -> VerificationRequirements {
    let isOld =
      switch form {
      case .npm, .cosign, .legacyEnvelope: true
      default: allowingPromiseAlone && bundle?.version == .v01
      }
    return VerificationRequirements(inclusionProof: isOld ? .whenPresent : .required)
  }

  /// The hash by which the evidence names artifacts: the artifact's first that any subject has.
  ///
  /// What is looked at here is not verified; it only chooses with which of an artifact's own
  /// digests the verified subjects are compared.
  func digest(of artifact: Artifact) -> ArtifactDigest {
    if case .messageSignature(let signed?, _)? = bundle?.content {
      return artifact.digests.first { $0.algorithm == signed.algorithm } ?? artifact.digest
    }
    guard let payload = envelope?.payload, let statement = try? Statement(parsing: payload)
    else { return artifact.digest }
    return artifact.digests.first { digest in
      statement.subjects.contains { $0.digests[digest.algorithm.rawValue] != nil }
    } ?? artifact.digest
  }

  /// The hash of an artifact that the evidence needs beside its SHA-256: npm names packages by
  /// SHA-512 alone, and a file may be signed by its SHA-384 or SHA-512.
  package var otherHash: ArtifactDigest.Algorithm? {
    if case .messageSignature(let signed?, _)? = bundle?.content {
      return signed.algorithm == .sha256 ? nil : signed.algorithm
    }
    guard let payload = envelope?.payload, let statement = try? Statement(parsing: payload)
    else { return nil }
    func names(_ hash: ArtifactDigest.Algorithm) -> Bool {
      statement.subjects.contains { $0.digests[hash.rawValue] != nil }
    }
    return names(.sha256) ? nil : [.sha512, .sha384].first(where: names)
  }

  /// The UUIDs under which a log may have the entry that is missing here.
  ///
  /// 64 hexadecimal digits each, the leaf hash of the entry's body (Rekor v1); none when nothing is
  /// missing.
  package var missingEntryUUIDs: [String] {
    guard case .legacy(let legacy) = content else { return [] }
    return legacy.entryUUIDs
  }

  /// The same with its log entry, if one of these is it; verification decides whether it holds.
  package func completed(with entries: [TransparencyLogEntry]) -> Evidence {
    guard case .legacy(let legacy) = content else { return self }
    for entry in entries {
      if let bundle = legacy.bundle(matching: entry) {
        return Evidence(
          form: form, place: place, content: .bundle(bundle), isLine: isLine)
      }
    }
    return self
  }
}

/// An artifact: its digests and, where known, its name.
package struct Artifact: Hashable, Sendable {
  /// The file name without folder; PEP 740 evidence must name it.
  package let filename: String?
  /// The digest that is preferred, and shown.
  package let digest: ArtifactDigest
  /// All digests of the contents that are known, the preferred one first.
  package let digests: [ArtifactDigest]
  /// The name before `@` when the artifact is an image in a registry.
  package let imageName: String?

  /// Describes an artifact by its digests.
  package init(
    filename: String?, digest: ArtifactDigest, others: [ArtifactDigest] = [],
    imageName: String? = nil
  ) {
    self.filename = filename
    self.digest = digest
    digests = [digest] + others
    self.imageName = imageName
  }

  /// Describes a file by its SHA-256.
  package init(filename: String?, digest: SHA256Hash) {
    self.init(filename: filename, digest: ArtifactDigest(digest))
  }
}
