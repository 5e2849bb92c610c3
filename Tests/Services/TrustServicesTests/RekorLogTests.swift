// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Crypto
import Encodings
import HTTPTypes
import Sigstore
import Storage
import Testing
import TransparencyLog
import X509

@testable import TrustServices

/// The log over HTTP: what it takes, what it promises, what it refuses.
struct RekorLogTests {
  /// A key with its certificate, and entries signed by it.
  private struct Author {
    let key = P256.Signing.PrivateKey()
    let certificate: [UInt8]

    init(_ stack: TestStack) async throws {
      certificate = try await stack.certificate(for: .init(key))[0]
    }

    var verifier: JSONValue {
      .string(Base64.encode(Array(PEM.encode(certificate, label: "CERTIFICATE").utf8)))
    }

    func envelope(_ text: String) throws -> DSSEEnvelope {
      let payload = Array(text.utf8)
      let type = DSSEEnvelope.inTotoPayloadType
      let signed = DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)
      return DSSEEnvelope(
        payloadType: type, payload: payload,
        signature: Array(try key.signature(for: signed).derRepresentation))
    }

    func dsse(_ envelope: String, verifiers: JSONValue? = nil) -> JSONValue {
      [
        "apiVersion": "0.0.1", "kind": "dsse",
        "spec": [
          "proposedContent": [
            "envelope": .string(envelope), "verifiers": verifiers ?? [verifier],
          ],
          "signatures": .null,
        ],
      ]
    }

