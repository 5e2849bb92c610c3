// SPDX-License-Identifier: Apache-2.0

import Attestations
import Crypto
import Encodings
import Sigstore
import Synchronization
import TransparencyLog
import TrustSimulator

/// What the services answer.
extension SimulatedInstance {
  func reply(to request: ServiceRequest) async -> ServiceReply {
    state.withLock { $0.requests.append(request) }
    let service = Self.service(of: request)
    let fault = fault(of: service)
    var reply: ServiceReply
    do {
      switch service {
      case .authority: reply = try certificate(request, fault)
      case .log: reply = try logEntry(request, fault)
      case .tiledLog: reply = try tiledEntry(request, fault)
      case .timestamps: reply = try timestamp(request, fault)
      case .tokens: reply = token(request)
      case nil: reply = Self.message(404, "nothing is here")
      }
    } catch {
      reply = Self.message(400, "\(error)")
    }
    if case .transport(let fault) = fault { Self.break(&reply, by: fault) }
    return reply
  }

  private static func message(_ status: Int, _ text: String) -> ServiceReply {
    json(["code": .integer(Int64(status)), "message": .string(text)], status: status)
  }

  private static func json(_ value: JSONValue, status: Int = 200) -> ServiceReply {
    ServiceReply(
      status, Array(value.compactText.utf8), headers: [("Content-Type", "application/json")])
  }

  private static func `break`(_ reply: inout ServiceReply, by fault: ServiceFault.Transport) {
    switch fault {
    case .slow: reply.delay = 30
    case .tooManyRequests:
      reply = message(429, "slow down")
      reply.headers.append(("Retry-After", "0"))
    case .tooManyRequestsForLong:
      reply = message(429, "come back later")
      reply.headers.append(("Retry-After", "3600"))
    case .broken: reply = message(500, "something broke")
    case .unavailable: reply = message(503, "nobody is here")
    case .halfAnswer: reply.extent = .half
    case .closedConnection: reply.extent = .nothing
    case .oversizedAnswer: reply.extent = .withoutEnd
    case .garbage: reply.body = Array("<html>welcome</html>".utf8)
    case .invalid: reply = message(400, "not like this")
    case .forbidden: reply = message(403, "not you")
    }
  }

  // MARK: Certificate authority

  private func certificate(
    _ request: ServiceRequest, _ fault: ServiceFault?
  ) throws -> ServiceReply {
    let node = try JSONNode(parsing: request.body)
    let bearer = request.authorization.map { String($0.dropFirst("Bearer ".count)) }
    let token = try node.optional("credentials")?.optional("oidcIdentityToken")?.string() ?? bearer
    let identity = try TokenIdentity(token: token ?? "")
    let text = String(
      decoding: try node.required("certificateSigningRequest").bytes(), as: UTF8.self)
    guard var key = simulator.key(inRequest: text) else {
      return Self.message(400, "the request is not for a key on P-256")
    }
    var run = SimulatedRun(identity)
    var time = now()
    var lie: Lie?
    switch fault {
    case .lie(let told): lie = told
    case .answer(.otherIdentity): run.name += "-other"
    case .answer(.otherIssuer): run.issuer += "-other"
    case .answer(.otherKey): key = P256.Signing.PrivateKey().publicKey
    case .answer(.expired): time = time.adding(seconds: -7_200)
    case .answer(.notYetValid): time = time.adding(seconds: 7_200)
    default: break
    }
    var chain =
      [try simulator.certificate(for: key, as: run, at: time, lie: lie)]
      + (try simulator.issuers())
    if fault == .answer(.emptyChain) { chain = [] }
    state.withLock { $0.issued += 1 }
    return Self.json([
      "signedCertificateEmbeddedSct": [
        "chain": [
          "certificates": .array(chain.map { .string(PEM.encode($0, label: "CERTIFICATE")) })
        ]
      ]
    ])
  }

  private func token(_ request: ServiceRequest) -> ServiceReply {
    let token = SimulatedRun.workspace.token(expiresAt: now().adding(seconds: 600))
    return Self.json(["value": .string(token)])
  }

  // MARK: Logs

  private static func lie(_ fault: ServiceFault?) -> Lie? {
    if case .lie(let lie) = fault { lie } else { nil }
  }

