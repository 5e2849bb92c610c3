// SPDX-License-Identifier: Apache-2.0

package import Crypto
package import Sigstore

extension SigningServices {
  /// The clients of the services that were selected.
  ///
  /// - Parameters:
  ///   - selection: the services of an instance.
  ///   - transport: how they are reached.
  ///   - retries: how often each request is tried again.
  /// - Throws: ``ServiceURLError`` when an address is not usable.
  package init(
    _ selection: SigningConfig.Selection, transport: HTTPTransport,
    retries: RetryBudget = .signing
  ) throws(ServiceURLError) {
    var logs: [any LogSubmitter] = []
    for log in selection.transparencyLogs {
      let url = try ServiceURL(log.url)
      if log.majorAPIVersion == 1 {
        logs.append(RekorClient(url: url, transport: transport, retries: retries))
      } else {
        logs.append(TiledRekorClient(url: url, transport: transport, retries: retries))
      }
    }
    var sources: [any TimestampSource] = []
    for authority in selection.timestampAuthorities {
      sources.append(
        TimestampClient(
          url: try ServiceURL(authority.url), transport: transport, retries: retries))
    }
    self.init(
      certificateIssuer: FulcioClient(
        url: try ServiceURL(selection.certificateAuthority.url), transport: transport,
        retries: retries),
      logs: logs, timestampSources: sources)
  }
}

/// The system's random numbers.
package struct SystemRandomness: SigningRandomness {
  /// There is only one.
  package init() {}

  package func key() -> P256.Signing.PrivateKey { P256.Signing.PrivateKey() }

  package func nonce() -> UInt64 { UInt64.random(in: 1 ... .max) }
}
