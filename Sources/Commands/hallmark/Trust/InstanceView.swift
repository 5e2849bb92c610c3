// SPDX-License-Identifier: Apache-2.0

import Encodings
import Sigstore
import TrustStore

/// An instance for people and machines.
struct InstanceView {
  let instance: Instance

  /// Where the trust is from, in words.
  var origin: String {
    switch instance.origin {
    case .builtIn: "built in"
    case .store(let time): "updated \(time.wholeSeconds)"
    }
  }

  /// The line of a list.
  var line: String {
    let name = instance.name.text
    let padding = String(repeating: " ", count: max(1, 16 - name.utf8.count))
    return UntrustedText.printable(
      "\(name)\(padding)\(origin), root \(instance.rootVersion), \(instance.repository)")
  }

  /// All lines of one instance.
  var lines: [String] {
    var lines = [
      ("instance", instance.name.text), ("repository", instance.repository), ("trust", origin),
      ("root", "version \(instance.rootVersion)"),
    ]
    if let expires = instance.expires { lines.append(("fresh until", "\(expires)")) }
    for authority in instance.trustedRoot.certificateAuthorities {
      lines.append(("authority", "\(authority.uri), \(Self.period(authority.validity))"))
    }
    for log in instance.trustedRoot.transparencyLogs {
      lines.append(("log", "\(log.baseURL), \(Self.period(log.validity))"))
    }
    for log in instance.trustedRoot.certificateLogs {
      lines.append(("certificate log", "\(log.baseURL), \(Self.period(log.validity))"))
    }
    for authority in instance.trustedRoot.timestampAuthorities {
      lines.append(("timestamps", "\(authority.uri), \(Self.period(authority.validity))"))
    }
    if let config = instance.signingConfig {
      lines += config.certificateAuthorities.map { ("signs with", $0.url) }
      lines += config.transparencyLogs.map {
        ("logs in", "\($0.url), version \($0.majorAPIVersion)")
      }
      lines += config.timestampAuthorities.map { ("dates by", $0.url) }
      lines += config.identityIssuers.map { ("logs in at", $0.url) }
    }
    return lines.map { label, text in
      let padding = String(repeating: " ", count: max(1, 18 - label.utf8.count))
      return "  \(label)\(padding)\(UntrustedText.printable(text))"
    }
  }

  private static func period(_ validity: ValidityPeriod) -> String {
    validity.end.map { "\(validity.start) to \($0)" } ?? "since \(validity.start)"
  }

  /// The same for machines.
  var json: JSONValue {
    var object = JSONObject([
      ("name", .string(instance.name.text)), ("repository", .string(instance.repository)),
      ("rootVersion", .integer(instance.rootVersion)),
      ("trustedRootSha256", .string(SHA256Hash(hashing: instance.trustedRootBytes).hexadecimal)),
    ])
    switch instance.origin {
    case .builtIn: object["origin"] = "built-in"
    case .store(let time):
      object["origin"] = "store"
      object["updated"] = .string(time.rfc3339)
    }
    object["freshUntil"] = instance.expires.map { .string($0.rfc3339) }
    object["signingConfigSha256"] = instance.signingConfigBytes.map {
      .string(SHA256Hash(hashing: $0).hexadecimal)
    }
    return .object(object)
  }
}
