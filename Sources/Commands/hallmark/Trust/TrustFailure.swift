// SPDX-License-Identifier: Apache-2.0

import Encodings
import ServiceClients
import Sigstore
import TUF
import TrustStore
import Verification

/// Turns what the store and a repository refuse into words and an exit status.
enum TrustFailure {
  /// The failure for an error of the store, a repository or the network.
  static func commandFailure(for error: any Error) -> CommandFailure {
    switch error {
    case let error as CommandFailure: return error
    case let error as TrustStoreError:
      return CommandFailure(
        status: status(of: error).rawValue,
        Diagnostic("\(error)", notes: notes(for: error), help: help(for: error).map { [$0] } ?? []))
    case let error as StoreFileError:
      return CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "\(error)", help: ["make the folder writable, or choose another by XDG_DATA_HOME"]))
    case let error as FileError:
      return CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    default: return FetchFailure.commandFailure(for: error)
    }
  }

  /// Runs work and translates what it throws.
  static func translating<Value>(_ work: () throws -> Value) throws(CommandFailure) -> Value {
    do { return try work() } catch { throw commandFailure(for: error) }
  }

  private static func status(of error: TrustStoreError) -> ExitStatus {
    switch error {
    case .name, .unknown, .firstSight: .usage
    case .metadata(_, .missing): .undecided
    case .metadata, .target, .noSuchRoot: .rejected
    case .exists, .noFolder, .unreadable, .malformed, .neverUpdated: .couldNotRun
    }
  }

  private static func notes(for error: TrustStoreError) -> [String] {
    guard case .metadata(_, .expired) = error else { return [] }
    return ["the clock of this machine says \(FileReading.now().wholeSeconds)"]
  }

  private static func help(for error: TrustStoreError) -> String? {
    switch error {
    case .unknown:
      "`hallmark trust list` shows those there are; `hallmark trust add` adds one with its root"
    case .exists(let name): "`hallmark trust update \(name)` brings it up to date"
    case .noFolder: "set HOME or XDG_DATA_HOME"
    case .neverUpdated(let name): "run `hallmark trust update \(name)` first"
    case .firstSight:
      "get the root's file or digest from who runs the instance, and name it by --root or "
        + "--root-sha256"
    case .noSuchRoot: "compare the digest with what the instance's operator publishes"
    case .metadata(_, .expired):
      "set the clock if it is wrong; else the repository, or the file, is stale: get a newer one"
    case .metadata(_, .rollback), .metadata(_, .removedFromSnapshot):
      "what was accepted before stays; ask the instance's operator why older files are served"
    case .metadata(_, .missing): "check the address of the repository"
    case .metadata, .target: "what was accepted before stays; tell the instance's operator"
    case .name, .unreadable, .malformed: nil
    }
  }
}
