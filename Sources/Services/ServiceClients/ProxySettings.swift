// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A proxy that requests go through; descriptions leave the password out.
package struct Proxy: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  /// The proxy's host.
  package let host: String
  /// The proxy's port.
  package let port: Int
  /// The base64 of `user:password`, if the proxy wants one.
  package let unsafelyRevealedCredentials: String?

  /// Host and port.
  package var description: String { "\(host):\(port)" }
  /// Nothing of the password.
  package var customMirror: Mirror { Mirror(self, children: ["host": host, "port": port]) }
}

/// Which proxy a request goes through, from the environment as curl and pip read it.
///
/// `HTTPS_PROXY` (or `https_proxy`) is for `https` URLs, `http_proxy` for `http` ones; the upper
/// case `HTTP_PROXY` is not read, since in a CGI process a request's header sets it. `NO_PROXY`
/// lists hosts that are reached directly: `example.org` is the host and all below it,
/// `.example.org` the same, `10.0.0.1` one address, `*` everything; a port may follow after `:`.
/// This machine is always reached directly.
package struct ProxySettings: Hashable, Sendable {
  /// The proxy of `https` URLs.
  package let secure: Proxy?
  /// The proxy of `http` URLs.
  package let plain: Proxy?
  private let exceptions: [String]

  /// No proxy.
  package static let none = ProxySettings(secure: nil, plain: nil, exceptions: [])

  private init(secure: Proxy?, plain: Proxy?, exceptions: [String]) {
    self.secure = secure
    self.plain = plain
    self.exceptions = exceptions
  }

  /// Reads the settings.
  ///
  /// - Throws: ``ServiceURLError`` that names the variable, without its value.
  package init(environment: [String: String]) throws(ServiceURLError) {
    func value(_ names: String...) -> (name: String, value: String)? {
      for name in names {
        if let value = environment[name], !value.isEmpty { return (name, value) }
      }
      return nil
    }
    secure = try value("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
      .map { setting throws(ServiceURLError) in try Self.proxy(setting.value, of: setting.name) }
    plain = try value("http_proxy", "all_proxy", "ALL_PROXY")
      .map { setting throws(ServiceURLError) in try Self.proxy(setting.value, of: setting.name) }
    exceptions = (value("no_proxy", "NO_PROXY")?.value ?? "")
      .utf8.split { $0 == UInt8(ascii: ",") || $0 == 0x20 }
      .map { entry in
        String(decoding: entry.map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }, as: UTF8.self)
      }
  }

  /// The proxy for a URL, or `nil` for a direct connection.
  package func proxy(for url: ServiceURL) -> Proxy? {
    guard let proxy = url.isSecure ? secure : plain, !url.isLoopback else { return nil }
    return exceptions.contains { Self.matches($0, url) } ? nil : proxy
  }

  private static func matches(_ exception: String, _ url: ServiceURL) -> Bool {
    if exception == "*" { return true }
    var name = exception[...]
    if let colon = name.utf8.lastIndex(of: UInt8(ascii: ":")), !name.hasSuffix("]") {
      guard name[name.utf8.index(after: colon)...] == "\(url.port)" else { return false }
      name = name[..<colon]
    }
    if name.hasPrefix("*.") { name = name.dropFirst(2) }
    if name.hasPrefix(".") { name = name.dropFirst() }
    guard !name.isEmpty else { return false }
    return url.host == name || url.host.hasSuffix(".\(name)")
  }

  private static func proxy(_ text: String, of variable: String) throws(ServiceURLError) -> Proxy {
    var rest = text[...]
    if let separator = rest.utf8.firstRange(of: "://".utf8) {
      guard rest[..<separator.lowerBound].utf8.elementsEqual("http".utf8) else {
        throw ServiceURLError(
          description: "the proxy of \(variable) is not one that is reached by `http://`")
      }
      rest = rest[separator.upperBound...]
    }
    var credentials: String?
    if let at = rest.utf8.lastIndex(of: UInt8(ascii: "@")) {
      guard let decoded = PercentEncoding.decode(rest[..<at].utf8) else {
        throw ServiceURLError(description: "user and password of \(variable) are not readable")
      }
      credentials = Base64.encode(decoded)
      rest = rest[rest.utf8.index(after: at)...]
    }
    do {
      let url = try ServiceURL("http://\(rest)")
      let hasPort = rest.utf8.contains(UInt8(ascii: ":"))
      return Proxy(
        host: url.host, port: hasPort ? url.port : 3128, unsafelyRevealedCredentials: credentials)
    } catch {
      throw ServiceURLError(
        description: "\(variable) is not of the form `http://host:port`")
    }
  }
}
