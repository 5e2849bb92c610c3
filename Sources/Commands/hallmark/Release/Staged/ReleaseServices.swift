// SPDX-License-Identifier: Apache-2.0

import Identity
import Policies
import ServiceClients
import Sigstore
import Signing
import TrustedPublishing
import Verification

/// What the stages of a release work with: an instance, an index, perhaps a forge, and the right to
/// use them.
struct ReleaseServices: Sendable {
  /// The instance that signs.
  let instance: ClientTrustConfig
  /// Its services.
  let selection: SigningConfig.Selection
  /// Where identity tokens come from.
  let tokens: any IdentityTokenSource
  /// The audience of tokens for the certificate authority.
  let audience: String
  /// Where files are uploaded.
  let index: PublishingIndex
  /// By what right.
  let authorization: UploadAuthorization
  /// The release at a forge, if one is named.
  let forge: ForgeTarget?
  /// Who may sign.
  let policy: (policy: Policy, origin: String)?
  /// What must hold before anything is published, such as approvals.
  let gates: [any PublicationGate]
  /// How long the index may take until it shows what it took.
  let patience: Duration
  /// How services are reached.
  let transport: HTTPTransport

  /// A session that signs.
  ///
  /// - Throws: `ServiceURLError` when an address of the instance is not usable.
  func session() throws -> SigningSession {
    SigningSession(
      services: try SigningServices(selection, transport: transport),
      trustedRoot: instance.trustedRoot, tokens: tokens, audience: audience,
      randomness: SystemRandomness(), now: { FileReading.now() })
  }
}
