// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Sigstore

/// Where evidence and trust come from.
struct EvidenceOptions: ParsableArguments {
  @Option(
    name: [.customLong("evidence"), .customLong("bundle"), .customLong("provenance-path")],
    help: "A file of evidence, or an image's folder, to use instead of looking for some.")
  var evidence: [String] = []

  @Option(help: "A log's answer about the entry of an envelope that comes without it.")
  var rekorEntry: [String] = []

  @OptionGroup var trust: TrustOptions

  @Option(help: "A folder with keys of registries and build services: npm-keys, gcb-keys.")
  var trustFolder: String?

  @Flag(help: "Accept bundles of version 0.1 that have only the log's signed promise, no proof.")
  var allowMissingProof = false

  /// Whom to trust; a policy's instance counts where no option names one.
  func trustedRoots(policyInstance: String? = nil) throws -> [TrustedRoot] {
    try trust.load(policyInstance: policyInstance)
  }

  /// The log entries of `--rekor-entry`.
  func logEntries() throws -> [TransparencyLogEntry] { try TrustFiles.logEntries(rekorEntry) }
}
