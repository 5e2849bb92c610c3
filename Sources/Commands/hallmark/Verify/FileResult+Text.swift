// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Sigstore
import Verification

extension FileResult {
  /// Shows one line for the verdict on standard output, and why on the lines after it.
  func show(on console: Console, explaining: Bool = false) {
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
      case .accepted(let evidence, let acceptance):
        if let rebuilders, !rebuilders.isMet {
          verdictLine("✗", .bad, "rejected")
          console.report(rebuilders.diagnostic(for: file))
        } else {
          verdictLine("✓", .good, "verified")
        }
        for item in evidence { showEvidence(item, acceptance, on: console) }
        showIgnored(verdict, accepted: evidence, on: console)
      case .noExpectation(let bundles):
        verdictLine("?", .warning, "signed, but nobody said by whom it should be")
        for item in verdict.examined where item.verified != nil {
          showEvidence(item, nil, on: console)
        }
        console.report(
          Diagnostic(
            "no expectation of who should have signed `\(file)`, so this is not a pass",
            help: bundles.first.map {
              ["if that is who you expect, pin it: \(PinningCommand.line(for: $0, of: file))"]
            } ?? []))
      case .rejected(let check, let place):
        verdictLine("✗", .bad, "rejected")
        showRejection(check, place: place, verdict: verdict, on: console)
      case .undecided(let missing, let place):
        verdictLine("?", .warning, "undecided")
        let check = verdict.examined.first { $0.evidence.place == place }?.report.primaryFailure
        console.report(
          Diagnostic(
            "`\(file)`: \(check.map(Self.sentence) ?? "something needed is not at hand")",
            code: check?.rule.rawValue, place: place, help: [Self.help(for: missing)]))
      }
      if explaining { explain(verdict, on: console) }
    }
    if let rebuilders {
      console.output("  rebuilt by " + UntrustedText.printable(rebuilders.found))
      for note in rebuilders.notes {
        console.report(Diagnostic("`\(file)`: \(note)", severity: .warning))
      }
    }
  }

  static func sentence(_ check: VerificationCheck) -> String {
    if case .failed(let text) = check.outcome { text } else { check.rule.title }
  }

  private func showEvidence(
    _ item: ExaminedEvidence, _ acceptance: ArtifactVerdict.Acceptance?, on console: Console
  ) {
    func line(_ label: String, _ text: String) {
      let padding = String(repeating: " ", count: max(1, 11 - label.count))
      console.output(
        "    " + console.styled(label, .faint, on: .output) + padding
          + UntrustedText.printable(text))
    }
    if let bundle = item.verified {
      line("signed by", bundle.certificate.subjectAlternativeName.text)
      line("issuer", bundle.certificate.issuer ?? "none")
      if let statement = bundle.statement { line("claims", statement.predicateType) }
      if let entry = bundle.logEntries.first, let time = bundle.signingTimes.first {
        line("logged", "\(bundle.logURL), index \(entry.logIndex), \(time)")
      } else if let time = bundle.signingTimes.first {
        line("time", "\(time), by a timestamp authority; in no log")
      }
    } else {
      if case .builder(let builder) = acceptance { line("made by", builder) }
      if case .summary(let verifier) = acceptance { line("verifier", verifier) }
      if acceptance == .key { line("signed by", "the given key") }
      if let payload = item.evidence.envelope?.payload,
        let statement = try? Statement(parsing: payload)
      {
        line("claims", statement.predicateType)
      }
      if let entry = item.evidence.bundle?.logEntries.first {
        line("logged", "index \(entry.logIndex)")
      }
    }
    line("evidence", "\(item.evidence.place) (\(item.evidence.form.rawValue))")
  }

  /// Evidence that did not count is shown, but does not change the verdict.
  private func showIgnored(
    _ verdict: ArtifactVerdict, accepted: [ExaminedEvidence], on console: Console
  ) {
    for item in verdict.examined where !accepted.contains(item) {
      // A file of bundles for a whole folder has lines about other files, and a registry's own
      // attestation is nobody's who publishes.
      let failure = item.report.primaryFailure
      if item.evidence.isLine, failure?.rule == .artifactBinding { continue }
      if item.report.checks.isEmpty || item.isValid && item.verified == nil { continue }
      console.report(
        Diagnostic(
          "other evidence was ignored: \(failure.map(Self.sentence) ?? "not by this publisher")",
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
    var passed: [String] = []
    for item in verdict.examined.first(where: { $0.evidence.place == place })?.report.checks ?? []
    where item.outcome == .passed && !passed.contains(item.rule.title) {
      passed.append(item.rule.title)
    }
    var notes = passed.isEmpty ? [] : ["valid: " + passed.joined(separator: ", ")]
    if let reason = verdict.provenanceReason { notes.append("reason: \(reason.rawValue)") }
    if verdict.examined.isEmpty, verdict.unreadable.isEmpty {
      notes +=
        emptyPlaces.isEmpty
        ? ["looked for \(file) followed by " + EvidenceDiscovery.suffixes.joined(separator: ", ")]
        : emptyPlaces.map { "nothing at \($0)" }
    }
    console.report(
      Diagnostic(
        "`\(file)`: \(Self.sentence(check))", code: check.rule.rawValue, place: place,
        expected: check.expected, found: check.found, notes: notes,
        help: Self.help(for: check.rule).map { [$0] } ?? []))
  }

  /// Every criterion of every piece of evidence, then of the comparison with each publisher.
  private func explain(_ verdict: ArtifactVerdict, on console: Console) {
    for item in verdict.examined {
      heading("\(item.evidence.place) (\(item.evidence.form.rawValue))", on: console)
      criteria(item.report, on: console)
      for (number, comparison) in item.comparisons.enumerated() {
        heading("compared with publisher \(number + 1) of the policy", on: console)
        criteria(comparison, on: console)
      }
    }
    for item in verdict.unreadable {
      heading(item.place, on: console)
      console.output(
        "      " + console.styled("✗", .bad, on: .output)
          + " HM0201 evidence is readable: " + UntrustedText.printable(item.problem))
    }
  }

  private func heading(_ text: String, on console: Console) {
    console.output(
      "    " + console.styled(UntrustedText.printable(text), .accent, on: .output))
  }

  private func criteria(_ report: VerificationReport, on console: Console) {
    for check in report.checks {
      let (mark, style): (String, Console.Style) =
        switch check.outcome {
        case .passed: ("✓", .good)
        case .failed: ("✗", .bad)
        case .notReached: ("-", .faint)
        }
      var text = "\(check.rule.rawValue) \(check.rule.title)"
      switch check.outcome {
      case .passed: break
      case .failed(let sentence): text += ": \(sentence)"
      case .notReached: text += ": not looked at, because something before it failed"
      }
      console.output(
        "      " + console.styled(mark, style, on: .output) + " "
          + UntrustedText.printable(text))
      for (label, value) in [("expected", check.expected), ("found   ", check.found)] {
        guard let value, !value.isEmpty else { continue }
        console.output(
          "          " + console.styled(label, .faint, on: .output) + " "
            + UntrustedText.printable(value))
      }
    }
  }
}
