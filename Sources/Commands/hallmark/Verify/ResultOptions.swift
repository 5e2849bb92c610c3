// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Attestations
import Encodings
import SystemPackage
import Verification

/// The options that turn results into signed verification summaries.
struct ResultOptions: ParsableArguments {
  @Option(help: "Write the results, signed, as verification summaries to this file.")
  var attestResult: String?

  @Option(help: "The private key that signs them: a file with a P-256 key in PEM.")
  var resultKey: String?

  @Option(help: "Who verifies, a URI of yours that readers of the summaries will expect.")
  var resultVerifierID: String?

  @Option(help: "What was verified, a URI (default: file: and the name).")
  var resultResourceURI: String?

  func validate() throws {
    let given = [attestResult, resultKey, resultVerifierID].compactMap { $0 }.count
    guard given == 0 || given == 3 else {
      throw ValidationError(
        "--attest-result, --result-key and --result-verifier-id belong together.")
    }
    if attestResult == nil, resultResourceURI != nil {
      throw ValidationError("--result-resource-uri needs --attest-result.")
    }
  }

  /// Signs and writes one summary per line for all artifacts that were judged.
  ///
  /// - Parameters:
  ///   - results: the results.
  ///   - policy: where the expectation is from, and the policy file's path if it is one.
  /// - Throws: `CommandFailure` when the key or the file to write is not usable.
  func write(_ results: [FileResult], policy: (origin: String, path: String?)) throws {
    guard let attestResult, let resultKey, let resultVerifierID else { return }
    let attestation: ResultAttestation
    do {
      let pem = try FileReading.bytes(of: resultKey, limit: 64 << 10)
      let digest = try policy.path.map { try FileReading.sha256(of: $0) }
      attestation = try ResultAttestation(
        verifierID: resultVerifierID,
        policy: (policy.path.map { "file:\($0)" } ?? policy.origin, digest),
        privateKey: String(decoding: pem, as: UTF8.self))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the results cannot be signed: \(error)", place: resultKey,
          help: ["make a key: openssl ecparam -name prime256v1 -genkey -noout -out key.pem"]))
    }
    var lines = ""
    for result in results {
      // What too few rebuilders vouch for did not pass, whatever its evidence says.
      guard result.rebuilders?.isMet != false, case .verdict(let verdict) = result.outcome,
        let envelope = try attestation.envelope(
          for: verdict, resourceURI: resultResourceURI ?? "file:\(result.file)",
          time: FileReading.now())
      else { continue }
      lines += envelope.json.compactText + "\n"
    }
    let path = FilePath(attestResult)
    let folder = path.removingLastComponent()
    try OutputFiles.write(
      [.init(name: path.lastComponent?.string ?? attestResult, bytes: Array(lines.utf8))],
      into: folder.isEmpty ? "." : folder)
  }
}
