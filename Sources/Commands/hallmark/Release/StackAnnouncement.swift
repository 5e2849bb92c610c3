// SPDX-License-Identifier: Apache-2.0

import Encodings
import ServiceClients

/// What an embedded stack says about itself when it is ready: one line of JSON.
struct StackAnnouncement: Hashable, Sendable {
  /// The address of all services, over TLS.
  let url: ServiceURL
  /// The address for reading without TLS, on this machine only.
  let plainURL: ServiceURL
  /// The server's process.
  let processIdentifier: Int32
  /// Its data folder.
  let data: String
  /// The certificate authority of its TLS certificate.
  let tlsAuthority: String
  /// Its `trusted_root.json`.
  let trustedRoot: String
  /// Its signing configuration.
  let signingConfig: String
  /// The file with the bearer token for identity tokens.
  let identityRequestTokenFile: String

  /// Reads the line.
  ///
  /// - Throws: `DocumentError`.
  init(parsing line: [UInt8]) throws(DocumentError) {
    let root = try JSONNode(parsing: line, limits: JSONLimits(size: 64 << 10, depth: 8))
    func address(_ key: String) throws(DocumentError) -> ServiceURL {
      let node = try root.required(key)
      do {
        return try ServiceURL(try node.string())
      } catch {
        throw node.error("\(error)")
      }
    }
    url = try address("url")
    plainURL = try address("httpUrl")
    let number = try root.required("pid")
    guard let identifier = Int32(exactly: try number.integer()), identifier > 1 else {
      throw number.error("expected a process identifier")
    }
    processIdentifier = identifier
    data = try root.required("data").string()
    tlsAuthority = try root.required("tlsCA").string()
    trustedRoot = try root.required("trustedRoot").string()
    signingConfig = try root.required("signingConfig").string()
    identityRequestTokenFile = try root.required("identityRequestTokenFile").string()
    guard url.isLoopback, plainURL.isLoopback else {
      throw root.error("an embedded stack must listen on this machine only")
    }
  }
}
