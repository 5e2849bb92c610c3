// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Hummingbird
package import Sigstore
import Storage
import X509

/// What clients need to trust the stack and to find its services: files in `trust/` of the data
/// folder, in the forms that other Sigstore clients read.
package struct TrustMaterial: Sendable {
  /// The trusted root's file in the data folder.
  package static let trustedRootFile = "trust/trusted_root.json"
  /// The signing configuration's file in the data folder.
  package static let signingConfigFile = "trust/signing_config.v0.2.json"
  /// The file that has both, as `sigstore --trust-config` takes it.
  package static let trustConfigFile = "trust/trust_config.json"

  /// The authorities and logs of the stack.
  package let trustedRoot: TrustedRoot
  let trustedRootText: String
  let signingConfigText: String
  let trustConfigText: String

  /// Describes a stack and writes the files.
  ///
  /// - Throws: `StorageError`, also when the folder has the trusted root of other keys.
  init(
    in folder: DataFolder, baseURL: String, host: String, authority: CertificateAuthority,
    log: RekorLog
  ) throws {
    let certificates = authority.certificates
    // Nothing of this stack can be older than its root.
    let validity = ValidityPeriod(start: Timestamp(certificates.root.notValidBefore), end: nil)
    trustedRoot = TrustedRoot(
      transparencyLogs: [
        TrustedRoot.Log(baseURL: baseURL, key: log.key.publicKey, validity: validity)
      ],
      certificateAuthorities: [
        try TrustedRoot.Authority(
          organization: AuthorityCertificates.organization,
          commonName: AuthorityCertificates.rootName, uri: baseURL,
          certificates: [try certificates.intermediate.der, try certificates.root.der],
          validity: validity)
      ],
      certificateLogs: [
        TrustedRoot.Log(
          baseURL: "\(baseURL)/ct", key: authority.log.key.publicKey, validity: validity)
      ])
    func service() -> SigningConfig.Service {
      SigningConfig.Service(
        url: baseURL, majorAPIVersion: 1, validity: validity, operator: host)
    }
    let signingConfig = SigningConfig(
      certificateAuthorities: [service()], identityIssuers: [service()],
      transparencyLogs: [service()], timestampAuthorities: [])
    let trustConfig = ClientTrustConfig(
      trustedRoot: trustedRoot, signingConfig: signingConfig
    ).json
    signingConfigText = signingConfig.json.indentedText
    trustConfigText = trustConfig.indentedText
    let text = trustedRoot.json.indentedText
    trustedRootText = try folder.text(Self.trustedRootFile) { text }
    guard trustedRootText.utf8.elementsEqual(text.utf8) else {
      throw StorageError(
        "`\(folder.absolute(Self.trustedRootFile))` is not the trusted root of this stack's keys",
        help: "restore the data folder from a backup, or begin with a new one")
    }
    try folder.write(Array(signingConfigText.utf8), to: Self.signingConfigFile)
    try folder.write(Array(trustConfigText.utf8), to: Self.trustConfigFile)
  }

  func addReadRoutes(to routes: ServiceRoutes, tlsAuthorityPEM: String) {
    let json = "application/json"
    let documents = [
      ("/\(Self.trustedRootFile)", trustedRootText, json),
      ("/\(Self.signingConfigFile)", signingConfigText, json),
      ("/\(Self.trustConfigFile)", trustConfigText, json),
      ("/trust/tls-ca.pem", tlsAuthorityPEM, "application/x-pem-file"),
    ]
    for (path, text, contentType) in documents {
      routes.add(.init(path), get: { _, _ in .text(text, contentType: contentType) })
    }
  }
}
