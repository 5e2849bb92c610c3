// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Certificates
import Encodings
import ServiceClients
import Sigstore
import Verification

/// `hallmark verify`: decides whether files are signed by whom they should be.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that files were signed by whom you expect.",
    discussion: """
      Examples:
        hallmark verify dist/*.whl --repository acme/greeting --workflow release.yml
        hallmark verify file --identity me@example.com --issuer https://accounts.google.com
        hallmark verify file --policy hallmark.toml --trusted-root trusted_root.json
        hallmark verify binary --source-uri github.com/acme/tool --source-tag v1.2.3
        hallmark verify acme/app@sha256:… --evidence layout/ --source-uri github.com/acme/app

      An artifact is a file, sha256:HEX, sha512:HEX, or an image NAME@sha256:HEX. Evidence is \
      looked for next to each file, in this order: .sigstore.json, .sigstore, \
      .publish.attestation, .slsa.attestation, .attestation, .provenance, .intoto.jsonl, and \
      multiple.intoto.jsonl in the same folder; or it is named by --evidence. Its form is found \
      out from its content: Sigstore bundle, one per line, PEP 740, npm, GitHub, cosign's image \
      layout, Cloud Build, DSSE envelope with certificate or signed by a key.

      Who should have signed comes from options, from --policy, from the user's configuration \
      (hallmark/hallmark.toml), or from hallmark.toml in the enclosing git repository; never \
      from the folder of the file as such. Without any, the command says who signed and exits \
      with 2. Nothing here uses the network unless --online is given.

      Exit status: 0 verified, 1 could not run, 2 usage or no expectation, 3 rejected, \
      6 undecided because something needed is not at hand.
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup(title: "Who should have signed") var expectation: ExpectationOptions

  @OptionGroup(title: "What the provenance should say") var provenance: ProvenanceOptions

  @OptionGroup(title: "What a verification summary should say") var summary: SummaryOptions

  @OptionGroup(title: "Evidence and trust") var sources: EvidenceOptions

  @OptionGroup(title: "Results for others") var summaries: ResultOptions

  @Flag(help: "Show every criterion with what was expected, what was found and the verdict.")
  var explain = false

  @Argument(help: "The files, digests or images to check.")
  var files: [String] = []

  /// Artifacts whose results are shown together.
  private static let group = 64

  func validate() throws {
    if files.isEmpty, summary.subjectDigest.isEmpty {
      throw ValidationError("missing expected argument: a file, digest or image.")
    }
    if !files.isEmpty, !summary.subjectDigest.isEmpty {
      throw ValidationError("--subject-digest takes the place of files.")
    }
    let areFiles = !files.isEmpty && files.allSatisfy { ArtifactArgument($0).isFile }
    if sources.evidence.isEmpty, !areFiles {
      throw ValidationError("a digest or image needs --evidence.")
    }
    if provenance.isUsed, expectation.kinds > 0 || summary.isUsed {
      throw ValidationError("--source-uri cannot be used with other ways of saying who signed.")
    }
    if summary.isUsed, expectation.key == nil {
      throw ValidationError("--verifier-id needs --key, the verifier's public key.")
    }
  }

  func run() async throws {
    let console = global.console
    let roots = try sources.trustedRoots()
    let entries = try sources.logEntries()
    let (expected, origin) = try expectations()
    if let origin, !global.json {
      console.progress("policy: \(UntrustedText.printable(origin))")
    }
    let transport = try sources.online ? ClientTransport.make() : nil
    let reader = EvidenceReader(
      entries: entries,
      logs: transport.map { transport in
        roots.flatMap { $0.logClients(transport) }
      })
    let verification = FileVerification(
      roots: roots, expected: expected, sources: sources, reader: reader)
    var results: [FileResult] = []
    let arguments = files.isEmpty ? [summary.subjectDigest.joined(separator: " ")] : files
    // Some at a time, so that the first results come early and the others without delay.
    for start in stride(from: 0, to: arguments.count, by: Self.group) {
      let some = Array(arguments[start..<min(start + Self.group, arguments.count)])
      let found = await some.concurrentMap(width: Platform.processorCount) {
        await verification.check($0)
      }
      if !global.json { found.forEach { $0.show(on: console, explaining: explain) } }
      results += found
    }
    await transport?.shutdown()
    try summaries.write(results, policy: (origin ?? "", expectation.policy))
    let status = ExitStatus.worst(of: results.map(\.status))
    if global.json {
      let document: JSONValue = [
        "schema": "hallmark.verify/v1", "status": .integer(Int64(status.rawValue)),
        "policy": origin.map { .string($0) } ?? .null,
        "files": .array(results.map(\.json)),
      ]
      console.output(document.compactText)
    }
    if status != .done { throw ExitCode(status.rawValue) }
  }

  /// What is expected, and where that is from.
  private func expectations() throws -> (Expectation?, origin: String?) {
    if let expected = try provenance.expectation() { return (expected, "from options") }
    if let path = expectation.key {
      let key = try Self.key(path)
      guard let verifierID = summary.verifierID, let resourceURI = summary.resourceURI else {
        return (.key(key), "from options")
      }
      let expected = SummaryExpectations(
        subjectDigests: summary.subjectDigest, verifierID: verifierID, resourceURI: resourceURI,
        verifiedLevels: summary.verifiedLevel, publicKeyID: summary.keyID)
      return (.summary(expected, signedBy: key), "from options")
    }
    guard let (policy, origin) = try expectation.resolvedPolicy() else { return (nil, nil) }
    return (.publishers(policy), origin)
  }

  private static func key(_ path: String) throws -> SignatureKey {
    do {
      let bytes = try FileReading.bytes(of: path, limit: 64 << 10)
      return try SignatureKey(pem: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the key cannot be used: \(error)", place: path,
          help: ["name a file with one PUBLIC KEY in PEM"]))
    }
  }
}
