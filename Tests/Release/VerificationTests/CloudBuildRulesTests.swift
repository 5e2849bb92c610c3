// SPDX-License-Identifier: Apache-2.0

import Attestations
import Crypto
import Encodings
import Foundation
import Sigstore
import Testing
import TrustSimulator

@testable import Verification

/// Images of Cloud Build: everything true but one thing, through the whole verifier.
@Suite struct CloudBuildRulesTests {
  private static let image = ArtifactDigest(SHA256Hash(hashing: Array("image".utf8)))
  private static let other = ArtifactDigest(SHA256Hash(hashing: Array("other".utf8)))
  private static let key = P256.Signing.PrivateKey()
  private static let globalKey =
    "projects/verified-builder/locations/global/keyRings/attestor/cryptoKeys/"
  private static let regionalKey =
    "projects/verified-builder/locations/us-central1/keyRings/attestor/cryptoKeys/builtByGCB"
    + "/cryptoKeyVersions/1"

  /// The generations of Cloud Build's provenance, and by which key each is signed.
  enum Generation: CaseIterable, Sendable {
    case v01, v01Regional, v02, v1

    var keyID: String {
      switch self {
      case .v01, .v02: globalKey + "provenanceSigner/cryptoKeyVersions/1"
      case .v01Regional: regionalKey
      case .v1: globalKey + "google-hosted-worker/cryptoKeyVersions/1"
      }
    }

    var statement: JSONValue {
      let worker = TrustedBuilders.cloudBuild
      let predicate: JSONValue =
        switch self {
        case .v1:
          [
            "buildDefinition": [
              "buildType": "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1",
              "externalParameters": [
                "buildConfigSource": [
                  "repository": "git+https://github.com/acme/greeting", "ref": "refs/tags/v1.0.0",
                ]
              ],
              "internalParameters": ["systemSubstitutions": ["TAG_NAME": "v1.0.0"]],
            ], "runDetails": ["builder": ["id": .string(worker)]],
          ]
        default:
          [
            "builder": ["id": .string(worker + (self == .v02 ? "@v0.2" : "@v0.3"))],
            "recipe": [
              "type": .string(
                self == .v02
                  ? worker + "@v0.2" : "https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1"),
              "arguments": [
                "@type": "type.googleapis.com/google.devtools.cloudbuild.v1.Build",
                "substitutions": ["TAG_NAME": "v1.0.0"],
              ],
            ],
            "materials": [
              [
                "uri": .string(
                  "https://github.com/acme/greeting"
                    + (self == .v02 ? "/commit/abc" : "#refs/tags/v1.0.0"))
              ]
            ],
          ]
        }
      return [
        "_type": "https://in-toto.io/Statement/v0.1",
        "subject": [["name": "image", "digest": ["sha256": .string(image.hexadecimal)]]],
        "predicateType": .string(
          self == .v1 ? "https://slsa.dev/provenance/v1" : "https://slsa.dev/provenance/v0.1"),
        "predicate": predicate,
      ]
    }

    /// The readable copy beside the signed statement.
    func copy(_ statement: JSONValue) -> JSONValue {
      guard self != .v1 else { return ["inTotoSlsaProvenanceV1": statement] }
      let renamed = statement.editing(["slsaProvenance"]) { _ in statement.at(["predicate"]) }
        .editing(["predicate"]) { _ in nil }
      return ["intotoStatement": renamed]
    }
  }