    func hashedrekord(
      _ text: String, algorithm: String = "sha256", digest: String? = nil,
      verifier: JSONValue? = nil, more: JSONValue = .null
    ) throws -> JSONValue {
      let bytes = Array(text.utf8)
      return [
        "apiVersion": "0.0.1", "kind": "hashedrekord",
        "spec": [
          "data": [
            "hash": [
              "algorithm": .string(algorithm),
              "value": .string(digest ?? SHA256Hash(hashing: bytes).hexadecimal),
            ],
            "url": more,
          ],
          "signature": [
            "content": .string(
              Base64.encode(Array(try key.signature(for: bytes).derRepresentation))),
            "publicKey": ["content": verifier ?? self.verifier],
          ],
        ],
      ]
    }
  }

  private static let entries = "/api/v1/log/entries"

  /// Checks everything that an entry's JSON promises, and gives its identifier.
  private static func check(
    _ node: JSONNode, index: UInt64, treeSize: UInt64, in stack: TestStack
  ) throws -> String {
    let members = try node.object().members
    #expect(members.count == 1)
    let uuid = members[0].key
    let entry = JSONNode(members[0].value)
    let log = stack.services.material.trustedRoot.transparencyLogs[0]
    let key = try #require(log.key)
    let body = try entry.required("body").bytes()
    #expect(try entry.required("logIndex").unsigned64() == index)
    #expect(try entry.required("logID").string() == Hexadecimal.encode(log.logID))
    let time = try entry.required("integratedTime").integer()
    #expect(time == TestStack.start.seconds)
    let leaf = MerkleHash.leaf(body)
    #expect(uuid.hasSuffix(leaf.hexadecimal))
    #expect(uuid.utf8.count == 80)

    let verification = try entry.required("verification")
    let promise = try verification.required("signedEntryTimestamp").bytes()
    let payload = try SignedEntryTimestamp.payload(
      body: body, integratedTime: time, logID: log.logID, logIndex: index)
    #expect(key.isValidSignature(promise, for: payload))

    let proof = try verification.required("inclusionProof")
    let note = try SignedNote(parsing: try proof.required("checkpoint").string())
    let noteKey = NoteKey(name: log.host, id: log.logID) { key.isValidSignature($0, for: $1) }
    let checkpoint = try Checkpoint(try note.verified(by: noteKey))
    #expect(checkpoint.origin == "localhost - \(stack.services.log.store.treeID)")
    #expect(checkpoint.size == treeSize)
    #expect(try proof.required("treeSize").unsigned64() == treeSize)
    #expect(try proof.required("rootHash").string() == checkpoint.rootHash.hexadecimal)
    let hashes = try proof.required("hashes").array(limit: 64).map {
      try #require(SHA256Hash(hexadecimal: try $0.string()))
    }
    try InclusionProof(
      index: try proof.required("logIndex").unsigned64(), treeSize: treeSize, hashes: hashes
    ).check(leaf: leaf, root: checkpoint.rootHash)
    return uuid
  }

  @Test func entriesOfBothKinds() async throws {
    try await TestStack.run { stack in
      let author = try await Author(stack)
      for index in 0..<6 {
        let proposed =
          index % 2 == 0
          ? author.dsse(try author.envelope("{\"number\":\(index)}").json.compactText)
          : try author.hashedrekord("number \(index)")
        let answer = try await stack.post(Self.entries, proposed)
        #expect(answer.status == 201, "\(answer.text)")
        let size = UInt64(index) + 1
        let uuid = try Self.check(
          try answer.json, index: UInt64(index), treeSize: size, in: stack)
        #expect(answer.headers[.eTag] == uuid)
        #expect(answer.headers[.location] == "\(Self.entries)/\(uuid)")
        for path in [
          "?logIndex=\(index)", "/\(uuid)", "/\(uuid.suffix(64))",
        ] {
          let found = try await stack.send(.get, Self.entries + path)
          #expect(found.status == 200)
          #expect(
            try Self.check(found.json, index: UInt64(index), treeSize: size, in: stack) == uuid)
        }
      }
      let first = try await stack.send(.get, "\(Self.entries)?logIndex=0")
      _ = try Self.check(first.json, index: 0, treeSize: 6, in: stack)
      let head = try await stack.send(.get, "/api/v1/log").json
      #expect(try head.required("treeSize").integer() == 6)
      #expect(
        try head.required("treeID").string() == String(stack.services.log.store.treeID))
    }
  }

  @Test func bodiesAreCanonical() async throws {
    try await TestStack.run { stack in
      let author = try await Author(stack)
      let envelope = try author.envelope("{}")
      // White space of the request and of the PEM text does not make another entry.
      let text = envelope.json.indentedText
      let answer = try await stack.post(Self.entries, author.dsse(text))
      let body = try JSONNode(answer.json.object().members[0].value).required("body").bytes()
      let parsed = try LogEntryBody(parsing: body)
      #expect(parsed.kind == .dsse)
      #expect(parsed.signature == envelope.signature)
      #expect(parsed.digest == ArtifactDigest(.sha256, hashing: envelope.payload))
      #expect(try CanonicalJSON.encode(JSONReader.parse(body)) == body)
      let spec = try JSONNode(parsing: body).required("spec")
      #expect(
        try spec.required("envelopeHash").required("value").string()
          == SHA256Hash(hashing: Array(text.utf8)).hexadecimal)
    }
  }

  @Test func duplicatesPointToTheFirst() async throws {
    try await TestStack.run { stack in
      let author = try await Author(stack)
      let proposed = try author.hashedrekord("text")
      let first = try await stack.post(Self.entries, proposed)
      stack.advance(seconds: 60)
      let second = try await stack.post(Self.entries, proposed)
      #expect(second.status == 409)
      #expect(second.headers[.location] == first.headers[.location])
      #expect(try second.json.required("code").integer() == 409)
      let uuid = try #require(first.headers[.eTag])
      #expect(try second.message.contains(uuid))
      #expect(try await stack.services.log.store.head().size == 1)
    }
  }

  @Test func refusals() async throws {
    try await TestStack.run { stack in
      let author = try await Author(stack)
      let stranger = try await Author(stack)
      let envelope = try author.envelope("{}")
      let text = envelope.json.compactText
      let changed = DSSEEnvelope(
        payloadType: envelope.payloadType, payload: [0x7b, 0x20, 0x7d],
        signature: envelope.signature)
      var two = try JSONNode(envelope.json).object()
      two["signatures"] = ["x", "y"].reduce(into: JSONValue.array([])) { list, _ in
        if case .array(let items) = list {
          list = .array(items + [["sig": .string(Base64.encode(envelope.signature)), "keyid": ""]])
        }
      }
      let pem = JSONValue.string(Base64.encode(Array("-----BEGIN X-----".utf8)))
      let zero = String(repeating: "0", count: 64)
      let table: [(JSONValue, String)] = [
        (author.dsse(text, verifiers: [stranger.verifier]), "signature is not valid"),
        (author.dsse(changed.json.compactText), "signature is not valid"),
        (author.dsse(text, verifiers: [author.verifier, author.verifier]), "one verifier"),
        (author.dsse(text, verifiers: []), "one verifier"),
        (author.dsse(JSONValue.object(two).compactText), "exactly one signature"),
        (author.dsse("{"), "not a DSSE envelope"),
        (try author.hashedrekord("a", digest: zero), "signature is not valid"),
        (try author.hashedrekord("a", digest: "00"), "64 lower-case"),
        (try author.hashedrekord("a", algorithm: "sha512"), "sha256"),
        (try author.hashedrekord("a", verifier: stranger.verifier), "signature is not valid"),
        (try author.hashedrekord("a", verifier: pem), "PEM"),
        (try author.hashedrekord("a", more: "https://example.org"), "`url`"),
        (["apiVersion": "0.0.2", "kind": "dsse", "spec": [:]], "not supported"),
        (["apiVersion": "0.0.1", "kind": "intoto", "spec": [:]], "not supported"),
        (["apiVersion": "0.0.1", "kind": "dsse"], "`spec` is missing"), ([], "object"),
      ]
      for (proposed, words) in table {
        let answer = try await stack.post(Self.entries, proposed)
        #expect(answer.status == 400, "\(proposed)")
        #expect(try answer.json.required("code").integer() == 400)
        #expect(try answer.message.contains(words), "\(answer.text)")
      }
      let large = try await stack.send(
        .post, Self.entries, body: [UInt8](repeating: 0x20, count: (4 << 20) + 1))
      #expect(large.status == 413)
      for (path, status) in [
        ("?logIndex=0", 404), ("?logIndex=-1", 400), ("?logIndex=01", 400), ("", 400),
        ("?logIndex=0&logIndex=1", 400), ("/zz", 400), ("/\(zero)", 404),
        ("/1234567890123456\(zero)", 404),
      ] {
        #expect(try await stack.send(.get, Self.entries + path).status == status, "\(path)")
      }
      #expect(try await stack.services.log.store.head().size == 0)
    }
  }
}
