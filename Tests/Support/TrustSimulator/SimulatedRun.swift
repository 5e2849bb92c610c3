// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Certificates
import Crypto
package import Encodings
package import Sigstore
import TransparencyLog

/// Who signs in a simulated instance, with all that the identity token says.
package struct SimulatedRun: Sendable {
  /// The certificate's name.
  package var name: String
  /// The token's issuer.
  package var issuer: String
  /// The other claims.
  package var claims: [FulcioExtension: String]

  /// Describes a signer.
  package init(name: String, issuer: String, claims: [FulcioExtension: String]) {
    self.name = name
    self.issuer = issuer
    self.claims = claims
  }

  /// A workflow of `acme/greeting` on GitHub that was started by pushing the tag `v1.0.0`.
  package static var gitHub: SimulatedRun {
    let repository = "https://github.com/acme/greeting"
    let workflow = "\(repository)/.github/workflows/release.yml@refs/tags/v1.0.0"
    let commit = String(repeating: "ab", count: 20)
    return SimulatedRun(
      name: workflow, issuer: "https://token.actions.githubusercontent.com",
      claims: [
        .buildSignerURI: workflow, .buildSignerDigest: commit, .runnerEnvironment: "github-hosted",
        .sourceRepositoryURI: repository, .sourceRepositoryDigest: commit,
        .sourceRepositoryRef: "refs/tags/v1.0.0", .sourceRepositoryIdentifier: "1234",
        .sourceRepositoryOwnerURI: "https://github.com/acme",
        .sourceRepositoryOwnerIdentifier: "56", .buildConfigURI: workflow,
        .buildConfigDigest: commit, .buildTrigger: "push",
        .runInvocationURI: "\(repository)/actions/runs/7/attempts/1",
        .deploymentEnvironment: "publish",
      ])
  }

  /// The provenance that GitHub writes about such a run, with members replaced.
  package func provenance(
    editing path: [JSONStep] = [], to value: JSONValue? = nil
  ) -> JSONValue {
    func claim(_ name: FulcioExtension) -> String { claims[name] ?? "" }
    let document: JSONValue = [
      "buildDefinition": [
        "buildType": "https://actions.github.io/buildtypes/workflow/v1",
        "externalParameters": [
          "workflow": [
            "ref": .string(claim(.sourceRepositoryRef)),
            "repository": .string(claim(.sourceRepositoryURI)),
            "path": ".github/workflows/release.yml",
          ]
        ],
        "internalParameters": [
          "github": [
            "event_name": .string(claim(.buildTrigger)),
            "repository_id": .string(claim(.sourceRepositoryIdentifier)),
            "repository_owner_id": .string(claim(.sourceRepositoryOwnerIdentifier)),
            "runner_environment": .string(claim(.runnerEnvironment)),
          ]
        ],
        "resolvedDependencies": [
          [
            "uri": .string(
              "git+\(claim(.sourceRepositoryURI))@\(claim(.sourceRepositoryRef))"),
            "digest": ["gitCommit": .string(claim(.sourceRepositoryDigest))],
          ]
        ],
      ],
      "runDetails": [
        "builder": ["id": .string(claim(.buildSignerURI))],
        "metadata": ["invocationId": .string(claim(.runInvocationURI))],
      ],
    ]
    return path.isEmpty ? document : document.editing(path) { _ in value }
  }
}

extension TrustSimulator {
  /// Signs a statement as a run, logged as `dsse`.
  package func sign(_ statement: Statement, as run: SimulatedRun) throws -> Bundle {
    let (envelope, certificate) = try envelope(statement, as: run)
    return Bundle(
      certificate: certificate, content: .envelope(envelope),
      logEntries: try [entry(for: .envelope(envelope), certificate: certificate)].compactMap { $0 })
  }

  /// A timestamp over a message, some seconds after the certificate's first moment.
  package func timestamp(for message: [UInt8], after seconds: Int64) throws -> [UInt8] {
    try stamper.answer(for: message, at: Self.time.adding(seconds: seconds))
  }