  /// What is changed, and where: in the statement before it is signed, or in the output after that.
  private func reason(
    _ generation: Generation, statement: ([JSONStep], JSONValue?)? = nil,
    output: ([JSONStep], JSONValue?)? = nil, keyID: String? = nil,
    signing: P256.Signing.PrivateKey = key,
    expecting: ProvenanceExpectations = .init(sourceURI: "github.com/acme/greeting"),
    keyText: String? = nil
  ) async throws -> String {
    var truth = generation.statement
    if let statement { truth = truth.editing(statement.0) { _ in statement.1 } }
    let payload = Array(truth.compactText.utf8)
    let type = DSSEEnvelope.inTotoPayloadType
    let signed =
      generation == .v01Regional
      ? payload : DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)
    let signature = Array(try signing.signature(for: signed).derRepresentation)
    var document: JSONValue = [
      "image_summary": [
        "digest": .string("\(Self.image)"),
        "fully_qualified_digest": .string("registry.example/image@\(Self.image)"),
      ],
      "provenance_summary": [
        "provenance": [
          [
            "kind": "BUILD",
            "resourceUri": .string("https://registry.example/image@\(Self.image)"),
            "build": generation.copy(truth),
            "envelope": [
              "payloadType": .string(type), "payload": .string(Base64.encode(payload)),
              "signatures": [
                [
                  "keyid": .string(keyID ?? generation.keyID),
                  "sig": .string(Base64.encode(signature)),
                ]
              ],
            ],
          ]
        ]
      ],
    ]
    if let output { document = document.editing(output.0) { _ in output.1 } }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hallmark-keys-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in [
      "global-pae-provenanceSigner_1", "global-pae-google-hosted-worker_1", "us-central1",
    ] {
      try (keyText ?? Self.key.publicKey.pemRepresentation).write(
        to: folder.appendingPathComponent("\(name).key"), atomically: true, encoding: .utf8)
    }
    let evidence = try Evidence.parse(Array(document.compactText.utf8), place: "output")
    let verifier = ProvenanceVerifier(
      trusting: [], keys: TrustFolder(path: folder.path), now: TrustSimulator.now)
    return await verifier.verify(
      Artifact(filename: nil, digest: Self.image), evidence: evidence, expecting
    ).decision.name
  }

  @Test(arguments: Generation.allCases)
  func truthIsAccepted(generation: Generation) async throws {
    #expect(try await reason(generation) == "pass")
    let tagged = ProvenanceExpectations(
      sourceURI: "https://github.com/acme/greeting", tag: "v1.0.0", versionedTag: "v1")
    #expect(try await reason(generation, expecting: tagged) == "pass")
  }

  @Test(arguments: Generation.allCases)
  func expectationsAreCompared(generation: Generation) async throws {
    let source = "github.com/acme/greeting"
    for (expectations, name) in [
      (.init(sourceURI: "github.com/acme/greeter"), "ErrorMismatchSource"),
      (.init(sourceURI: "github.com/acme/greetin"), "ErrorMismatchSource"),
      (
        .init(sourceURI: source, builderID: TrustedBuilders.cloudBuild + "@v0.1"),
        "ErrorMismatchBuilderID"
      ),
      (.init(sourceURI: source, branch: "main"), "ErrorNotSupported"),
      (.init(sourceURI: source, workflowInputs: ["a": "b"]), "ErrorNotSupported"),
      (.init(sourceURI: source, tag: "v1.0"), "ErrorMismatchTag"),
      (.init(sourceURI: source, versionedTag: "v1.1"), "ErrorMismatchVersionedTag"),
    ] as [(ProvenanceExpectations, String)] {
      #expect(try await reason(generation, expecting: expectations) == name)
    }
  }

  private static let record: [JSONStep] = ["provenance_summary", "provenance", 0]
  private static let envelope = record + ["envelope"]

  @Test(
    arguments: [
      (["provenance_summary", "provenance"], [], "ErrorInvalidDssePayload"),
      (record + ["kind"], "NOTE", "ErrorInvalidFormat"),
      (record + ["resourceUri"], .string("x@\(other)"), "ErrorMismatchHash"),
      (["image_summary", "digest"], .string("\(other)"), "ErrorMismatchHash"),
      (["image_summary", "fully_qualified_digest"], .string("x@\(other)"), "ErrorMismatchHash"),
      (record + ["build"], nil, "ErrorMismatchIntoto"),
      (envelope + ["payloadType"], "text/plain", "ErrorNoValidSignature"),
      (envelope + ["payload"], "", "ErrorNoValidSignature"),
      (envelope + ["payload"], "_", "ErrorNoValidSignature"),
      (envelope + ["payload"], "e30=", "ErrorNoValidSignature"),
      (envelope + ["signatures"], [], "ErrorNoValidSignature"),
      (envelope + ["signatures", 0, "sig"], "!", "ErrorNoValidSignature"),
      (envelope + ["signatures", 0, "keyid"], "x", "ErrorNoValidSignature"),
    ] as [([JSONStep], JSONValue?, String)])
  func theOutputIsOfTheImage(path: [JSONStep], value: JSONValue?, name: String) async throws {
    for generation in Generation.allCases {
      #expect(try await reason(generation, output: (path, value)) == name, "\(generation)")
    }
  }

  @Test(arguments: Generation.allCases)
  func theReadableCopyIsWhole(generation: Generation) async throws {
    let name = generation == .v1 ? "inTotoSlsaProvenanceV1" : "intotoStatement"
    let path = Self.record + ["build", .key(name), "subject", 0, "name"]
    #expect(try await reason(generation, output: (path, "other")) == "ErrorMismatchIntoto")
  }

  @Test(arguments: Generation.allCases)
  func theKeyIsCloudBuilds(generation: Generation) async throws {
    let stranger = P256.Signing.PrivateKey()
    #expect(try await reason(generation, signing: stranger) == "ErrorNoValidSignature")
    #expect(try await reason(generation, keyText: "no key") == "ErrorNoValidSignature")
    for keyID in [
      Self.globalKey + "other/cryptoKeyVersions/1",
      Self.globalKey + "provenanceSigner/cryptoKeyVersions/2",
      "x" + generation.keyID, "projects/verified-builder/locations/../x",
      Self.regionalKey.replacing("us-central1", with: "../us-central1"),
      Self.regionalKey.replacing("us-central1", with: "europe-west9"),
      Self.regionalKey.replacing("us-central1", with: ""),
      generation.keyID.replacing("verified-builder", with: "verified-buildes"),
      Self.regionalKey.replacing("builtByGCB", with: "builtByGCC"),
    ] {
      #expect(try await reason(generation, keyID: keyID) == "ErrorNoValidSignature", "\(keyID)")
    }
  }

  /// A key signs its own generation only.
  @Test func generationsHaveTheirKeys() async throws {
    #expect(
      try await reason(.v1, keyID: Generation.v01.keyID) == "ErrorNoValidSignature")
    #expect(
      try await reason(.v01, keyID: Generation.v1.keyID) == "ErrorNoValidSignature")
  }

  @Test(arguments: Generation.allCases)
  func theStatementIsOfTheImage(generation: Generation) async throws {
    let path: [JSONStep] = ["subject", 0, "digest", "sha256"]
    #expect(
      try await reason(generation, statement: (path, .string(Self.other.hexadecimal)))
        == "ErrorMismatchHash")
  }

  @Test(
    arguments: [
      (.v01, ["builder", "id"], "https://example.com", "ErrorInvalidBuilderID"),
      (.v01, ["builder"], nil, "ErrorInvalidBuilderID"),
      (.v01, ["builder", "id"], .string(TrustedBuilders.cloudBuild), "ErrorInvalidBuilderID"),
      (.v01, ["recipe", "type"], "https://example.com", "ErrorInvalidRecipe"),
      (.v02, ["recipe", "type"], "https://example.com", "ErrorInvalidRecipe"),
      (.v01, ["recipe", "arguments", "@type"], "x", "ErrorMismatchBuilderID"),
      (.v01, ["recipe", "arguments"], nil, "ErrorInvalidDssePayload"),
      (.v01, ["materials"], nil, "ErrorInvalidDssePayload"),
      (.v01, ["materials"], [], "ErrorInvalidDssePayload"),
      (.v01, ["materials", 0, "uri"], "", "ErrorMalformedURI"),
      (.v01, ["materials", 0, "uri"], 7, "ErrorMalformedURI"),
      (.v01, ["materials", 0, "uri"], "https://github.com/acme/greeting", "pass"),
      (.v02, ["materials", 0, "uri"], "https://github.com/acme/greeting", "ErrorMismatchSource"),
      (.v1, ["runDetails", "builder", "id"], "https://example.com", "ErrorInvalidBuilderID"),
      (.v1, ["runDetails"], nil, "ErrorInvalidBuilderID"),
      (.v1, ["buildDefinition", "buildType"], "https://example.com", "ErrorInvalidBuildType"),
      (
        .v1, ["buildDefinition", "externalParameters", "buildConfigSource", "ref"], nil,
        "ErrorNotPresent"
      ),
      (
        .v1, ["buildDefinition", "externalParameters", "buildConfigSource", "ref"], 7,
        "ErrorInvalidDssePayload"
      ),
      (
        .v1, ["buildDefinition", "externalParameters", "buildConfigSource", "ref"], "a@b",
        "ErrorInvalidFormat"
      ),
      (
        .v1, ["buildDefinition", "externalParameters", "buildConfigSource", "repository"],
        "https://github.com/acme/greeter", "ErrorMismatchSource"
      ),
    ] as [(Generation, [JSONStep], JSONValue?, String)])
  func thePredicateIsCompared(
    generation: Generation, path: [JSONStep], value: JSONValue?, name: String
  ) async throws {
    #expect(try await reason(generation, statement: (["predicate"] + path, value)) == name)
  }

  /// The tag is asked for: then it must be there, and of one mind.
  @Test(
    arguments: [
      (.v01, ["recipe", "arguments", "substitutions"], nil, "ErrorMismatchTag"),
      (.v01, ["recipe", "arguments", "substitutions", "TAG_NAME"], 7, "ErrorMismatchTag"),
      (
        .v1, ["buildDefinition", "internalParameters", "systemSubstitutions", "TAG_NAME"],
        "v1.0.1", "ErrorMismatchTag"
      ),
      (.v1, ["buildDefinition", "internalParameters"], nil, "ErrorMismatchTag"),
      (
        .v1, ["buildDefinition", "externalParameters", "buildConfigSource", "ref"],
        "refs/heads/v1.0.0", "ErrorMismatchTag"
      ),
    ] as [(Generation, [JSONStep], JSONValue?, String)])
  func theTagIsThere(
    generation: Generation, path: [JSONStep], value: JSONValue?, name: String
  ) async throws {
    let tagged = ProvenanceExpectations(sourceURI: "github.com/acme/greeting", tag: "v1.0.0")
    let change = (["predicate"] + path, value)
    #expect(try await reason(generation, statement: change, expecting: tagged) == name)
    let versioned = ProvenanceExpectations(
      sourceURI: "github.com/acme/greeting", versionedTag: "v1.0.0")
    #expect(
      try await reason(generation, statement: change, expecting: versioned)
        == "ErrorMismatchVersionedTag")
  }

  /// Cloud Build signs its first predicate under two names; both must say the same.
  @Test func thePredicateIsOneUnderBothNames() async throws {
    let predicate = Generation.v01.statement.at(["predicate"])
    #expect(try await reason(.v01, statement: (["slsaProvenance"], predicate)) == "pass")
    #expect(
      try await reason(.v01, statement: (["slsaProvenance"], ["a": 1])) == "ErrorMismatchIntoto")
  }

  /// Without a folder there are no keys.
  @Test func keysComeFromTheFolder() throws {
    for (folder, name) in [
      (nil, "x"), ("/nonexistent", "x"), ("/", ""), ("/", "../x"), ("/", "a.b"),
    ] as [(String?, String)] {
      let outcome = try ProvenanceCases.reason {
        _ = try TrustFolder(path: folder).cloudBuildKey(name)
      }
      #expect(outcome == .invalidPublicKey)
      #expect(
        try ProvenanceCases.reason { _ = try TrustFolder(path: folder).npmKeys() }
          == .invalidPublicKey)
    }
  }
}
