// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Certificates
import Encodings
import Policies
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
        hallmark verify greeting==1.0.0 --repository acme/greeting
        hallmark verify dist/*.whl --policy hallmark.toml --require-rebuilders 2
        hallmark verify greeting.tar.xz --fetch --repository acme/greeting

      An artifact is a file, sha256:HEX, sha512:HEX, or an image NAME@sha256:HEX. Evidence is \
      looked for next to each file, in this order: .sigstore.json, .sigstore, \
      .publish.attestation, .slsa.attestation, .attestation, .provenance, .intoto.jsonl, and \
      multiple.intoto.jsonl in the same folder; or it is named by --evidence. Its form is found \
      out from its content: Sigstore bundle, one per line, PEP 740, npm, GitHub, cosign's image \
      layout, Cloud Build, DSSE envelope with certificate or signed by a key.

      Who should have signed comes from options, from --policy, from the user's configuration \
      (hallmark/hallmark.toml), or from hallmark.toml in the enclosing git repository; never \
      from the folder of the file as such. Without any, the command says who signed and exits \
      with 2.

      Nothing here uses the network, unless you ask for it. NAME==VERSION, pypi:FILENAME and \
      pypi:URL are read from the index of --index, with the evidence that it has for them. \
      --fetch asks about FILE: the index if it is a wheel or an sdist, and GitHub's attestations \
      of the repositories that are expected, without a login; --fetch-from also looks in a folder \
      or below an https URL; --online asks the log for a missing entry. A busy service is asked up \
      to four times within 30 seconds. Proxies are taken from HTTPS_PROXY and NO_PROXY.

      Exit status: 0 verified, 1 could not run, 2 usage or no expectation, 3 rejected, 4 a \
      service wants a login, 6 undecided because something needed is not at hand, a service did \
      not answer, or --offline.
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup(title: "Who should have signed") var expectation: ExpectationOptions

  @OptionGroup(title: "What the provenance should say") var provenance: ProvenanceOptions

  @OptionGroup(title: "What a verification summary should say") var summary: SummaryOptions

  @OptionGroup(title: "Evidence and trust") var sources: EvidenceOptions

  @OptionGroup(title: "Evidence from elsewhere") var fetch: FetchOptions

  @OptionGroup(title: "Rebuilders") var rebuilders: RebuilderOptions

  @OptionGroup(title: "Results for others") var summaries: ResultOptions

  @Flag(help: "Show every criterion with what was expected, what was found and the verdict.")
  var explain = false

  @Argument(
    help: "Files, digests or images; or NAME==VERSION, pypi:FILENAME or pypi:URL at the index.")
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
    for file in files {
      let atIndex = try IndexReference(argument: file) != nil
      if atIndex, !sources.evidence.isEmpty {
        throw ValidationError("--evidence is for files; the index has its own for `\(file)`.")
      }
      if !atIndex, sources.evidence.isEmpty, !fetch.looksElsewhere, !ArtifactArgument(file).isFile {
        throw ValidationError("a digest or image needs --evidence.")
      }
    }
    if files.isEmpty, sources.evidence.isEmpty {
      throw ValidationError("--subject-digest needs --evidence.")
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
    let entries = try sources.logEntries()
    let (expected, origin) = try expectations()
    var instance: String?
    if case .publishers(let policy)? = expected { instance = policy.instance }
    let roots = try sources.trustedRoots(policyInstance: instance)
    var policy: (Policy, String)?
    if case .publishers(let known)? = expected { policy = (known, origin ?? "") }
    let requirement = try rebuilders.requirement(under: policy, trusting: roots)
    if let origin, !global.json {
      console.progress("policy: \(UntrustedText.printable(origin))")
    }
    let lookup = EvidenceLookup(
      options: fetch, sources: try fetch.sources(expected: expected), console: console)
    if fetch.network.offline, try lookup.isNeeded(for: files) {
      try lookup.showPlan(for: files, json: global.json)
    }
    let results = try await lookup.withFetcher(for: files) { fetcher in
      let reader = EvidenceReader(
        entries: entries,
        logs: fetch.online
          ? fetcher.map { fetcher in roots.flatMap { $0.logClients(fetcher.transport) } } : nil)
      return await check(
        with: FileVerification(
          roots: roots, expected: expected, sources: sources, reader: reader, lookup: lookup,
          fetcher: fetcher, rebuilders: requirement), on: console)
    }
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

  /// Checks some artifacts at a time, so that the first results come early and the others without
  /// delay.
  private func check(
    with verification: FileVerification, on console: Console
  ) async -> [FileResult] {
    var results: [FileResult] = []
    let arguments = files.isEmpty ? [summary.subjectDigest.joined(separator: " ")] : files
    for start in stride(from: 0, to: arguments.count, by: Self.group) {
      let some = Array(arguments[start..<min(start + Self.group, arguments.count)])
      let found = await some.concurrentMap(width: Platform.processorCount) {
        await verification.check($0)
      }.flatMap(\.self)
      if !global.json { found.forEach { $0.show(on: console, explaining: explain) } }
      results += found
    }
    return results
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
