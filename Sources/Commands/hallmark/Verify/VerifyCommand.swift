// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Policies
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
        hallmark verify greeting==1.0.0 --repository acme/greeting
        hallmark verify greeting.tar.xz --fetch --repository acme/greeting

      Evidence is looked for next to each file, in this order: .sigstore.json, .sigstore, \
      .publish.attestation, .slsa.attestation, .attestation, .provenance, .intoto.jsonl, and \
      multiple.intoto.jsonl in the same folder; or it is named by --evidence. Who should have \
      signed comes from options, from --policy, from the user's configuration \
      (hallmark/hallmark.toml), or from hallmark.toml in the enclosing git repository; never \
      from the folder of the file as such. Without any, the command says who signed and exits \
      with 2.

      Nothing here uses the network, unless you ask for it. NAME==VERSION, pypi:FILENAME and \
      pypi:URL are read from the index of --index, with the evidence that it has for them. \
      --fetch asks about FILE: the index if it is a wheel or an sdist, and GitHub's attestations \
      of the repositories that are expected, without a login; --fetch-from also looks in a folder \
      or below an https URL. A busy service is asked up to four times within 30 seconds. Proxies \
      are taken from HTTPS_PROXY and NO_PROXY.

      Exit status: 0 verified, 1 could not run, 2 usage or no expectation, 3 rejected, 4 a \
      service wants a login, 6 undecided because a service did not answer, or --offline.
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup(title: "Who should have signed") var expectation: ExpectationOptions

  @Option(
    name: [.customLong("evidence"), .customLong("bundle")],
    help: "A bundle, attestation or provenance file to use instead of looking for one.")
  var evidence: [String] = []

  @Option(help: "A trusted root to use instead of the public-good one.")
  var trustedRoot: String?

  @Flag(help: "Use the trusted root of the public staging instance.")
  var staging = false

  @OptionGroup(title: "Evidence from elsewhere") var fetch: FetchOptions

  @Argument(help: "The files to check; or NAME==VERSION, pypi:FILENAME or pypi:URL at the index.")
  var files: [String]

  func validate() throws {
    if staging, trustedRoot != nil {
      throw ValidationError("--staging and --trusted-root exclude each other.")
    }
    if !evidence.isEmpty, files.count > 1 {
      throw ValidationError("--evidence can be used with one file only.")
    }
    for file in files {
      if try IndexReference(argument: file) != nil, !evidence.isEmpty {
        throw ValidationError("--evidence is for files; the index has its own for `\(file)`.")
      }
    }
  }

  func run() async throws {
    let console = global.console
    let root = try loadTrustedRoot()
    let policy = try expectation.resolvedPolicy()
    if let origin = policy?.origin, !global.json {
      console.progress("policy: \(UntrustedText.printable(origin))")
    }
    let verifier = ArtifactVerifier(trusting: root, policy: policy?.policy)
    let lookup = EvidenceLookup(
      options: fetch, sources: try fetch.sources(policy: policy?.policy), console: console)
    if fetch.network.offline, try lookup.isNeeded(for: files) {
      try lookup.showPlan(for: files, json: global.json)
    }
    let results = try await lookup.withFetcher(for: files) { fetcher in
      var results: [FileResult] = []
      for file in files {
        let checked =
          if let fetcher, let reference = try IndexReference(argument: file) {
            await lookup.check(reference, named: file, by: fetcher, with: verifier)
          } else {
            [await check(file, with: verifier, fetcher: fetcher)]
          }
        if !global.json { for result in checked { result.show(on: console) } }
        results += checked
      }
      return results
    }
    let status = ExitStatus.worst(of: results.map(\.status))
    if global.json {
      let document: JSONValue = [
        "schema": "hallmark.verify/v1", "status": .integer(Int64(status.rawValue)),
        "policy": policy.map { .string($0.origin) } ?? .null,
        "files": .array(results.map(\.json)),
      ]
      console.output(document.compactText)
    }
    if status != .done { throw ExitCode(status.rawValue) }
  }

  private func check(
    _ file: String, with verifier: ArtifactVerifier, fetcher: EvidenceFetcher?
  ) async -> FileResult {
    do {
      let digest = try FileReading.sha256(of: file)
      let filename = file.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String($0) }
      let artifact = ArtifactVerifier.Artifact(filename: filename, digest: digest)
      let paths = evidence.isEmpty ? EvidenceDiscovery.paths(for: file) : evidence
      var items: [Evidence] = []
      var unreadable: [UnreadableEvidence] = []
      for path in paths {
        do {
          let bytes = try FileReading.bytes(of: path, limit: Evidence.sizeLimit)
          items += try Evidence.parse(bytes, place: path)
        } catch {
          unreadable.append(UnreadableEvidence(place: path, problem: "\(error)"))
        }
      }
      let fetched =
        fetch.looksElsewhere
        ? await fetcher?.evidence(filename: filename, digest: digest) ?? FetchedEvidence()
        : FetchedEvidence()
      return await fetched.verdict(
        on: artifact, named: file, with: verifier, local: items, unreadable: unreadable)
    } catch {
      return FileResult(file: file, outcome: .unreadable("\(error)"))
    }
  }

  private func loadTrustedRoot() throws -> TrustedRoot {
    do {
      guard let trustedRoot else {
        return try staging ? TrustedRoot.staging() : TrustedRoot.publicGood()
      }
      return try TrustedRoot(
        parsing: try FileReading.bytes(of: trustedRoot, limit: Evidence.sizeLimit))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the trusted root cannot be used: \(error)", place: trustedRoot,
          help: ["name a trusted_root.json of media type v0.1, as an instance publishes it"]))
    }
  }
}
