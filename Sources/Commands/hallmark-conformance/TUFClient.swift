// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import ServiceClients
import TUF
import TrustStore
import Verification

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The client under test of tuf-conformance (CLIENT-CLI.md of that suite): exit status 0 or 1.
struct TUFClient: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tuf",
    abstract: "Update TUF metadata and download targets, as tuf-conformance calls a client.")

  /// What the suite asks for.
  enum Action: String, CaseIterable, ExpressibleByArgument {
    case initialize = "init"
    case refresh
    case download
  }

  @Option(help: "The folder of trusted metadata.")
  var metadataDir: String

  @Option(help: "The repository's metadata.")
  var metadataUrl: String?

  @Option(help: "The path of a target; may be repeated.")
  var targetName: [String] = []

  @Option(help: "The repository's targets.")
  var targetBaseUrl: String?

  @Option(help: "The folder of downloaded targets.")
  var targetDir: String?

  @Argument(help: "init, refresh or download.")
  var action: Action

  @Argument(help: "The first root, for init.")
  var root: String?

  func run() async throws {
    do {
      switch action {
      case .initialize: try start()
      case .refresh: _ = try await withTransport { try await refresh($0) }
      case .download: try await withTransport { try await download($0) }
      }
    } catch {
      let line = Array("\(error)\n".utf8)
      _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
      throw ExitCode(1)
    }
  }

  private var folder: MetadataFolder { MetadataFolder(path: metadataDir) }

  private func start() throws {
    guard let root else { throw ValidationError("init needs the first root.") }
    let bytes = try FileReading.bytes(of: root, limit: RepositoryLimits().root)
    _ = try RootMetadata(trusted: bytes)
    try folder.store(bytes, role: "root")
  }

  private func withTransport<Value: Sendable>(
    _ work: (TUFRepositoryClient) async throws -> Value
  ) async throws -> Value {
    guard let metadataUrl else { throw ValidationError("--metadata-url is missing.") }
    let metadata = try ServiceURL(metadataUrl)
    let targets = try targetBaseUrl.map { try ServiceURL($0) } ?? metadata
    let transport = try HTTPTransport(
      TransportConfiguration(version: "conformance", proxies: ProxySettings(environment: [:])))
    let client = TUFRepositoryClient(metadata: metadata, targets: targets, transport: transport)
    do {
      let value = try await work(client)
      await transport.shutdown()
      return value
    } catch {
      await transport.shutdown()
      throw error
    }
  }

  private func refresh(_ client: TUFRepositoryClient) async throws -> TrustedRepository {
    let limits = RepositoryLimits()
    let root = try FileReading.bytes(of: folder.file(ofRole: "root"), limit: limits.root)
    var update = UpdateWorkflow(
      root: try RootMetadata(trusted: root), now: FileReading.now(), limits: limits)
    try await update.run(from: client, cache: folder)
    guard let repository = update.repository else { throw MetadataError.missing(role: "targets") }
    return repository
  }

  private func download(_ client: TUFRepositoryClient) async throws {
    guard let targetDir, !targetName.isEmpty else {
      throw ValidationError("download needs --target-name and --target-dir.")
    }
    let targets = TargetFolder(path: targetDir)
    let repository = try await refresh(client)
    for name in targetName {
      let target = try await repository.find(name, from: client, cache: folder)
      if targets.bytes(of: target) != nil { continue }
      try targets.store(try await repository.bytes(of: target, from: client), of: name)
    }
  }
}
