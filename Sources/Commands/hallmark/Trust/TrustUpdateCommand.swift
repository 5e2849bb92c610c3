// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import ServiceClients
import Sigstore
import TrustStore
import Verification

/// `hallmark trust update`.
struct TrustUpdateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Bring instances up to date from their TUF repositories.",
    discussion: """
      Examples:
        hallmark trust update
        hallmark trust update acme --url https://mirror.example/tuf

      Without names, the public-good instance and all that were added are updated. An instance that \
      cannot be updated stays as it was.

      Exit status: 0 all up to date, 1 could not run, 2 usage, 3 a repository's files are not \
      accepted, 6 a repository did not answer.
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup var transport: TransportOptions

  @Option(help: ArgumentHelp("A mirror to ask instead of the repository.", valueName: "url"))
  var url: String?

  @Argument(help: "Instances.")
  var names: [String] = []

  func validate() throws {
    if let url {
      _ = try NetworkOptions.serviceURL(url, option: "--url")
      guard names.count == 1 else { throw ValidationError("--url needs the name of one instance.") }
    }
  }

  func run() async throws {
    let console = global.console
    let store = TrustedInstances.store
    let wanted: [InstanceName] = try TrustFailure.translating {
      names.isEmpty
        ? store.names.filter { $0.builtIn != .staging || store.hasRecord(of: $0) }
        : try names.map { name throws(TrustStoreError) in try InstanceName(name) }
    }
    let (url, json) = (url, global.json)
    let statuses = try await transport.withTransport { transport in
      var statuses: [ExitStatus] = []
      for name in wanted {
        do {
          let view = try await Self.update(name, url, in: store, transport)
          if json { console.output(view.json.compactText) } else { console.output(view.line) }
        } catch {
          let failure = TrustFailure.commandFailure(for: error)
          console.report(failure.diagnostic)
          statuses.append(ExitStatus(rawValue: failure.status) ?? .couldNotRun)
        }
      }
      return statuses
    }
    let status = ExitStatus.worst(of: statuses)
    if status != .done { throw ExitCode(status.rawValue) }
  }

  private static func update(
    _ name: InstanceName, _ url: String?, in store: InstanceStore, _ transport: HTTPTransport
  ) async throws -> InstanceView {
    let record = try store.start(of: name)
    let repository = try ServiceURL(url ?? record.repository)
    let updated = try await record.updated(
      from: TUFRepositoryClient(repository: repository, transport: transport),
      at: FileReading.now())
    try store.keep(updated)
    return InstanceView(instance: try updated.instance())
  }
}
