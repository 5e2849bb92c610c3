// SPDX-License-Identifier: Apache-2.0

import Encodings
import Identity
import PythonPackaging
import ServiceClients
import Sigstore
import SystemPackage
import TrustedPublishing
import Verification

/// The services of an embedded stack, as the stages use them.
struct StackServices: Sendable {
  /// Where identity tokens come from.
  let tokens: AmbientTokenClient
  /// The certificate authority.
  let certificateAuthority: FulcioClient
  /// The transparency log.
  let log: RekorClient
  /// The log's address, as the signing configuration has it.
  let logAddress: String
  /// Exchanges identity tokens for upload tokens.
  let publishing: TrustedPublishingClient
  /// Takes uploads.
  let uploads: UploadClient
  /// Is read.
  let index: IndexClient
  /// The base of the simple API.
  let simpleURL: ServiceURL
  /// The project's page.
  let pageURL: ServiceURL
  /// Whom to trust.
  let trustedRoot: TrustedRoot
  /// The trusted root's file.
  let trustedRootBytes: [UInt8]
  /// The signing configuration's file.
  let signingConfigBytes: [UInt8]

  private static let documentLimit = 4 << 20

  /// Makes the clients of a stack.
  ///
  /// - Throws: when the stack's files cannot be read.
  init(
    _ stack: StackAnnouncement, project: ProjectName, build: BuiltRelease,
    transport: HTTPTransport
  ) throws {
    trustedRootBytes = try FileReading.bytes(of: stack.trustedRoot, limit: Self.documentLimit)
    trustedRoot = try TrustedRoot(parsing: trustedRootBytes)
    signingConfigBytes = try FileReading.bytes(of: stack.signingConfig, limit: Self.documentLimit)
    let configuration = try SigningConfig(parsing: signingConfigBytes)
    let selection = try configuration.select(at: FileReading.now(), logs: .version1)
    // There is at least one.
    let logService = selection.transparencyLogs[0]
    certificateAuthority = FulcioClient(
      url: try ServiceURL(selection.certificateAuthority.url), transport: transport)
    logAddress = logService.url
    log = RekorClient(url: try ServiceURL(logService.url), transport: transport)

    let text = try UploadAuthorization.secret(inFile: stack.identityRequestTokenFile)
    guard
      let credential = AmbientCredential(
        requestURL: Self.tokenURL(stack, project: project, build: build), requestToken: text)
    else {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the embedded stack left no usable token for its issuer",
          place: stack.identityRequestTokenFile))
    }
    tokens = AmbientTokenClient(credential: credential, transport: transport)

    let uploadURL = stack.url.appending("legacy/")
    publishing = TrustedPublishingClient(uploadURL: uploadURL, transport: transport)
    uploads = UploadClient(url: uploadURL, transport: transport)
    simpleURL = stack.url.appending("simple/")
    index = IndexClient(simpleURL: simpleURL, transport: transport)
    pageURL = stack.url.appending("project/\(project.normalized)/")
  }

  // The issuer puts commit and ref into the token, but only a clean commit may be claimed.
  private static func tokenURL(
    _ stack: StackAnnouncement, project: ProjectName, build: BuiltRelease
  ) -> String {
    var query = "project=\(PercentEncoding.encodeQueryValue(project.normalized))"
    if let commit = build.commit, !build.isDirty {
      query += "&sha=\(PercentEncoding.encodeQueryValue(commit))"
      // The commit itself stands for the ref where there is none.
      if let ref = build.ref, ref.hasPrefix("refs/") {
        query += "&ref=\(PercentEncoding.encodeQueryValue(ref))"
      }
    }
    return stack.url.appending("identity/token", query: query).description
  }
}