  private func logEntry(_ request: ServiceRequest, _ fault: ServiceFault?) throws -> ServiceReply {
    let entries = "/api/v1/log/entries"
    guard request.method == "POST" else {
      let uuid = String(request.path.dropFirst(entries.count + 1))
      guard let entry = state.withLock({ $0.entries[uuid] }) else {
        return Self.message(404, "no such entry")
      }
      return Self.json(TrustSimulator.answer(entry, uuid: uuid))
    }
    if let uuid = state.withLock({ $0.proposals[request.body] }) {
      return Self.conflict("\(entries)/\(uuid)")
    }
    let (content, certificate) = try Self.proposal(request.body)
    var told = Self.lie(fault)
    if fault == .answer(.conflictWithOther) { told = .bodyOfOtherSignature }
    guard
      let entry = try simulator.entry(
        for: content, certificate: certificate, at: now(), lie: told)
    else { return Self.message(500, "no entry") }
    let uuid = MerkleHash.leaf(entry.canonicalizedBody).hexadecimal
    state.withLock { state in
      state.entries[uuid] = entry
      // A proposal that was answered with a lie may be made again.
      if told == nil { state.proposals[request.body] = uuid }
    }
    switch fault {
    case .answer(.conflict), .answer(.conflictWithOther):
      return Self.conflict("\(entries)/\(uuid)")
    case .answer(.conflictWithoutPlace): return Self.conflict("\(entries)/")
    default: return Self.json(TrustSimulator.answer(entry, uuid: uuid), status: 201)
    }
  }

  private static func conflict(_ location: String) -> ServiceReply {
    var reply = message(409, "an equivalent entry already exists")
    reply.headers.append(("Location", location))
    return reply
  }

  private static func proposal(_ body: [UInt8]) throws -> (Bundle.Content, [UInt8]) {
    let node = try JSONNode(parsing: body)
    let spec = try node.required("spec")
    func certificate(_ node: JSONNode) throws -> [UInt8] {
      try PEM.decodeOne(
        String(decoding: try node.bytes(), as: UTF8.self), label: "CERTIFICATE")
    }
    if try node.required("kind").string() == "dsse" {
      let proposed = try spec.required("proposedContent")
      let text = try proposed.required("envelope").string()
      return (
        .envelope(try DSSEEnvelope(try JSONNode(parsing: Array(text.utf8)))),
        try certificate(try proposed.required("verifiers").array(limit: 1)[0])
      )
    }
    let hash = try spec.required("data").required("hash")
    let signature = try spec.required("signature")
    return (
      .messageSignature(
        digest: ArtifactDigest("sha256:\(try hash.required("value").string())"),
        signature: try signature.required("content").bytes()),
      try certificate(try signature.required("publicKey").required("content"))
    )
  }

  private func tiledEntry(
    _ request: ServiceRequest, _ fault: ServiceFault?
  ) throws -> ServiceReply {
    let proposed = try JSONNode(parsing: request.body).required("hashedRekordRequestV002")
    let signature = try proposed.required("signature")
    let verifier = try signature.required("verifier")
    let certificate = try verifier.required("x509Certificate").required("rawBytes").bytes()
    // Of an envelope too this log sees the digest and the signature alone.
    let content = Bundle.Content.messageSignature(
      digest: ArtifactDigest(.sha256, bytes: try proposed.required("digest").bytes()),
      signature: try signature.required("content").bytes())
    guard
      let entry = try simulator.entry(
        for: content, certificate: certificate, isTiled: true, at: now(), lie: Self.lie(fault))
    else { return Self.message(500, "no entry") }
    let isNew = state.withLock { $0.tiledBodies.insert(entry.canonicalizedBody).inserted }
    if !isNew || fault == .answer(.conflict) {
      var reply = Self.message(409, "an equivalent entry already exists")
      reply.headers.append(("x-log-index", String(entry.logIndex)))
      return reply
    }
    return Self.json(entry.json, status: 201)
  }

  // MARK: Timestamp authority

  private func timestamp(_ request: ServiceRequest, _ fault: ServiceFault?) throws -> ServiceReply {
    let repeatsNonce: Bool? =
      switch fault {
      case .answer(.nonceWrong): false
      case .answer(.nonceMissing): nil
      default: true
      }
    let time = fault == .answer(.stampOfYesterday) ? now().adding(seconds: -86_400) : now()
    return ServiceReply(
      200,
      try simulator.timestamp(
        answering: request.body, at: time, repeatsNonce: repeatsNonce, lie: Self.lie(fault)),
      headers: [("Content-Type", "application/timestamp-reply")])
  }
}
