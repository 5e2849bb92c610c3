// SPDX-License-Identifier: Apache-2.0

/// Why a text is not a URL of a service.
package struct ServiceURLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence, without the text itself, which may hold a password.
  package let description: String
}

/// The absolute URL of a service: `http` or `https`, a host, a port, a path and a query
/// (RFC 3986 §3), in ASCII.
///
/// Smaller than RFC 3986 on purpose: no user and password, no IPv6 zone, no encoded host. The
/// fragment is dropped, since it is never sent.
package struct ServiceURL: Hashable, Sendable, CustomStringConvertible {
  /// Whether the connection is TLS.
  package let isSecure: Bool
  /// The host in lower case; IPv6 addresses in brackets.
  package let host: String
  /// The port, also when it is the scheme's default.
  package let port: Int
  /// The path, percent-encoded; starts with `/`.
  package let path: String
  /// The query without `?`, percent-encoded.
  package let query: String?

  private init(isSecure: Bool, host: String, port: Int, path: String, query: String?) {
    self.isSecure = isSecure
    self.host = host
    self.port = port
    self.path = path
    self.query = query
  }

  /// Reads an absolute URL of at most 8 KiB.
  ///
  /// - Throws: ``ServiceURLError``.
  package init(_ text: some StringProtocol) throws(ServiceURLError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= 8192, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw ServiceURLError(description: "a URL must consist of at most 8192 visible ASCII bytes")
    }
    let lowered = bytes.prefix(8).map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }
    var rest: ArraySlice<UInt8>
    if lowered.starts(with: "https://".utf8) {
      isSecure = true
      rest = bytes[8...]
    } else if lowered.starts(with: "http://".utf8) {
      isSecure = false
      rest = bytes[7...]
    } else {
      throw ServiceURLError(description: "a URL must start with `https://` or `http://`")
    }
    if let fragment = rest.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<fragment] }
    let end = rest.firstIndex { "/?".utf8.contains($0) } ?? rest.endIndex
    (host, port) = try Self.authority(rest[..<end], defaultPort: isSecure ? 443 : 80)
    rest = rest[end...]
    let mark = rest.firstIndex(of: UInt8(ascii: "?"))
    let path = String(decoding: rest[..<(mark ?? rest.endIndex)], as: UTF8.self)
    self.path = path.isEmpty ? "/" : path
    query = mark.map { String(decoding: rest[($0 + 1)...], as: UTF8.self) }
  }

  private static func authority(
    _ bytes: ArraySlice<UInt8>, defaultPort: Int
  ) throws(ServiceURLError) -> (host: String, port: Int) {
    guard !bytes.contains(UInt8(ascii: "@")) else {
      throw ServiceURLError(description: "a URL must not hold a user name or password")
    }
    var hostEnd = bytes.endIndex
    if bytes.first == UInt8(ascii: "[") {
      guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else {
        throw ServiceURLError(description: "the bracket of the URL's address is not closed")
      }
      hostEnd = close + 1
    } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
      hostEnd = colon
    }
    let host = bytes[..<hostEnd].map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }
    let isAddress = host.first == UInt8(ascii: "[")
    guard !host.isEmpty,
      host.allSatisfy({ byte in
        (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a)
          || (isAddress ? "[]:." : "-._").utf8.contains(byte)
      })
    else { throw ServiceURLError(description: "the URL has no usable host") }
    var port = defaultPort
    let digits = bytes[hostEnd...]
    if !digits.isEmpty {
      guard digits.first == UInt8(ascii: ":") else {
        throw ServiceURLError(description: "the URL has no usable host")
      }
      port = 0
      for digit in digits.dropFirst() {
        guard digit >= 0x30, digit <= 0x39, port < 65536 else {
          throw ServiceURLError(description: "the URL's port is not a number up to 65535")
        }
        port = port * 10 + Int(digit - 0x30)
      }
      guard digits.count > 1, port > 0, port < 65536 else {
        throw ServiceURLError(description: "the URL's port is not a number from 1 to 65535")
      }
    }
    return (String(decoding: host, as: UTF8.self), port)
  }

  /// Scheme, host, and the port unless it is the scheme's own: `https://localhost:8443`.
  package var origin: String {
    let port = self.port == (isSecure ? 443 : 80) ? "" : ":\(self.port)"
    return "\(isSecure ? "https" : "http")://\(host)\(port)"
  }

  /// The URL without its query, for messages.
  package var withoutQuery: String { origin + path }

  /// The whole URL.
  package var description: String { origin + path + (query.map { "?\($0)" } ?? "") }

  /// Whether the host is this machine, by name or address.
  package var isLoopback: Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0].elementsEqual("127".utf8)
      && parts.allSatisfy { part in
        !part.isEmpty && part.count <= 3 && part.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
      }
  }

  /// Whether two URLs have the same scheme, host and port.
  package func hasSameOrigin(as other: ServiceURL) -> Bool {
    isSecure == other.isSecure && host == other.host && port == other.port
  }

  /// The URL of a path below this one; a query goes away.
  package func appending(_ relativePath: String, query: String? = nil) -> ServiceURL {
    let base = path.utf8.last == UInt8(ascii: "/") ? path : path + "/"
    let startsAtRoot = relativePath.utf8.first == UInt8(ascii: "/")
    let relative = startsAtRoot ? relativePath.dropFirst() : relativePath[...]
    return ServiceURL(
      isSecure: isSecure, host: host, port: port, path: base + relative, query: query)
  }

  /// The URL of a path at the root of the same host.
  package func replacingPath(_ path: String, query: String? = nil) -> ServiceURL {
    ServiceURL(isSecure: isSecure, host: host, port: port, path: path, query: query)
  }

  /// Resolves a reference of a page at this URL: absolute, from the root, or relative
  /// (RFC 3986 §5.2).
  ///
  /// - Throws: ``ServiceURLError``.
  package func resolving(_ reference: String) throws(ServiceURLError) -> ServiceURL {
    let start = reference.utf8.prefix(8).map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }
    if start.starts(with: "https://".utf8) || start.starts(with: "http://".utf8) {
      return try ServiceURL(reference)
    }
    if start.starts(with: "//".utf8) {
      return try ServiceURL((isSecure ? "https:" : "http:") + reference)
    }
    let head = reference.utf8.prefix { !"/?#".utf8.contains($0) }
    guard !head.contains(UInt8(ascii: ":")) else {
      throw ServiceURLError(description: "a URL must start with `https://` or `http://`")
    }
    if start.first == UInt8(ascii: "/") {
      return try ServiceURL(origin + reference).removingDots()
    }
    if start.first == UInt8(ascii: "?") || start.first == UInt8(ascii: "#") || start.isEmpty {
      return try ServiceURL(origin + path + reference)
    }
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "/"
    return try ServiceURL(origin + folder + reference).removingDots()
  }

  private func removingDots() -> ServiceURL {
    var kept: [Substring.UTF8View] = []
    let segments = Substring(path).utf8.dropFirst()
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      if segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) {
        if segment.count == 2 { _ = kept.popLast() }
        if isLast { kept.append(""[...].utf8) }
      } else {
        kept.append(segment)
      }
    }
    let joined = kept.map { String(Substring($0)) }.joined(separator: "/")
    return ServiceURL(
      isSecure: isSecure, host: host, port: port, path: "/" + joined, query: query)
  }
}

extension ServiceURL {
  /// The same URL with another query, percent-encoded.
  package func replacingQuery(_ query: String) -> ServiceURL {
    replacingPath(path, query: query)
  }
}