  /// Signs a file's digest of any hash by the bare key, logged as `hashedrekord` 0.0.1, or as 0.0.2
  /// with a timestamp.
  package func sign(
    file: [UInt8], hash: ArtifactDigest.Algorithm, isTiled: Bool = false
  ) throws -> Bundle {
    let digest = ArtifactDigest(hash, hashing: file)
    let signed =
      switch hash {
      case .sha256: try bareKey.signature(for: SHA256.hash(data: file))
      case .sha384: try bareKey.signature(for: SHA384.hash(data: file))
      case .sha512: try bareKey.signature(for: SHA512.hash(data: file))
      }
    let signature = Array(signed.derRepresentation)
    let der = Array(bareKey.publicKey.derRepresentation)
    let pem = Base64.encode(Array(PEM.encode(der, label: "PUBLIC KEY").utf8))
    let content: JSONValue = .string(Base64.encode(signature))
    let spec: JSONValue =
      isTiled
      ? [
        "hashedRekordV002": [
          "data": [
            "algorithm": .string(hash.protobufName),
            "digest": .string(Base64.encode(digest.bytes)),
          ],
          "signature": [
            "content": content,
            "verifier": [
              "keyDetails": "PKIX_ECDSA_P256_SHA_256",
              "publicKey": ["rawBytes": .string(Base64.encode(der))],
            ],
          ],
        ]
      ]
      : [
        "data": [
          "hash": [
            "algorithm": .string(hash.rawValue), "value": .string(digest.hexadecimal),
          ]
        ],
        "signature": ["content": content, "publicKey": ["content": .string(pem)]],
      ]
    let version = isTiled ? "0.0.2" : "0.0.1"
    let body = try CanonicalJSON.encode([
      "apiVersion": .string(version), "kind": "hashedrekord", "spec": spec,
    ])
    let entry = try (isTiled ? tiledLog : log).entry(
      body, kindVersion: ("hashedrekord", version), time: Self.seen, lie: nil)
    return Bundle(
      keyHint: "", content: .messageSignature(digest: digest, signature: signature),
      logEntries: [entry], timestamps: isTiled ? [try timestamp(for: signature)] : [])
  }

  /// An envelope with its certificate as generators wrote it up to 2024, and the log's answer about
  /// its entry.
  ///
  /// - Parameters:
  ///   - statement: what is signed.
  ///   - run: who signs.
  ///   - isIntoto: whether it was logged as `intoto` 0.0.1, which binds the text alone, and not as
  ///     `dsse` 0.0.1.
  package func legacy(
    _ statement: Statement, as run: SimulatedRun, isIntoto: Bool
  ) throws -> (text: [UInt8], uuid: String, answer: [UInt8]) {
    let (envelope, certificate) = try envelope(statement, as: run)
    let pem = PEM.encode(certificate, label: "CERTIFICATE")
    let text = Array(
      JSONValue.object([
        ("payloadType", .string(envelope.payloadType)),
        ("payload", .string(Base64.encode(envelope.payload))),
        (
          "signatures",
          [
            [
              "keyid": "", "sig": .string(Base64.encode(envelope.signature)),
              "cert": .string(pem),
            ]
          ]
        ),
      ]).compactText.utf8)
    let body =
      isIntoto
      ? try LogEntryBody.intotoV1(envelope, envelopeText: text, verifierPEM: pem)
      : try LogEntryBody.dsse(envelope, envelopeText: text, verifierPEM: pem)
    let entry = try log.entry(
      body, kindVersion: (isIntoto ? "intoto" : "dsse", "0.0.1"), time: Self.seen, lie: nil)
    let uuid = MerkleHash.leaf(body).hexadecimal
    return (text, uuid, Array(Self.answer(entry, uuid: uuid).compactText.utf8))
  }

  private func envelope(
    _ statement: Statement, as run: SimulatedRun
  ) throws -> (DSSEEnvelope, certificate: [UInt8]) {
    let key = P256.Signing.PrivateKey()
    let certificate = try authority.issue(
      for: key.publicKey, name: run.name, issuer: run.issuer, claims: run.claims, at: Self.time,
      lie: nil, decoy: decoy)
    let payload = try statement.payload()
    let type = DSSEEnvelope.inTotoPayloadType
    let signed = DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)
    return (
      DSSEEnvelope(
        payloadType: type, payload: payload,
        signature: Array(try key.signature(for: signed).derRepresentation)), certificate
    )
  }

  /// An entry as Rekor v1 answers it.
  package static func answer(_ entry: TransparencyLogEntry, uuid: String) -> JSONValue {
    var verification = JSONObject()
    if let promise = entry.signedEntryTimestamp {
      verification["signedEntryTimestamp"] = .string(Base64.encode(promise))
    }
    if let inclusion = entry.inclusion {
      verification["inclusionProof"] = [
        "checkpoint": .string(inclusion.checkpoint ?? ""),
        "hashes": .array(inclusion.hashes.map { .string($0.hexadecimal) }),
        "logIndex": .integer(Int64(inclusion.logIndex)),
        "rootHash": .string(inclusion.rootHash.hexadecimal),
        "treeSize": .integer(Int64(inclusion.treeSize)),
      ]
    }
    let answer: JSONValue = [
      "body": .string(Base64.encode(entry.canonicalizedBody)),
      "integratedTime": .integer(entry.integratedTime ?? 0),
      "logID": .string(Hexadecimal.encode(entry.logID)),
      "logIndex": .integer(Int64(entry.logIndex)),
      "verification": .object(verification),
    ]
    return .object([(uuid, answer)])
  }
}
