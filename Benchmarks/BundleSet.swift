// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Sigstore
import Verification

/// Bundles that are verified in turn, each with its artifact's digest and its trusted root.
struct BundleSet {
  /// One bundle.
  struct Member {
    let text: [UInt8]
    let artifact: SHA256Hash
    let root: TrustedRoot
    /// Where in ``BundleSet/roots`` the trusted root is.
    let rootPosition: Int
  }

  let members: [Member]
  /// The different trusted roots.
  let roots: [TrustedRoot]

  /// Reads files: `[{"bundle": PATH, "artifact": PATH, "root": PATH or absent}]`.
  init(_ files: [JSONNode]) throws {
    var members: [Member] = []
    var roots: [TrustedRoot] = []
    for file in files {
      let rootPath = try file.optional("root")?.string()
      let root =
        try rootPath.map { try TrustedRoot(parsing: FileReading.bytes(of: $0, limit: 1 << 24)) }
        ?? .publicGood()
      let position = roots.firstIndex(of: root) ?? roots.count
      if position == roots.count { roots.append(root) }
      members.append(
        Member(
          text: try FileReading.bytes(of: file.required("bundle").string(), limit: 1 << 24),
          artifact: try FileReading.sha256(of: file.required("artifact").string()),
          root: root, rootPosition: position))
    }
    self.members = members
    self.roots = roots
  }

  /// What no verifier can leave out, for each bundle.
  func operations(sharedCertificate: Bool) throws -> [Operations] {
    try members.map {
      try Operations(
        Bundle(parsing: $0.text), root: $0.root, sharedCertificate: sharedCertificate)
    }
  }

  /// A verifier for each trusted root.
  func verifiers(rememberingCertificates: Bool) -> [Verifier] {
    roots.map { Verifier(trusting: $0, rememberedCertificates: rememberingCertificates ? 64 : 0) }
  }

  /// Parses and verifies every bundle once; one that does not pass is an error.
  func verify(with verifiers: [Verifier], now: Timestamp) async throws {
    for member in members {
      let bundle = try Bundle(parsing: member.text)
      let result = await verifiers[member.rootPosition].verify(
        bundle, artifact: member.artifact, now: now)
      guard result.verified != nil else {
        throw BenchmarkError("a bundle does not verify: \(result.report.checks)")
      }
    }
  }
}
