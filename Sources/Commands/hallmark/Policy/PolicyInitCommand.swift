// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Attestations
import Certificates
import Encodings
import Policies
import Sigstore
import SystemPackage
import Verification

/// `hallmark policy init`: pins the signer of something that is already signed.
struct PolicyInitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a policy from an existing signature, after you have looked at who it is.",
    discussion: """
      Examples:
        hallmark policy init dist/greeting-1.0.0-py3-none-any.whl
        hallmark policy init greeting.sigstore.json --output hallmark.toml --yes

      FILE is a signed file with its evidence beside it, or a bundle or attestation. The signature \
      is verified; then the signer is shown, and pinned only if you say that it is who you expect: \
      a first look is all that stands behind a pin. Compare it with what the project documents.

      Exit status: 0 written, 1 could not run, 2 not confirmed, 3 nothing valid to pin.
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup(title: "Evidence and trust") var sources: EvidenceOptions

  @Option(name: [.short, .long], help: "The file to write; - prints it.")
  var output = "hallmark.toml"

  @Flag(help: "Pin without asking.")
  var yes = false

  @Argument(help: "A signed file, or a bundle or attestation.")
  var file: String

  func run() async throws {
    let console = global.console
    let roots = try sources.trustedRoots()
    if output != "-", FileReading.isPresent(output) {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "there is a policy already", place: output,
          help: ["name another file by --output, or print the entry by --output - and add it"]))
    }
    let (artifact, evidence, unreadable) = try await SignedSubject(
      file: file, evidence: sources.evidence, entries: try sources.logEntries()
    ).read()
    let verdict = await ArtifactVerifier(
      trusting: roots, expecting: nil, keys: TrustFolder(path: sources.trustFolder),
      allowsPromiseAlone: sources.allowMissingProof
    ).verify(artifact, evidence: evidence, unreadable: unreadable, now: FileReading.now())
    guard case .noExpectation(let bundles) = verdict.outcome, !bundles.isEmpty else {
      FileResult(file: file, outcome: .verdict(verdict)).show(on: console)
      throw ExitCode(
        verdict.exitStatus == .done ? ExitStatus.rejected.rawValue : verdict.exitStatus.rawValue)
    }
    let policy = proposal(bundles, artifact)
    show(bundles, on: console)
    if output == "-" {
      console.output(policy.text.trimmedLineEnd)
      return
    }
    try confirm(console)
    let path = FilePath(output)
    let folder = path.removingLastComponent()
    try OutputFiles.write(
      [.init(name: path.lastComponent?.string ?? output, bytes: Array(policy.text.utf8))],
      into: folder.isEmpty ? "." : folder)
    if global.json {
      let document: JSONValue = [
        "schema": "hallmark.policy-init/v1", "policy": .string(output),
        "publishers": .integer(Int64(policy.publishers.count)), "text": .string(policy.text),
      ]
      console.output(document.compactText)
    } else {
      console.output("wrote \(UntrustedText.printable(output))")
    }
  }

  /// One publisher per signer.
  private func proposal(_ bundles: [VerifiedBundle], _ artifact: Artifact) -> Policy {
    let release = artifact.filename.flatMap { ReleaseName(filename: $0) }
    var publishers: [PublisherPolicy] = []
    var names: [String] = []
    for bundle in bundles {
      let name = bundle.signerName
      guard !names.contains(name) else { continue }
      names.append(name)
      let own = bundles.filter { $0.signerName.utf8.elementsEqual(name.utf8) }
      if let publisher = PublisherProposal.publisher(for: own, release: release) {
        publishers.append(publisher)
      }
    }
    return Policy(publishers: publishers)
  }

  private func show(_ bundles: [VerifiedBundle], on console: Console) {
    var names: [String] = []
    for bundle in bundles where !names.contains(bundle.signerName) {
      names.append(bundle.signerName)
      let certificate = bundle.certificate
      var lines = [
        ("signed by", certificate.subjectAlternativeName.text),
        ("issuer", certificate.issuer ?? "none"),
      ]
      for claim in [
        .sourceRepositoryURI, .sourceRepositoryRef, .sourceRepositoryIdentifier, .buildConfigURI,
        .deploymentEnvironment, .runnerEnvironment,
      ] as [FulcioExtension] {
        if let text = certificate.claims[claim] { lines.append((claim.title, text)) }
      }
      if let time = bundle.signingTimes.first { lines.append(("signed at", "\(time)")) }
      let width = lines.map(\.0.count).max() ?? 0
      for (label, text) in lines {
        console.progress(
          "  " + label + String(repeating: " ", count: width - label.count + 2)
            + UntrustedText.printable(text))
      }
    }
  }

  private func confirm(_ console: Console) throws {
    if yes { return }
    guard Platform.isTerminal(0) else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "nothing is pinned: nobody confirmed that this is the signer you expect",
          help: ["look at the signer above, then run the command again with --yes"]))
    }
    console.writeToError("Is that who you expect to sign? Pin it in \(output)? [y/N] ")
    let answer = readLine() ?? ""
    guard ["y", "Y", "yes"].contains(answer) else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue, Diagnostic("nothing is pinned: not confirmed"))
    }
  }
}

extension VerifiedBundle {
  fileprivate var signerName: String {
    "\(certificate.subjectAlternativeName.text) \(certificate.issuer ?? "")"
  }
}

extension String {
  fileprivate var trimmedLineEnd: String { utf8.last == 0x0a ? String(dropLast()) : self }
}
