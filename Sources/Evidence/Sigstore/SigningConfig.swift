// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// Where the services of an instance are (sigstore protobuf-specs, SigningConfig v0.2).
package struct SigningConfig: Hashable, Sendable {
  /// The media type that is read and written.
  package static let mediaType = "application/vnd.dev.sigstore.signingconfig.v0.2+json"

  /// One service.
  package struct Service: Hashable, Sendable {
    /// Its base URL.
    package let url: String
    /// The major version of its API.
    package let majorAPIVersion: UInt64
    /// When to use it.
    package let validity: ValidityPeriod
    /// Who runs it.
    package let `operator`: String

    /// Describes a service.
    package init(url: String, majorAPIVersion: UInt64, validity: ValidityPeriod, operator: String) {
      self.url = url
      self.majorAPIVersion = majorAPIVersion
      self.validity = validity
      self.operator = `operator`
    }

    init(_ node: JSONNode) throws(DocumentError) {
      url = try node.required("url").string()
      majorAPIVersion = try node.required("majorApiVersion").unsigned64()
      validity = try ValidityPeriod(try node.required("validFor"))
      self.operator = try node.optional("operator")?.string() ?? ""
    }

    var json: JSONValue {
      [
        "url": .string(url), "majorApiVersion": .integer(Int64(majorAPIVersion)),
        "validFor": validity.json, "operator": .string(self.operator),
      ]
    }
  }

  /// Certificate authorities (Fulcio).
  package let certificateAuthorities: [Service]
  /// Token issuers.
  package let identityIssuers: [Service]
  /// Transparency logs (Rekor).
  package let transparencyLogs: [Service]
  /// Timestamp authorities.
  package let timestampAuthorities: [Service]
  /// How many logs each signature goes into.
  package let logSelector: Selector
  /// How many timestamp authorities date each signature.
  package let timestampSelector: Selector

  /// Puts a configuration together.
  package init(
    certificateAuthorities: [Service], identityIssuers: [Service], transparencyLogs: [Service],
    timestampAuthorities: [Service], logSelector: Selector = .any,
    timestampSelector: Selector = .any
  ) {
    self.logSelector = logSelector
    self.timestampSelector = timestampSelector
    self.certificateAuthorities = certificateAuthorities
    self.identityIssuers = identityIssuers
    self.transparencyLogs = transparencyLogs
    self.timestampAuthorities = timestampAuthorities
  }

  /// Reads a signing configuration.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    try self.init(JSONNode(parsing: bytes))
  }

  /// Reads a signing configuration from a JSON document.
  ///
  /// - Throws: `DocumentError`; also without a selector for a kind of which there are services.
  package init(_ node: JSONNode) throws(DocumentError) {
    let mediaType = try node.required("mediaType")
    guard try mediaType.string() == Self.mediaType else {
      throw mediaType.error("expected `\(Self.mediaType)`")
    }
    func services(_ key: String) throws(DocumentError) -> [Service] {
      var services: [Service] = []
      for item in try node.optional(key)?.array(limit: 64) ?? [] {
        services.append(try Service(item))
      }
      return services
    }
    certificateAuthorities = try services("caUrls")
    identityIssuers = try services("oidcUrls")
    transparencyLogs = try services("rekorTlogUrls")
    timestampAuthorities = try services("tsaUrls")
    logSelector = try Self.selector(node, "rekorTlogConfig", for: transparencyLogs)
    timestampSelector = try Self.selector(node, "tsaConfig", for: timestampAuthorities)
  }

  /// Reads a `ServiceConfiguration`; it may be absent only where there is nothing to select.
  private static func selector(
    _ node: JSONNode, _ key: String, for services: [Service]
  ) throws(DocumentError) -> Selector {
    guard let configuration = try node.optional(key) else {
      guard services.isEmpty else { throw node.error("`\(key)` is missing") }
      return .any
    }
    let name = try configuration.required("selector")
    switch try name.string() {
    case "ANY": return .any
    case "ALL": return .all
    case "EXACT":
      let count = try configuration.required("count")
      let number = try count.integer()
      guard (1...64).contains(number) else { throw count.error("expected a number from 1 to 64") }
      return .exact(Int(number))
    default: throw name.error("expected ANY, EXACT or ALL")
    }
  }

  private static func json(_ selector: Selector) -> JSONValue {
    switch selector {
    case .any: ["selector": "ANY"]
    case .all: ["selector": "ALL"]
    case .exact(let count): ["selector": "EXACT", "count": .integer(Int64(count))]
    }
  }

  /// The document's JSON.
  package var json: JSONValue {
    [
      "mediaType": .string(Self.mediaType),
      "caUrls": .array(certificateAuthorities.map(\.json)),
      "oidcUrls": .array(identityIssuers.map(\.json)),
      "rekorTlogUrls": .array(transparencyLogs.map(\.json)),
      "tsaUrls": .array(timestampAuthorities.map(\.json)),
      "rekorTlogConfig": Self.json(logSelector),
      "tsaConfig": Self.json(timestampSelector),
    ]
  }
}
