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
      logEntries: try [entry(for: envelope, certificate: certificate)].compactMap { $0 })
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
  private static func answer(_ entry: TransparencyLogEntry, uuid: String) -> JSONValue {
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
