// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import ServiceClients
import TrustStore
import Verification

/// The root that the user vouches for.
struct RootOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The instance's TUF root, root.json, from a source you trust.", valueName: "file"),
    completion: .file())
  var root: String?

  @Option(
    name: .customLong("root-sha256"),
    help: ArgumentHelp("The SHA-256 of that root, in its place.", valueName: "hex"))
  var rootDigest: String?

  func validate() throws {
    guard root == nil || rootDigest == nil else {
      throw ValidationError("--root and --root-sha256 exclude each other.")
    }
    if let rootDigest, SHA256Hash(hexadecimal: rootDigest) == nil {
      throw ValidationError("--root-sha256 must be 64 lower-case hexadecimal digits.")
    }
  }

  /// The digest.
  var digest: SHA256Hash? { rootDigest.flatMap { SHA256Hash(hexadecimal: $0) } }
}

/// `hallmark trust add`.
struct TrustAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add an instance by its TUF repository and root.",
    discussion: """
      Examples:
        hallmark trust add acme https://tuf.acme.example --root root.json
        hallmark trust add acme https://tuf.acme.example --root-sha256 HEX

      The root, or its digest, comes from who runs the instance, by another way than the \
      repository. Nothing is kept unless everything verifies.

      Exit status: 0 added, 1 could not run, 2 usage or no root, 3 the repository's files are not \
      accepted, 6 it did not answer.
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup var root: RootOptions

  @OptionGroup var transport: TransportOptions

  @Argument(help: "A name of your choice.")
  var name: String

  @Argument(help: "The TUF repository, an https URL.")
  var url: String

  func validate() throws {
    _ = try NetworkOptions.serviceURL(url, option: "the repository")
  }

  func run() async throws {
    let store = TrustedInstances.store
    let url = try NetworkOptions.serviceURL(url, option: "the repository")
    let (root, name) = (root, name)
    let view = try await transport.withTransport { transport in
      do {
        let name = try InstanceName(name)
        let client = TUFRepositoryClient(repository: url, transport: transport)
        guard !store.names.contains(name) else { throw TrustStoreError.exists(name) }
        let bytes: [UInt8]
        if let given = try TrustedInstances.root(root.root) {
          bytes = given
        } else if let digest = root.digest {
          bytes = try await InstanceStore.root(withDigest: digest, from: client)
        } else {
          throw TrustStoreError.firstSight(name)
        }
        let record = try store.added(name, repository: "\(url)", root: bytes)
        let updated = try await record.updated(from: client, at: FileReading.now())
        try store.keep(updated)
        return InstanceView(instance: try updated.instance())
      } catch {
        throw TrustFailure.commandFailure(for: error)
      }
    }
    global.console.output(global.json ? view.json.compactText : view.line)
  }
}
