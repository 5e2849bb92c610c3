// SPDX-License-Identifier: Apache-2.0

import Encodings
import Policies
import ServiceClients
import Sigstore
import Verification

/// Reads what the user vouches for: policies, trusted roots and saved log entries.
enum TrustFiles {
  /// Who may sign: a policy file.
  ///
  /// - Throws: `CommandFailure` that names the file.
  static func policy(_ path: String) throws(CommandFailure) -> Policy {
    try policyFile(path, origin: path).policy
  }

  private static func policyFile(
    _ path: String, origin: String
  ) throws(CommandFailure) -> PolicyFile {
    do {
      let bytes = try FileReading.bytes(of: path, limit: 1 << 20)
      return PolicyFile(
        policy: try Policy(parsing: bytes), origin: origin, sha256: SHA256Hash(hashing: bytes))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the policy cannot be used: \(error)", place: path,
          help: [
            "a policy has [[publisher]] entries; `hallmark policy init` writes one from an "
              + "attestation"
          ]))
    }
  }

  /// Who may sign, and where that is from: the policy that is named, else that of the user's
  /// configuration, else that of the enclosing git repository; `nil` if there is none.
  ///
  /// - Throws: `CommandFailure` that names the file.
  static func resolvedPolicy(_ path: String?) throws -> (policy: Policy, origin: String)? {
    try resolvedPolicyFile(path).map { ($0.policy, $0.origin) }
  }

  /// The same with the digest of the file.
  ///
  /// - Throws: `CommandFailure` that names the file.
  static func resolvedPolicyFile(_ path: String?) throws(CommandFailure) -> PolicyFile? {
    if let path { return try policyFile(path, origin: "\(path), from --policy") }
    var environment: [String: String] = [:]
    for name in ["HOME", "XDG_CONFIG_HOME"] { environment[name] = Platform.environment(name) }
    guard let folder = FileReading.currentFolder(),
      let found = PolicyDiscovery.find(environment: environment, currentFolder: folder)
    else { return nil }
    return try policyFile(found.path, origin: "\(found.path), from \(found.origin)")
  }

  /// Whom to trust: the roots in files, each alone or several one per line.
  ///
  /// - Throws: `CommandFailure` that names the file.
  static func roots(_ paths: [String]) throws -> [TrustedRoot] {
    var roots: [TrustedRoot] = []
    for path in paths {
      do {
        roots += try TrustedRoot.list(
          parsing: try FileReading.bytes(of: path, limit: Evidence.sizeLimit))
      } catch {
        throw CommandFailure(
          status: ExitStatus.couldNotRun.rawValue,
          Diagnostic(
            "the trusted root cannot be used: \(error)", place: path,
            help: ["name a trusted_root.json of media type v0.1, as an instance publishes it"]))
      }
    }
    return roots
  }

  /// Entries as a log answered them, in files.
  ///
  /// - Throws: `CommandFailure` that names the file.
  static func logEntries(_ paths: [String]) throws -> [TransparencyLogEntry] {
    try paths.map { path in
      do {
        return try RekorAnswer(
          parsing: try FileReading.bytes(of: path, limit: Evidence.sizeLimit)
        ).entry
      } catch {
        throw CommandFailure(
          status: ExitStatus.couldNotRun.rawValue,
          Diagnostic(
            "the log entry cannot be used: \(error)", place: path,
            help: ["expected a log's answer to GET /api/v1/log/entries/UUID"]))
      }
    }
  }
}
