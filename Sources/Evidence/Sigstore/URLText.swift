// SPDX-License-Identifier: Apache-2.0

/// The authority part of URLs, read without repairing anything.
package enum URLText {
  /// The host of an `http` or `https` URL, without port; `nil` for any other text.
  package static func host(of url: String) -> String? {
    guard let authority = authority(of: url) else { return nil }
    let host = authority.utf8.prefix { $0 != UInt8(ascii: ":") }
    return host.isEmpty ? nil : String(decoding: host, as: UTF8.self)
  }

  /// Host and port of an `http` or `https` URL; `nil` for any other text, and for URLs with a user.
  package static func authority(of url: String) -> String? {
    let bytes = Array(url.utf8)
    guard let scheme = ["https://", "http://"].first(where: { bytes.starts(with: $0.utf8) })
    else { return nil }
    let rest = bytes.dropFirst(scheme.utf8.count)
    let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    guard !authority.contains(UInt8(ascii: "@")), !authority.contains(UInt8(ascii: "\\")) else {
      return nil
    }
    return authority.isEmpty ? nil : String(decoding: authority, as: UTF8.self)
  }
}
