// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import FoundationEssentials
import Identity
import ServiceClients
import Sigstore
import Signing
import SystemPackage
import Verification

/// What `sign` and `attest` have in common: where files go, with which instance and as whom.
struct SigningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the files are written; beside each file by default.", valueName: "folder"),
    completion: .directory)
  var outputDir: String?

  @Flag(help: "Replace files that are in the way.")
  var overwrite = false

  @OptionGroup(title: "Instance") var instance: InstanceOptions

  @OptionGroup(title: "Identity") var identity: IdentityOptions

  @OptionGroup(title: "Network") var transportOptions: TransportOptions

  func validate() throws {
    if let outputDir, outputDir.isEmpty || outputDir.utf8.contains(0) {
      throw ValidationError("--output-dir must be the path of a folder.")
    }
  }

  /// The folder of `--output-dir`, made if it is missing.
  ///
  /// - Throws: `CommandFailure`.
  func folder() throws(CommandFailure) -> FilePath? {
    guard let outputDir else { return nil }
    do {
      try FileManager.default.createDirectory(
        atPath: outputDir, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "cannot make the folder `\(outputDir)`", help: ["name another by --output-dir"]))
    }
    return FilePath(outputDir)
  }

  /// Signs what a plan says, and shows or prints what became of it.
  ///
  /// - Parameters:
  ///   - needsVersion1: whether what is written needs a log of version 1.
  ///   - global: how results are shown.
  ///   - appends: whether lines are added to files that are there.
  ///   - targets: makes the targets, for the holder of the token.
  /// - Throws: `CommandFailure`.
  func run(
    needsVersion1: Bool, _ global: GlobalOptions, appends: Bool = false,
    targets: @escaping @Sendable (TokenIdentity) throws -> [SigningTarget]
  ) async throws {
    let console = global.console
    let instance = try self.instance.load()
    let selection = try self.instance.select(from: instance, needsVersion1: needsVersion1)
    let transportOptions = self.transportOptions
    let identity = self.identity
    let overwrite = self.overwrite
    do {
      let (outcomes, signer) = try await Interruption.run {
        try await transportOptions.withTransport { transport in
          let session = SigningSession(
            services: try SigningServices(selection, transport: transport),
            trustedRoot: instance.trustedRoot,
            tokens: try identity.source(
              loginIssuer: selection.identityIssuer?.url, transport: transport, console: console),
            audience: identity.signingAudience, randomness: SystemRandomness(),
            now: { FileReading.now() })
          let signer = try await session.tokenIdentity()
          let wanted = try targets(signer)
          if appends {
            let run = AppendRun(session: session, console: console)
            return (try await run.run(wanted), signer)
          }
          let run = SigningRun(session: session, overwrites: overwrite, console: console)
          return (try await run.run(wanted), signer)
        }
      }
      if global.json {
        console.output(SigningOutcome.document(outcomes, identity: signer).compactText)
      } else {
        for path in outcomes.flatMap(\.paths) { console.output(UntrustedText.printable(path)) }
      }
    } catch {
      throw SigningFailure.ending(error)
    }
  }
}
