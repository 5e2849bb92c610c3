// SPDX-License-Identifier: Apache-2.0

import Encodings
import ServiceClients
import Sigstore
import TUF
import TrustStore
import Verification

/// The instances of this user, for all commands.
enum TrustedInstances {
  /// The user's store.
  static var store: InstanceStore { InstanceStore(environment: Platform.environment) }

  /// An instance by name, verified again without the network; `nil` names the public-good one.
  ///
  /// A warning says so when what the store has of a built-in instance cannot be used.
  ///
  /// - Throws: `CommandFailure`.
  static func load(_ name: String?) throws(CommandFailure) -> Instance {
    try TrustFailure.translating {
      let name = try name.map { name throws(TrustStoreError) in try InstanceName(name) }
      let (instance, problem) = try store.instance(name ?? InstanceName(.publicGood))
      if let problem {
        Console().report(
          Diagnostic(
            "\(problem)", severity: .warning, notes: ["the trust that is built in is used"],
            help: ["`hallmark trust update \(instance.name)` replaces what is kept"]))
      }
      return instance
    }
  }

  /// An instance to sign with, by name.
  ///
  /// - Parameter name: the name; `nil` for the public-good one.
  /// - Returns: its trust and its services.
  /// - Throws: `CommandFailure`, also when it has no signing configuration.
  static func clientTrustConfig(_ name: String?) throws(CommandFailure) -> ClientTrustConfig {
    let instance = try load(name)
    guard let config = instance.signingConfig else {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the instance `\(instance.name)` has no signing configuration",
          help: ["its repository must have the target signing_config.v0.2.json"]))
    }
    return ClientTrustConfig(trustedRoot: instance.trustedRoot, signingConfig: config)
  }

  /// Reads a root that the user names.
  ///
  /// - Throws: `FileError`.
  static func root(_ path: String?) throws(FileError) -> [UInt8]? {
    try path.map { path throws(FileError) in
      try FileReading.bytes(of: path, limit: RepositoryLimits().root)
    }
  }
}
