// SPDX-License-Identifier: Apache-2.0

package import Certificates
package import Encodings

/// A period in which a key or authority counts; both ends belong to it.
package struct ValidityPeriod: Hashable, Sendable {
  /// First moment.
  package let start: Timestamp
  /// Last moment; `nil` while it lasts.
  package let end: Timestamp?

  /// Makes a period.
  package init(start: Timestamp, end: Timestamp?) {
    self.start = start
    self.end = end
  }

  /// Reads `validFor`; the start is mandatory, because an absent one would mean "always".
  init(_ node: JSONNode) throws(DocumentError) {
    start = try node.required("start").timestamp()
    end = try node.optional("end")?.timestamp()
  }

  /// Whether a moment lies within the closed period.
  package func contains(_ time: Timestamp) -> Bool {
    guard let end else { return time >= start }
    return time >= start && time <= end
  }

  var json: JSONValue {
    var object = JSONObject([("start", .string(start.rfc3339))])
    if let end { object["end"] = .string(end.rfc3339) }
    return .object(object)
  }
}

/// What a verifier trusts: authorities and log keys, each with the period in which they count
/// (sigstore protobuf-specs, TrustedRoot v0.1).
package struct TrustedRoot: Hashable, Sendable {
  /// The media type that is read and written.
  package static let mediaType = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"

  /// A log's key; `tlogs` and `ctlogs` have the same form.
  package struct Log: Hashable, Sendable {
    /// Where the log is.
    package let baseURL: String
    /// The log's identifier.
    package let logID: [UInt8]
    /// The name of the key's kind, such as `PKIX_ECDSA_P256_SHA_256`.
    package let keyDetails: String
    /// The key; `nil` when its kind is not supported.
    package let key: SignatureKey?
    /// The key's bytes as the document has them.
    package let rawKey: [UInt8]
    /// When the key counts.
    package let validity: ValidityPeriod
    /// The names by which the log may sign its checkpoints.
    let signerNames: [String]

    /// Describes a log whose key is ECDSA on P-256, whose id is the key's SHA-256.
    package init(baseURL: String, key: SignatureKey, validity: ValidityPeriod) {
      self.baseURL = baseURL
      logID = key.keyID.bytes
      keyDetails = "PKIX_ECDSA_P256_SHA_256"
      self.key = key
      rawKey = key.subjectPublicKeyInfo
      self.validity = validity
      signerNames = Self.signerNames(of: baseURL)
    }

    init(_ node: JSONNode) throws(DocumentError) {
      baseURL = try node.optional("baseUrl")?.string() ?? ""
      signerNames = Self.signerNames(of: baseURL)
      let keyNode = try node.required("publicKey")
      keyDetails = try keyNode.required("keyDetails").string()
      rawKey = try keyNode.required("rawBytes").bytes()
      guard !rawKey.isEmpty else { throw keyNode.error("the key is empty") }
      validity = try ValidityPeriod(try keyNode.required("validFor"))
      logID = try node.required("logId").required("keyId").bytes()
      // Other kinds of keys do not make the document unusable; entries of such a log do not verify.
      key = LogKeyKind.key(rawKey, named: keyDetails)
    }

    var json: JSONValue {
      [
        "baseUrl": .string(baseURL), "hashAlgorithm": "SHA2_256",
        "publicKey": [
          "rawBytes": .string(Base64.encode(rawKey)), "keyDetails": .string(keyDetails),
          "validFor": validity.json,
        ],
        "logId": ["keyId": .string(Base64.encode(logID))],
      ]
    }

    /// The host of ``baseURL``: the name by which the log signs its checkpoints.
    package var host: String { URLText.host(of: baseURL) ?? "" }

    /// The names by which a log may sign: its host, and its host with port.
    private static func signerNames(of baseURL: String) -> [String] {
      let authority = URLText.authority(of: baseURL) ?? ""
      let host = URLText.host(of: baseURL) ?? ""
      return host == authority ? [host] : [host, authority]
    }
  }

  /// A certificate authority.
  package struct Authority: Hashable, Sendable {
    /// The authority's name, for people.
    package let organization: String
    /// The authority's common name, for people.
    package let commonName: String
    /// Where it is.
    package let uri: String
    /// Its certificates in DER, issuer of leaves first.
    package let certificates: [[UInt8]]
    /// The parsed certificates.
    package let chain: CertificateAuthorityChain
    /// When it counts.
    package let validity: ValidityPeriod

    /// Describes an authority.
    ///
    /// - Throws: `CertificateError`.
    package init(
      organization: String, commonName: String, uri: String, certificates: [[UInt8]],
      validity: ValidityPeriod
    ) throws(CertificateError) {
      self.organization = organization
      self.commonName = commonName
      self.uri = uri
      self.certificates = certificates
      chain = try CertificateAuthorityChain(der: certificates)
      self.validity = validity
    }

    init(_ node: JSONNode) throws(DocumentError) {
      let subject = try node.optional("subject")
      var certificates: [[UInt8]] = []
      let chainNode = try node.required("certChain").required("certificates")
      for item in try chainNode.array(limit: 8) {
        certificates.append(try item.required("rawBytes").bytes())
      }
      do {
        try self.init(
          organization: try subject?.optional("organization")?.string() ?? "",
          commonName: try subject?.optional("commonName")?.string() ?? "",
          uri: try node.optional("uri")?.string() ?? "", certificates: certificates,
          validity: try ValidityPeriod(try node.required("validFor")))
      } catch let error as CertificateError {
        throw chainNode.error("\(error)")
      } catch let error as DocumentError {
        throw error
      } catch {
        throw node.error("\(error)")
      }
    }

    var json: JSONValue {
      [
        "subject": [
          "organization": .string(organization), "commonName": .string(commonName),
        ],
        "uri": .string(uri),
        "certChain": [
          "certificates": .array(
            certificates.map { ["rawBytes": .string(Base64.encode($0))] })
        ],
        "validFor": validity.json,
      ]
    }
  }

  /// A timestamp authority.
  package struct TimestampAuthority: Hashable, Sendable {
    /// The authority's name, for people.
    package let organization: String
    /// The authority's common name, for people.
    package let commonName: String
    /// Where it is.
    package let uri: String
    /// Its certificates in DER, the signing one first.
    package let certificates: [[UInt8]]
    /// The parsed certificates.
    package let chain: TimestampAuthorityChain
    /// When it counts.
    package let validity: ValidityPeriod

    init(_ node: JSONNode) throws(DocumentError) {
      let subject = try node.optional("subject")
      organization = try subject?.optional("organization")?.string() ?? ""
      commonName = try subject?.optional("commonName")?.string() ?? ""
      uri = try node.optional("uri")?.string() ?? ""
      let chainNode = try node.required("certChain").required("certificates")
      var certificates: [[UInt8]] = []
      for item in try chainNode.array(limit: 8) {
        certificates.append(try item.required("rawBytes").bytes())
      }
      self.certificates = certificates
      do {
        chain = try TimestampAuthorityChain(der: certificates)
      } catch {
        throw chainNode.error("\(error)")
      }
      validity = try ValidityPeriod(try node.required("validFor"))
    }

    var json: JSONValue {
      [
        "subject": [
          "organization": .string(organization), "commonName": .string(commonName),
        ],
        "uri": .string(uri),
        "certChain": [
          "certificates": .array(
            certificates.map { ["rawBytes": .string(Base64.encode($0))] })
        ],
        "validFor": validity.json,
      ]
    }
  }

  /// Transparency logs of signatures.
  package let transparencyLogs: [Log]
  /// Authorities that issue signing certificates.
  package let certificateAuthorities: [Authority]
  /// Logs of certificates.
  package let certificateLogs: [Log]
  /// Authorities that say when something was signed.
  package let timestampAuthorities: [TimestampAuthority]

  /// Puts a root without timestamp authorities together.
  package init(
    transparencyLogs: [Log], certificateAuthorities: [Authority], certificateLogs: [Log]
  ) {
    self.transparencyLogs = transparencyLogs
    self.certificateAuthorities = certificateAuthorities
    self.certificateLogs = certificateLogs
    timestampAuthorities = []
  }

  /// Reads a trusted root document.
  ///
  /// - Throws: `DocumentError`, also for two logs with the same id.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    try self.init(JSONNode(parsing: bytes))
  }

  /// Reads a trusted root from a JSON document.
  ///
  /// - Throws: `DocumentError`, also for two logs with the same id.
  package init(_ node: JSONNode) throws(DocumentError) {
    let mediaType = try node.required("mediaType")
    guard try mediaType.string() == Self.mediaType else {
      throw mediaType.error("expected `\(Self.mediaType)`")
    }
    transparencyLogs = try Self.logs(try node.optional("tlogs"))
    certificateLogs = try Self.logs(try node.optional("ctlogs"))
    var authorities: [Authority] = []
    for item in try node.optional("certificateAuthorities")?.array(limit: 64) ?? [] {
      authorities.append(try Authority(item))
    }
    certificateAuthorities = authorities
    var timestampers: [TimestampAuthority] = []
    for item in try node.optional("timestampAuthorities")?.array(limit: 64) ?? [] {
      timestampers.append(try TimestampAuthority(item))
    }
    timestampAuthorities = timestampers
  }

  private static func logs(_ node: JSONNode?) throws(DocumentError) -> [Log] {
    var logs: [Log] = []
    for item in try node?.array(limit: 64) ?? [] {
      let log = try Log(item)
      guard !logs.contains(where: { $0.logID == log.logID }) else {
        throw item.error("a second log with the same id")
      }
      logs.append(log)
    }
    return logs
  }

  /// The document's JSON.
  package var json: JSONValue {
    var object = JSONObject([
      ("mediaType", .string(Self.mediaType)),
      ("tlogs", .array(transparencyLogs.map(\.json))),
      ("certificateAuthorities", .array(certificateAuthorities.map(\.json))),
      ("ctlogs", .array(certificateLogs.map(\.json))),
    ])
    if !timestampAuthorities.isEmpty {
      object["timestampAuthorities"] = .array(timestampAuthorities.map(\.json))
    }
    return .object(object)
  }
}
