// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Sigstore
import TrustStore
import Verification

/// The Sigstore instance to sign with: whom it makes others trust, and where its services are.
struct InstanceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "An instance of `hallmark trust list` to sign with instead of the public-good one.",
      valueName: "name"))
  var instance: String?

  @Option(
    help: ArgumentHelp(
      "An instance's trusted root and signing configuration in one file.", valueName: "file"),
    completion: .file())
  var trustConfig: String?

  @Option(
    help: ArgumentHelp("An instance's trusted root; needs --signing-config.", valueName: "file"),
    completion: .file())
  var trustedRoot: String?

  @Option(
    help: ArgumentHelp(
      "An instance's signing configuration; needs --trusted-root.", valueName: "file"),
    completion: .file())
  var signingConfig: String?

  @Flag(help: "Use the public staging instance, which vouches for nothing.")
  var staging = false

  @Option(
    help: ArgumentHelp(
      "The version of the transparency log, 1 or 2; by default what the files can carry and the "
        + "instance prefers.", valueName: "version"))
  var rekorVersion: UInt64?

  func validate() throws {
    guard (trustedRoot == nil) == (signingConfig == nil) else {
      throw ValidationError("--trusted-root and --signing-config are given together.")
    }
    let ways = [instance != nil, trustConfig != nil, trustedRoot != nil, staging].filter { $0 }
    guard ways.count <= 1 else {
      throw ValidationError(
        "Only one of --instance, --trust-config, --trusted-root with --signing-config, and --staging "
          + "can be given.")
    }
    guard rekorVersion.map({ $0 == 1 || $0 == 2 }) ?? true else {
      throw ValidationError("--rekor-version must be 1 or 2.")
    }
  }

  /// The instance: what the options name, else the one that a policy names, else the public-good
  /// one.
  ///
  /// - Parameter policyInstance: the instance of the policy that applies.
  /// - Returns: its trust and its services.
  /// - Throws: `CommandFailure` that names the file.
  func load(policyInstance: String? = nil) throws(CommandFailure) -> ClientTrustConfig {
    if let trustConfig {
      return try Self.read(trustConfig, "trust configuration") { bytes throws(DocumentError) in
        try ClientTrustConfig(parsing: bytes)
      }
    }
    if let trustedRoot, let signingConfig {
      return ClientTrustConfig(
        trustedRoot: try Self.read(trustedRoot, "trusted root") { bytes throws(DocumentError) in
          try TrustedRoot(parsing: bytes)
        },
        signingConfig: try Self.read(signingConfig, "signing configuration") {
          bytes throws(DocumentError) in try SigningConfig(parsing: bytes)
        })
    }
    return try TrustedInstances.clientTrustConfig(
      staging ? InstanceName(.staging).text : instance ?? policyInstance)
  }

  private static func read<Value>(
    _ path: String, _ what: String, _ parse: ([UInt8]) throws(DocumentError) -> Value
  ) throws(CommandFailure) -> Value {
    do {
      return try parse(try FileReading.bytes(of: path, limit: Evidence.sizeLimit))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic("the \(what) cannot be used: \(error)", place: path))
    }
  }

  /// The services to sign with.
  ///
  /// - Parameters:
  ///   - instance: the instance.
  ///   - needsVersion1: whether what is written has no place for the timestamp that an entry of
  ///     version 2 needs.
  /// - Returns: the services.
  /// - Throws: `CommandFailure` when the instance has none that will do.
  func select(
    from instance: ClientTrustConfig, needsVersion1: Bool
  ) throws(CommandFailure) -> SigningConfig.Selection {
    let wantsVersion1 = rekorVersion == 1 || (rekorVersion == nil && needsVersion1)
    let selection: SigningConfig.Selection
    do {
      selection = try instance.signingConfig.select(
        at: FileReading.now(), logs: wantsVersion1 ? .version1 : .highestVersion)
    } catch {
      var diagnostic = Diagnostic("\(error)")
      if needsVersion1 {
        diagnostic.notes = [
          "attestation objects of PEP 740 need a log of version 1; Sigstore bundles do not"
        ]
        diagnostic.help = [
          "with --rekor-version 2, provenance and other predicates are written as bundles alone"
        ]
      }
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, diagnostic)
    }
    if let rekorVersion,
      let other = selection.transparencyLogs.first(where: { $0.majorAPIVersion != rekorVersion })
    {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the instance has no log of version \(rekorVersion), it would use `\(other.url)` of"
            + " version \(other.majorAPIVersion)"))
    }
    return selection
  }
}
