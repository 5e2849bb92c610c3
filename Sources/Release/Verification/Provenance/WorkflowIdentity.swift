// SPDX-License-Identifier: Apache-2.0

import Certificates

/// The GitHub workflow that a certificate was issued to (slsa-verifier
/// `verifiers/internal/gha/builder.go`, Fulcio's `oid-info.md`).
///
/// Fulcio renamed its extensions once; where a certificate has both names they must agree.
struct WorkflowIdentity {
  /// The issuer of the tokens of GitHub's workflows.
  static let gitHubIssuer = "https://token.actions.githubusercontent.com"
  private static let host = "https://github.com/"

  /// What runs the workflow.
  enum Runner: String {
    /// A machine of GitHub.
    case gitHubHosted = "github-hosted"
    /// A machine of the repository's owner.
    case selfHosted = "self-hosted"
  }

  /// `owner/repository`.
  let sourceRepository: String
  /// The commit.
  let sourceDigest: String
  /// The source ref.
  let sourceRef: String?
  /// The repository's number.
  let sourceID: String?
  /// The owner's number.
  let sourceOwnerID: String?
  /// The workflow that signed, without ref.
  let signerName: String
  /// The workflow's ref.
  let signerRef: String
  /// The commit of the workflow that signed.
  let signerDigest: String?
  /// What ran it.
  let runner: Runner?
  /// The event.
  let trigger: String
  /// The path of the workflow that was triggered, within the source.
  let buildConfigPath: String?
  /// The run's number and attempt.
  let run: (id: String, attempt: String)?

  /// The path of ``signerName`` with its ref, without host.
  var signerPath: String {
    "\(signerName)@\(signerRef)".utf8.dropFirst(Self.host.utf8.count).text
  }

  private static func agreed(
    _ old: String?, _ new: String?, _ title: String
  ) throws(ProvenanceFailure) -> String {
    guard let value = new ?? old else {
      throw ProvenanceReason.invalidFormat.failure("the certificate has no claim `\(title)`")
    }
    if let old, let new, !old.utf8.elementsEqual(new.utf8) {
      throw ProvenanceReason.invalidFormat.failure(
        "the certificate's two claims `\(title)` disagree: `\(old)` and `\(new)`")
    }
    return value
  }

  private static func repository(
    _ old: String?, uri: String?
  ) throws(ProvenanceFailure) -> String {
    guard let uri else { return old ?? "" }
    if let old, !uri.utf8.elementsEqual("\(host)\(old)".utf8) {
      throw ProvenanceReason.invalidFormat.failure(
        "the certificate's two claims about the repository disagree: `\(old)` and `\(uri)`")
    }
    return uri.utf8.starts(with: host.utf8) ? uri.utf8.dropFirst(host.utf8.count).text : uri
  }

  private static func buildConfigPath(
    _ uri: String?, of repository: String
  ) throws(ProvenanceFailure) -> String? {
    guard let uri else { return nil }
    let parts = uri.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    let prefix = "\(host)\(repository)/"
    guard parts.count == 2, parts[0].starts(with: prefix.utf8) else {
      throw ProvenanceReason.invalidFormat.failure(
        "the build configuration `\(uri)` is not of the repository `\(repository)`")
    }
    let path = parts[0].dropFirst(prefix.utf8.count).text
    return path.isEmpty ? nil : path
  }

  private static func run(
    _ uri: String?, of repository: String
  ) throws(ProvenanceFailure) -> (id: String, attempt: String)? {
    guard let uri else { return nil }
    let prefix = "\(host)\(repository)/actions/runs/"
    let parts = uri.utf8.dropFirst(prefix.utf8.count)
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard uri.utf8.starts(with: prefix.utf8), parts.count == 3 else {
      throw ProvenanceReason.invalidFormat.failure(
        "the run `\(uri)` is not of the repository `\(repository)`")
    }
    return (parts[0].text, parts[2].text)
  }

  private static func signer(
    _ name: SubjectAlternativeName
  ) throws(ProvenanceFailure) -> (name: String, ref: String) {
    guard case .uri(let uri) = name else {
      throw ProvenanceReason.invalidFormat.failure("the signer `\(name)` is not a workflow")
    }
    guard uri.utf8.starts(with: host.utf8),
      let at = uri.utf8.lastIndex(of: UInt8(ascii: "@"))
    else {
      throw ProvenanceReason.malformedURI.failure("the signer `\(uri)` is not a GitHub workflow")
    }
    let ref = uri.utf8[uri.utf8.index(after: at)...].text
    guard !ref.isEmpty else {
      throw ProvenanceReason.malformedURI.failure("the workflow `\(uri)` has no ref")
    }
    return (uri.utf8[..<at].text, ref)
  }
}

extension WorkflowIdentity {
  /// Reads a certificate's claims.
  ///
  /// - Throws: ``ProvenanceReason/invalidOIDCIssuer``, ``ProvenanceReason/invalidFormat``,
  ///   ``ProvenanceReason/malformedURI``.
  init(_ certificate: SigningCertificate) throws(ProvenanceFailure) {
    try self.init(claims: certificate.claims, name: certificate.subjectAlternativeName)
  }

  /// Reads claims.
  ///
  /// - Throws: as for a certificate.
  init(
    claims: [FulcioExtension: String], name: SubjectAlternativeName
  ) throws(ProvenanceFailure) {
    func claim(_ name: FulcioExtension) -> String? {
      claims[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    func either(
      _ old: FulcioExtension, _ new: FulcioExtension
    ) throws(ProvenanceFailure) -> String {
      try Self.agreed(claim(old), claim(new), new.title)
    }
    let issuer = try either(.issuerV1, .issuer)
    guard issuer.utf8.elementsEqual(Self.gitHubIssuer.utf8) else {
      throw ProvenanceReason.invalidOIDCIssuer.failure(
        "the signer's identity is from `\(issuer)`, not from GitHub")
    }
    trigger = try either(.gitHubWorkflowTrigger, .buildTrigger)
    sourceDigest = try either(.gitHubWorkflowSHA, .sourceRepositoryDigest)
    _ = try Self.agreed(sourceDigest, claim(.buildConfigDigest), "Build Config Digest")
    sourceRepository = try Self.repository(
      claim(.gitHubWorkflowRepository), uri: claim(.sourceRepositoryURI))
    sourceRef = claim(.sourceRepositoryRef)
    sourceID = claim(.sourceRepositoryIdentifier)
    sourceOwnerID = claim(.sourceRepositoryOwnerIdentifier)
    signerDigest = claim(.buildSignerDigest)
    runner = claim(.runnerEnvironment).flatMap { Runner(rawValue: $0) }
    buildConfigPath = try Self.buildConfigPath(claim(.buildConfigURI), of: sourceRepository)
    run = try Self.run(claim(.runInvocationURI), of: sourceRepository)
    (signerName, signerRef) = try Self.signer(name)
  }
}
