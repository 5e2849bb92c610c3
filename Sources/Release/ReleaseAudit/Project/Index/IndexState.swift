// SPDX-License-Identifier: Apache-2.0

/// What a package index shows of a project's last release.
///
/// What an attestation says counts only where it was verified; what the index says of its own
/// settings (publishers) is the index's word.
package struct IndexState: Hashable, Sendable {
  /// The address of the index's simple API.
  package let index: String
  /// The project's name there.
  package let project: String
  /// The last release.
  package let release: IndexAnswer<IndexRelease>

  /// Describes a state.
  package init(index: String, project: String, release: IndexAnswer<IndexRelease>) {
    self.index = index
    self.project = project
    self.release = release
  }

  /// Whether it is the public index, whose accounts all have a second factor.
  package var isPyPI: Bool { index.hasPrefix("https://pypi.org/") }
}

/// Something that an index was asked for.
package enum IndexAnswer<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The answer.
  case known(Value)
  /// There is none, and why: the request with what came of it.
  case unknown(String)
}

/// A release at an index.
package struct IndexRelease: Hashable, Sendable {
  /// The version as the index writes it.
  package let version: String
  /// Its wheels and source distributions.
  package let files: [IndexFile]

  /// Describes a release.
  package init(version: String, files: [IndexFile]) {
    self.version = version
    self.files = files
  }

  /// The publishers that the index names, each once.
  var publishers: [IndexPublisher] {
    var result: [IndexPublisher] = []
    for file in files {
      guard case .known(let provenance) = file.provenance else { continue }
      for publisher in provenance.publishers where !result.contains(publisher) {
        result.append(publisher)
      }
    }
    return result
  }

  /// The attestations that hold, of all files.
  var attested: [IndexAttested] {
    files.flatMap { file -> [IndexAttested] in
      guard case .known(let provenance) = file.provenance,
        case .verified(let attested) = provenance.verification
      else { return [] }
      return attested
    }
  }
}

/// A file at an index.
package struct IndexFile: Hashable, Sendable {
  /// Its name.
  package let name: String
  /// Whether it is a wheel.
  package let isWheel: Bool
  /// The SHA-256 that the index gives, in hexadecimal; nil where it gives none.
  package let sha256: String?
  /// The SHA-256 of the file of that name in `dist/`; nil where there is none.
  package let local: String?
  /// What the index has to say of where it comes from.
  package let provenance: IndexAnswer<IndexProvenance>

  /// Describes a file.
  package init(
    name: String, isWheel: Bool, sha256: String?, local: String? = nil,
    provenance: IndexAnswer<IndexProvenance>
  ) {
    self.name = name
    self.isWheel = isWheel
    self.sha256 = sha256
    self.local = local
    self.provenance = provenance
  }
}

/// A provenance object of PEP 740, with what verification made of it.
package struct IndexProvenance: Hashable, Sendable {
  /// What verification of its attestations found.
  package enum Verification: Hashable, Sendable {
    /// There is none.
    case absent
    /// These hold, for the digest that the index gives for the file.
    case verified([IndexAttested])
    /// None holds, and why.
    case refused(String)
    /// It cannot be told, and why.
    case undecided(String)
  }

  /// Who published, in the index's words.
  package let publishers: [IndexPublisher]
  /// What verification found.
  package let verification: Verification

  /// Describes provenance.
  package init(publishers: [IndexPublisher], verification: Verification) {
    self.publishers = publishers
    self.verification = verification
  }
}

/// Who published a file, as the index says.
package struct IndexPublisher: Hashable, Sendable {
  /// The kind: `GitHub`.
  package let kind: String
  /// Owner and name.
  package let repository: String
  /// The workflow's file, without its folder.
  package let workflow: String
  /// The environment; nil where any will do.
  package let environment: String?

  /// Describes a publisher.
  package init(kind: String, repository: String, workflow: String, environment: String?) {
    self.kind = kind
    self.repository = repository
    self.workflow = workflow
    self.environment = environment
  }
}

/// What a verified attestation says of where a file comes from.
package struct IndexAttested: Hashable, Sendable {
  /// The name in the certificate.
  package let signer: String
  /// The source repository's address.
  package let repository: String?
  /// The commit.
  package let commit: String?

  /// Describes a verified attestation.
  package init(signer: String, repository: String?, commit: String?) {
    self.signer = signer
    self.repository = repository
    self.commit = commit
  }
}
