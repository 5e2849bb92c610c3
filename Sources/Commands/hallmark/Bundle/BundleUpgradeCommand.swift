// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import ServiceClients
import Sigstore
import SystemPackage
import Verification

/// `hallmark bundle upgrade`: makes version 0.3 bundles of what older tools wrote.
struct BundleUpgradeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upgrade",
    abstract: "Turn older evidence into version 0.3 bundles, which verify offline for good.",
    discussion: """
      Examples:
        hallmark bundle upgrade tool.intoto.jsonl --online
        hallmark bundle upgrade tool.intoto.jsonl --rekor-entry entry.json

      Reads envelopes that carry their certificate and no log entry (.intoto.jsonl up to 2024), \
      and bundles of versions 0.1 and 0.2. The log entry comes from --rekor-entry, or from one \
      request by its computed name with --online. Everything is verified before it is written; \
      who signed is not compared with anything.

      Exit status: 0 written, 1 could not run, 3 does not verify, 6 the log entry is not at hand.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: "A log's answer about the entry; may be repeated.")
  var rekorEntry: [String] = []

  @Flag(help: "Ask the log for the entry: one request by its computed name.")
  var online = false

  @OptionGroup var trust: TrustOptions

  @OptionGroup var transportOptions: TransportOptions

  @Option(name: [.short, .long], help: "The file to write (default: FILE with .sigstore.json).")
  var output: String?

  @Argument(help: "The evidence to upgrade.")
  var file: String

  func run() async throws {
    let console = global.console
    let roots = try trust.load()
    let target = output ?? defaultOutput
    if FileReading.isPresent(target) {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the file to write is there already", place: target,
          help: ["name another by --output"]))
    }
    let transport = try online ? transportOptions.transport() : nil
    let reader = EvidenceReader(
      entries: try TrustFiles.logEntries(rekorEntry),
      logs: transport.map { transport in roots.flatMap { $0.logClients(transport) } })
    var lines: [String] = []
    do {
      for item in try await reader.complete(try evidence()) {
        lines.append(try await upgraded(item, roots, reader).json.compactText)
      }
    } catch let error as TransportError {
      await transport?.shutdown()
      throw CommandFailure(
        status: ExitStatus.undecided.rawValue,
        Diagnostic("\(error)", help: ["try again, or name the entry by --rekor-entry"]))
    } catch {
      await transport?.shutdown()
      throw error
    }
    await transport?.shutdown()
    let path = FilePath(target)
    let folder = path.removingLastComponent()
    try OutputFiles.write(
      [
        .init(
          name: path.lastComponent?.string ?? target,
          bytes: Array((lines.joined(separator: "\n") + "\n").utf8))
      ], into: folder.isEmpty ? "." : folder)
    if global.json {
      let document: JSONValue = [
        "schema": "hallmark.bundle-upgrade/v1", "file": .string(target),
        "bundles": .integer(Int64(lines.count)),
      ]
      console.output(document.compactText)
    } else {
      console.output("wrote \(UntrustedText.printable(target))")
    }
  }

  /// `tool.intoto.jsonl` becomes `tool.sigstore.json`, anything else gets the suffix.
  private var defaultOutput: String {
    for suffix in [".intoto.jsonl", ".sigstore", ".jsonl", ".json"]
    where file.utf8.count > suffix.utf8.count && file.hasSuffix(suffix)
      && !file.hasSuffix(".sigstore.json")
    {
      return String(decoding: file.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
        + ".sigstore.json"
    }
    return file + ".sigstore.json"
  }

  private func evidence() throws -> [Evidence] {
    do {
      let items = try Evidence.parse(
        try FileReading.bytes(of: file, limit: Evidence.sizeLimit), place: file)
      guard !items.isEmpty else { throw DocumentError(path: "", problem: "it holds no evidence") }
      return items
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the evidence cannot be read: \(error)", place: file,
          help: ["expected an envelope with its certificate, or a Sigstore bundle"]))
    }
  }

  private func upgraded(
    _ item: Evidence, _ roots: [TrustedRoot], _ reader: EvidenceReader
  ) async throws -> Bundle {
    guard case .bundle(let found) = item.content else {
      let uuid = item.missingEntryUUIDs.first
      throw CommandFailure(
        status: (uuid == nil ? ExitStatus.rejected : .undecided).rawValue,
        Diagnostic(
          uuid == nil
            ? "it cannot become a bundle: it is signed by a bare key or a build service"
            : "its log entry is not at hand", place: item.place,
          help: uuid.map { [FileResult.help(for: .logEntry(uuids: [$0]))] } ?? []))
    }
    let bundle = try await reader.withProof(found)
    // What is verified is the text that will be written, without anything that only the old file
    // has.
    let written = try Bundle(parsing: Array(bundle.json.compactText.utf8))
    var problem: VerificationCheck?
    for root in roots {
      let report = await Verifier(trusting: root).report(on: written, now: FileReading.now())
      if report.passed { return written }
      problem = report.primaryFailure ?? problem
    }
    throw CommandFailure(
      status: ExitStatus.rejected.rawValue,
      Diagnostic(
        "it does not verify as a version 0.3 bundle: "
          + (problem.map(FileResult.sentence) ?? "no verdict"),
        code: problem?.rule.rawValue, place: item.place))
  }
}

extension Verifier {
  /// What holds of a bundle apart from what it is about: its statement, or the digest that it repeats.
  fileprivate func report(on bundle: Bundle, now: Timestamp) async -> VerificationReport {
    if case .messageSignature(let digest, _) = bundle.content {
      guard let digest else {
        return VerificationReport([
          VerificationCheck(.artifactBinding, .failed("it does not say what it signs"))
        ])
      }
      return await verify(bundle, artifact: digest, now: now).report
    }
    return await verifyStatement(in: bundle, now: now).report
  }
}
