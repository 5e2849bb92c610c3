// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// Why a signing configuration gives no services to sign with.
package struct ServiceSelectionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence.
  package let description: String
}

extension SigningConfig {
  /// How many of the services of a kind take part (`ServiceSelector` of sigstore's protobuf-specs).
  package enum Selector: Hashable, Sendable {
    /// One.
    case any
    /// That many, each of another operator.
    case exact(Int)
    /// Every one.
    case all
  }

  /// What an entry must be usable for.
  package enum LogPreference: Hashable, Sendable {
    /// The highest version of each operator's logs.
    case highestVersion
    /// Version 1 alone: attestations of PEP 740 have no place for the timestamp that an entry of
    /// version 2 needs.
    case version1
  }

  /// The services to sign with.
  package struct Selection: Hashable, Sendable {
    /// The certificate authority.
    package let certificateAuthority: Service
    /// The token issuer for people, if the instance has one.
    package let identityIssuer: Service?
    /// The logs, at least one.
    package let transparencyLogs: [Service]
    /// The timestamp authorities.
    package let timestampAuthorities: [Service]
  }

  /// Chooses the services to sign with.
  ///
  /// A service counts when the moment is within its validity and its major version is one that is
  /// spoken here: 1, and of logs also 2. Of each operator the highest version counts, and of those
  /// the one that was put into use last; operators are in the order of the document.
  ///
  /// - Throws: ``ServiceSelectionError`` when fewer services are left than the selector asks for, or
  ///   when a log of version 2 comes without a timestamp authority.
  package func select(
    at now: Timestamp, logs preference: LogPreference = .highestVersion
  ) throws(ServiceSelectionError) -> Selection {
    let issuers = Self.usable(certificateAuthorities, versions: [1], at: now)
    guard let authority = issuers.first else {
      throw Self.nothing("certificate authority", among: certificateAuthorities, at: now)
    }
    let logs = try Self.chosen(
      transparencyLogs, versions: preference == .version1 ? [1] : [1, 2], logSelector,
      kind: preference == .version1 ? "transparency log of version 1" : "transparency log", at: now)
    // An instance without timestamp authorities has no use for a selector of them.
    let stampers =
      timestampAuthorities.isEmpty
      ? []
      : try Self.chosen(
        timestampAuthorities, versions: [1], timestampSelector, kind: "timestamp authority", at: now
      )
    if stampers.isEmpty, let tiled = logs.first(where: { $0.majorAPIVersion == 2 }) {
      throw ServiceSelectionError(
        description: "the log \(tiled.url) promises no time, and the signing configuration has no"
          + " timestamp authority")
    }
    return Selection(
      certificateAuthority: authority,
      identityIssuer: Self.usable(identityIssuers, versions: [1], at: now).first,
      transparencyLogs: logs, timestampAuthorities: stampers)
  }

  private static func chosen(
    _ services: [Service], versions: Set<UInt64>, _ selector: Selector, kind: String,
    at now: Timestamp
  ) throws(ServiceSelectionError) -> [Service] {
    let usable = usable(services, versions: versions, at: now)
    guard !usable.isEmpty else { throw nothing(kind, among: services, at: now) }
    switch selector {
    case .all: return usable
    case .any: return [usable[0]]
    case .exact(let count):
      guard usable.count >= count else {
        throw ServiceSelectionError(
          description: "the signing configuration asks for \(count) of the kind \(kind), and only"
            + " \(usable.count) can be used at \(now)")
      }
      return Array(usable.prefix(count))
    }
  }

  /// One service of each operator.
  private static func usable(
    _ services: [Service], versions: Set<UInt64>, at now: Timestamp
  ) -> [Service] {
    var best: [Service] = []
    for service in services
    where versions.contains(service.majorAPIVersion) && service.validity.contains(now) {
      if let index = best.firstIndex(where: {
        $0.operator.utf8.elementsEqual(service.operator.utf8)
      }) {
        if best[index].isOlder(than: service) { best[index] = service }
      } else {
        best.append(service)
      }
    }
    return best
  }

  private static func nothing(
    _ kind: String, among services: [Service], at now: Timestamp
  ) -> ServiceSelectionError {
    let reason =
      services.isEmpty
      ? "it names none"
      : services.contains { $0.validity.contains(now) }
        ? "those that it names speak other versions of the protocol"
        : "none that it names is in use at \(now)"
    return ServiceSelectionError(
      description: "the signing configuration has no usable \(kind): \(reason)")
  }
}

extension SigningConfig.Service {
  /// Whether another service of the same operator is to be preferred.
  fileprivate func isOlder(than other: Self) -> Bool {
    majorAPIVersion == other.majorAPIVersion
      ? validity.start < other.validity.start : majorAPIVersion < other.majorAPIVersion
  }
}
