// SPDX-License-Identifier: Apache-2.0

import Encodings
import Sigstore

/// A certificate authority with Fulcio's API, version 2.
///
/// `POST /api/v2/signingCert` with the identity token and a PKCS #10 request answers the chain in
/// PEM, leaf first, with the certificate transparency log's timestamp in the leaf.
package struct FulcioClient: CertificateIssuer {
  /// What its errors say was being done.
  package static let purpose = "get a signing certificate"

  private let url: ServiceURL
  private let transport: HTTPTransport
  private let retries: RetryBudget

  /// Makes a client for the authority at a base URL.
  package init(url: ServiceURL, transport: HTTPTransport, retries: RetryBudget = .signing) {
    self.url = url
    self.transport = transport
    self.retries = retries
  }

  /// Where it is, for messages.
  package var address: String { url.withoutQuery }

  /// Asks for a certificate.
  ///
  /// - Throws: ``TransportError``.
  package func issueCertificate(
    for certificateRequest: String, identityToken: String
  ) async throws -> [[UInt8]] {
    var request = TransportRequest.post(
      url.appending("api/v2/signingCert"), purpose: Self.purpose,
      json: [
        "credentials": ["oidcIdentityToken": .string(identityToken)],
        "certificateSigningRequest": .string(Base64.encode(Array(certificateRequest.utf8))),
      ])
    request.carriesSecret = true
    // A second certificate for the same key and holder says nothing that the first does not.
    request.isIdempotent = true
    request.retries = retries
    request.timeout = retries.answerTimeout ?? .seconds(30)
    let answer = try await transport.send(request)
    guard answer.isSuccess else {
      throw answer.error(of: request, withholding: [identityToken])
    }
    do {
      return try Self.chain(from: answer.body)
    } catch {
      throw request.error(.badAnswer, "the answer is not a certificate chain: \(error)")
    }
  }

  /// Reads an answer's chain.
  static func chain(from answer: [UInt8]) throws(DocumentError) -> [[UInt8]] {
    let root = try JSONNode(parsing: answer, limits: JSONLimits(size: 1 << 20, depth: 16))
    guard let chain = try root.optional("signedCertificateEmbeddedSct") else {
      throw root.error("no certificate with an embedded timestamp of a transparency log")
    }
    let list = try chain.required("chain").required("certificates")
    var certificates: [[UInt8]] = []
    for node in try list.array(limit: 8) {
      do {
        certificates.append(try PEM.decodeOne(try node.string(), label: "CERTIFICATE"))
      } catch {
        throw node.error("\(error)")
      }
    }
    guard certificates.count >= 2 else {
      throw list.error("expected a leaf and at least one issuer")
    }
    return certificates
  }
}
