// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import PythonPackaging
import SystemPackage
import TestSupport
import Testing
import TrustedPublishing

@testable import ServiceClients

/// A simulated forge, three files for it, and a client of either kind.
struct ForgeWorkplace: Sendable {
  let forge: SimulatedForge
  let kind: ForgeReference.Kind
  let files: [ForgeFile]
  private let scratch: Scratch

  static let contents = [
    "greeting-1.0.0-py3-none-any.whl": "wheel", "greeting-1.0.0.tar.gz": "sdist",
    "greeting-1.0.0.tar.gz.slsa.attestation": "evidence",
  ]

  init(_ kind: ForgeReference.Kind, tellsDigests: Bool = true) throws {
    self.kind = kind
    let digest: @Sendable ([UInt8]) -> String = { SHA256Hash(hashing: $0).hexadecimal }
    forge = try SimulatedForge(digest: tellsDigests ? digest : nil)
    let scratch = try Scratch()
    self.scratch = scratch
    files = try Self.contents.sorted { $0.key < $1.key }.map { name, text in
      ForgeFile(
        PublicationPlan.LocalFile(
          name: name, sha256: SHA256Hash(hashing: Array(text.utf8)), size: Int64(text.utf8.count)),
        path: FilePath(try scratch.write(name, text)))
    }
  }

  var names: [String] { files.map(\.file.name) }

  /// What everybody sees: names and contents.
  var visible: [String: String] {
    var found: [String: String] = [:]
    for release in forge.releases where release.tag == "v1" && !release.isDraft {
      for asset in release.assets {
        found[asset.name] = String(decoding: asset.bytes, as: UTF8.self)
      }
      for name in release.links.keys {
        let file = forge.packageFiles.last { $0.name == name }
        found[name] = file.map { String(decoding: $0.bytes, as: UTF8.self) }
      }
    }
    return found
  }

  /// How many files were uploaded in all.
  var uploads: Int {
    forge.writes.count {
      $0.hasPrefix("PUT ") || $0.contains("/assets?name=")
    }
  }

  /// Runs a test with a publication; the transport is closed at the end.
  func run<Value>(
    token: String = SimulatedForge.token, commit: String? = SimulatedForge.commit,
    _ body: (ForgePublication) async throws -> Value
  ) async throws -> Value {
    var configuration = TransportConfiguration(version: "9.9.9", proxies: .none)
    configuration.retries.firstPause = .milliseconds(1)
    configuration.retries.total = .seconds(600)
    let transport = try HTTPTransport(configuration)
    do {
      let base = try ServiceURL(forge.url)
      let reference = try ForgeReference(kind, project: "acme/greeting", tag: "v1")
      let service: any ForgeService =
        switch kind {
        case .github:
          GitHubReleases(
            reference, api: base, token: ForgeToken(token, kind: .bearer), isPrerelease: false,
            transport: transport)
        case .gitlab:
          GitLabReleases(
            reference, api: base, token: ForgeToken(token, kind: .job), package: "greeting",
            version: "1.0.0", transport: transport)
        }
      let value = try await body(
        ForgePublication(files, at: service, commit: commit, firstPause: .milliseconds(1)))
      await transport.shutdown()
      return value
    } catch {
      await transport.shutdown()
      throw error
    }
  }

  /// All three phases.
  func publish(
    token: String = SimulatedForge.token, commit: String? = SimulatedForge.commit
  ) async throws -> ForgePublication.Outcome {
    try await run(token: token, commit: commit) { publication in
      try await publication.publish(try await publication.stage(try await publication.prepare()))
    }
  }

  /// The failure of all three phases.
  func failure(
    token: String = SimulatedForge.token, commit: String? = SimulatedForge.commit
  ) async throws -> ForgePublication.Failure? {
    do {
      _ = try await publish(token: token, commit: commit)
      return nil
    } catch let failure as ForgePublication.Failure {
      return failure
    }
  }
}
