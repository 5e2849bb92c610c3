// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Policies
import Sigstore
import Verification

/// What verification found for one file, for people and for machines.
struct FileResult {
  /// What came out.
  enum Outcome {
    /// The file itself cannot be read.
    case unreadable(String)
    /// A decision.
    case verdict(ArtifactVerdict)
    /// No decision, because a service did not say what was asked, or refused.
    case undecided(CommandFailure)
  }

  /// The file as it was named.
  let file: String
  /// What came out.
  let outcome: Outcome
  /// The places that were asked for evidence and have none.
  var emptyPlaces: [String] = []

  /// The exit status for this file alone.
  var status: ExitStatus {
    switch outcome {
    case .unreadable: .couldNotRun
    case .verdict(let verdict): verdict.exitStatus
    case .undecided(let failure): ExitStatus(rawValue: failure.status) ?? .undecided
    }
  }

  /// Shows one line for the verdict on standard output, and why on the lines after it.
  func show(on console: Console) {
    let name = UntrustedText.printable(file)
    func verdictLine(_ mark: String, _ style: Console.Style, _ text: String) {
      console.output(
        console.styled(mark, style, on: .output) + " "
          + console.styled(name, .strong, on: .output) + "  " + text)
    }
    switch outcome {
    case .unreadable(let problem):
      verdictLine("✗", .bad, "not checked")
      console.report(
        Diagnostic(problem, help: ["name a regular file that this user may read"]))
    case .undecided(let failure):
      if status == .rejected {
        verdictLine("✗", .bad, "rejected")
      } else {
        verdictLine("?", .warning, "undecided")
      }
      console.report(failure.diagnostic)
    case .verdict(let verdict):
      switch verdict.outcome {
      case .accepted(let evidence, _):
        verdictLine("✓", .good, "verified")
        for item in evidence { showEvidence(item, on: console) }
        showIgnored(verdict, accepted: evidence, on: console)
      case .noExpectation(let bundles):
        verdictLine("?", .warning, "signed, but nobody said by whom it should be")
        for item in verdict.examined where item.verified != nil {
          showEvidence(item, on: console)
        }
        console.report(
          Diagnostic(
            "no expectation of who should have signed `\(file)`, so this is not a pass",
            help: bundles.first.map { ["if that is who you expect, pin it: \(pin($0))"] } ?? []))
      case .rejected(let check, let place):
        verdictLine("✗", .bad, "rejected")
        showRejection(check, place: place, verdict: verdict, on: console)
      }
    }
  }

  private func showEvidence(_ item: ExaminedEvidence, on console: Console) {
    guard let bundle = item.verified else { return }
    func line(_ label: String, _ text: String) {
      let padding = String(repeating: " ", count: max(1, 11 - label.count))
      console.output(
        "    " + console.styled(label, .faint, on: .output) + padding
          + UntrustedText.printable(text))
    }
    line("signed by", bundle.certificate.subjectAlternativeName.text)
    line("issuer", bundle.certificate.issuer ?? "none")
    if let statement = bundle.statement { line("claims", statement.predicateType) }
    if let entry = bundle.logEntries.first, let time = bundle.signingTimes.first {
      line("logged", "\(bundle.logURL), index \(entry.logIndex), \(time)")
    }
    line("evidence", "\(item.evidence.place) (\(item.evidence.form.rawValue))")
  }

  /// Evidence that did not count is shown, but does not change the verdict.
  private func showIgnored(
    _ verdict: ArtifactVerdict, accepted: [ExaminedEvidence], on console: Console
  ) {
    for item in verdict.examined where !accepted.contains(item) {
      // A file of bundles for a whole folder has lines about other files.
      let failure = item.report.primaryFailure
      if item.evidence.form == .bundleLine, failure?.rule == .artifactBinding { continue }
      console.report(
        Diagnostic(
          "other evidence was ignored: \(failure.map(sentence) ?? "not by this publisher")",
          code: failure?.rule.rawValue, severity: .warning, place: item.evidence.place))
    }
    for item in verdict.unreadable {
      console.report(
        Diagnostic(
          "other evidence was ignored: \(item.problem)",
          code: VerificationRule.wellFormed.rawValue, severity: .warning, place: item.place))
    }
  }

  private func showRejection(
    _ check: VerificationCheck, place: String?, verdict: ArtifactVerdict, on console: Console
  ) {
    let passed =
      verdict.examined.first { $0.evidence.place == place }?.report.checks
      .filter { $0.outcome == .passed }.map(\.rule.title) ?? []
    var notes = passed.isEmpty ? [] : ["valid: " + passed.joined(separator: ", ")]
    if verdict.examined.isEmpty, verdict.unreadable.isEmpty {
      notes +=
        emptyPlaces.isEmpty
        ? ["looked for \(file) followed by " + EvidenceDiscovery.suffixes.joined(separator: ", ")]
        : emptyPlaces.map { "nothing at \($0)" }
    }
    console.report(
      Diagnostic(
        "`\(file)`: \(sentence(check))", code: check.rule.rawValue, place: place,
        expected: check.expected, found: check.found, notes: notes,
        help: Self.help(for: check.rule).map { [$0] } ?? []))
  }

  private func sentence(_ check: VerificationCheck) -> String {
    if case .failed(let text) = check.outcome { text } else { check.rule.title }
  }

  private static func help(for rule: VerificationRule) -> String? {
    switch rule {
    case .evidence:
      "get the attestations that were published with the file, or name them by --evidence"
    case .artifactBinding:
      "download the file and its evidence again, from the place that published them"
    case .identity, .issuer: "if that signer may publish, add it to `[[publisher]]` in the policy"
    case .knownLog, .certificateChain, .certificateTimestamp:
      "for a private instance, name its trusted root by --trusted-root"
    case .predicate: "ask the publisher for the attestation that is missing"
    default: nil
    }
  }

  /// The command that pins the signer of a bundle.
  private func pin(_ bundle: VerifiedBundle) -> String {
    let certificate = bundle.certificate
    let prefix = "https://github.com/"
    if certificate.issuer == "https://token.actions.githubusercontent.com",
      let repository = certificate.claims[.sourceRepositoryURI], repository.hasPrefix(prefix),
      let configuration = certificate.claims[.buildConfigURI],
      let path = configuration.split(separator: "@").first,
      let workflow = path.split(separator: "/").last
    {
      return "hallmark verify \(ShellWord.quoted(file)) --repository "
        + ShellWord.quoted(String(repository.dropFirst(prefix.count)))
        + " --workflow \(ShellWord.quoted(String(workflow)))"
    }
    return "hallmark verify \(ShellWord.quoted(file)) --identity "
      + "\(ShellWord.quoted(certificate.subjectAlternativeName.text)) --issuer "
      + ShellWord.quoted(certificate.issuer ?? "")
  }
}
