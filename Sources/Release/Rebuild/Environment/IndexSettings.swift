// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SystemPackage

/// Which index the resolver asks, and how it gets there: what the caller has set up for pip, in
/// uv's words, and what is set up for uv itself.
///
/// Read are pip's variables and the `[global]` and `[install]` sections of its configuration files.
/// Addresses may hold passwords, so all of this goes through the environment alone.
struct IndexSettings: Hashable, Sendable {
  /// Variables for uv.
  let variables: [String: String]
  /// Whether no index is to be asked at all.
  let isOffline: Bool

  // pip's name, uv's variable, and what stands between several values there.
  private static let names: [(pip: String, uv: String, separator: String)] = [
    ("index-url", "UV_DEFAULT_INDEX", " "), ("extra-index-url", "UV_INDEX", " "),
    ("find-links", "UV_FIND_LINKS", ","), ("trusted-host", "UV_INSECURE_HOST", " "),
    ("cert", "SSL_CERT_FILE", " "), ("proxy", "ALL_PROXY", " "),
  ]
  private static let passed = [
    "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS",
    "UV_INSECURE_HOST", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_HTTP_TIMEOUT",
    "UV_KEYRING_PROVIDER",
    "NETRC", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT", "HTTP_PROXY", "HTTPS_PROXY",
    "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
  ]

  /// Reads the caller's settings.
  init(environment: [String: String]) {
    var settings: [String: String] = [:]
    for file in Self.files(environment) {
      guard let bytes = try? FileTree.read(file, limit: 1 << 20) else { continue }
      settings.merge(Self.parse(String(decoding: bytes, as: UTF8.self))) { $1 }
    }
    for (name, value) in environment where name.hasPrefix("PIP_") && !value.isEmpty {
      let key = name.dropFirst(4).lowercased().replacing("_", with: "-")
      settings[key] = value
    }
    var variables: [String: String] = [:]
    for name in Self.names {
      let values = settings[name.pip]?.split(whereSeparator: { $0.isWhitespace }) ?? []
      guard !values.isEmpty else { continue }
      variables[name.uv] = values.joined(separator: name.separator)
    }
    for name in ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"] {
      if let value = environment[name], !value.isEmpty, variables["SSL_CERT_FILE"] == nil {
        variables["SSL_CERT_FILE"] = value
      }
    }
    for (name, value) in environment where !value.isEmpty {
      let isCredential =
        name.hasPrefix("UV_INDEX_")
        && (name.hasSuffix("_USERNAME") || name.hasSuffix("_PASSWORD"))
      if Self.passed.contains(name) || isCredential { variables[name] = value }
    }
    self.variables = variables
    let flag = settings["no-index"]?.lowercased() ?? ""
    isOffline = ["1", "true", "yes", "on"].contains(flag)
  }

  private static func files(_ environment: [String: String]) -> [FilePath] {
    let named = environment["PIP_CONFIG_FILE"] ?? ""
    guard named != "/dev/null" else { return [] }
    var files: [FilePath] = ["/etc/xdg/pip/pip.conf", "/etc/pip.conf"]
    if let home = environment["HOME"], !home.isEmpty {
      files += Platform.pipConfigurationFiles.reversed().map { FilePath(home).appending($0) }
    }
    if let folder = environment["XDG_CONFIG_HOME"], !folder.isEmpty {
      files.append(FilePath(folder).appending("pip/pip.conf"))
    }
    return named.isEmpty ? files : files + [FilePath(named)]
  }

  // Sections, `key = value` or `key: value`, and further values on lines that are indented.
  private static func parse(_ text: String) -> [String: String] {
    var result: [String: String] = [:]
    var isOurs = false
    var key: String?
    for line in text.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline) {
      let trimmed = line.drop { $0.isWhitespace }
      guard let first = trimmed.first, first != "#", first != ";" else { continue }
      if first == "[" {
        let name = trimmed.dropFirst().prefix { $0 != "]" }
        isOurs = name == "global" || name == "install"
        key = nil
      } else if line.first?.isWhitespace == true, let key, isOurs {
        result[key, default: ""] += " \(trimmed)"
      } else if isOurs, let mark = trimmed.firstIndex(where: { $0 == "=" || $0 == ":" }) {
        let name = trimmed[..<mark].filter { !$0.isWhitespace }.lowercased()
          .replacing("_", with: "-")
        result[name] = String(trimmed[mark...].dropFirst().drop { $0.isWhitespace })
        key = name
      }
    }
    return result
  }
}
