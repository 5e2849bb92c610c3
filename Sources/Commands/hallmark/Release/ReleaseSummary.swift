// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import PythonPackaging
import SystemPackage

/// The end of a release, as a person reads it.
struct ReleaseSummary: Sendable {
  let outcome: ReleaseOutcome
  let console: Console

  private static let indent = String(repeating: " ", count: 11)

  /// Writes the summary to standard output.
  func show() {
    let build = outcome.build
    let title = "\(text(build.project.text)) \(text(build.version.text)) is released"
    console.output(
      console.styled(title, .strong, on: .output) + " in "
        + StageReporter.seconds(outcome.duration))
    console.output()
    block("Built", built)
    block("Signed", signed)
    block("Logged", logged)
    block("Published", published)
    block("Installed", installed)
    block("Check it", check)
    if let kept = outcome.kept {
      block("Running", running(kept))
    } else {
      block("Stopped", stopped)
    }
  }

  private func block(_ heading: String, _ lines: [String]) {
    for (index, line) in lines.enumerated() {
      let padding = String(repeating: " ", count: max(1, Self.indent.count - heading.count))
      let start =
        index == 0
        ? console.styled(heading, .good, on: .output) + padding : Self.indent
      console.output(start + line)
    }
  }

  private var built: [String] {
    let build = outcome.build
    let width = build.files.map { $0.filename.text.count }.max() ?? 0
    var lines = build.files.map { file in
      let name = file.filename.text
      let fill = String(repeating: " ", count: width - name.count)
      let digest = file.sha256.hexadecimal.prefix(16)
      return "\(name)\(fill)  sha256 \(digest)…  \(Self.size(file.size))"
    }
    if let commit = build.commit {
      let ref = build.ref.map { " (\(text($0)))" } ?? ""
      lines.append(
        build.isDirty
          ? "from files that differ from commit \(commit.prefix(12))\(ref)"
          : "from commit \(commit.prefix(12))\(ref)")
    } else {
      lines.append("from files that are in no git commit")
    }
    let generator = build.generator.map { ", \(text($0))" } ?? ""
    lines.append(faint("\(text(build.manner)), Python \(text(build.python))\(generator)"))
    return lines
  }

  private var signed: [String] {
    let attested = outcome.attested
    return [
      "by \(accent(attested.subject))",
      "vouched for by \(text(attested.issuer))",
      faint("certificate valid from \(attested.notBefore) to \(attested.notAfter)"),
    ]
  }

  private var logged: [String] {
    let statements = outcome.attested.statements
    guard let first = statements.map(\.logIndex).min(), let last = statements.map(\.logIndex).max()
    else { return [] }
    var lines = [
      first == last
        ? "entry \(first) of \(text(outcome.attested.logURL))"
        : "entries \(first) to \(last) of \(text(outcome.attested.logURL))"
    ]
    if let all = statements.last {
      lines.append("the provenance of all files is \(accent(all.entryURL))")
    }
    return lines
  }

  private var published: [String] {
    let known = outcome.published.filter(\.wasThere).map { text($0.filename) }
    var lines = ["at \(accent(outcome.pageURL)), without any stored token"]
    if !known.isEmpty {
      lines.append("already there, byte for byte: \(known.joined(separator: ", "))")
    }
    return lines
  }

  private var installed: [String] {
    let installed = outcome.installed
    let output = installed.firstLine.map { " says: \(text($0))" } ?? " runs"
    return [
      "by pip into a fresh environment with Python \(text(installed.pythonVersion))",
      "\(accent(installed.command))\(output)",
    ]
  }

  private var check: [String] {
    [accent(verifyCommand), faint("offline; the evidence lies beside the files")]
  }

  /// The exact line that checks the release.
  var verifyCommand: String {
    let folder = outcome.output
    let words =
      ["hallmark", "verify", "--policy", folder.appending(AttestStage.policyName).string]
      + ["--trusted-root", folder.appending(AttestStage.trustedRootName).string]
      + outcome.build.files.map { folder.appending($0.filename.text).string }
    return words.map(ShellWord.quoted).joined(separator: " ")
  }

  /// The line that installs from a stack that stays.
  func installCommand(_ kept: ReleaseOutcome.KeptStack) -> String {
    [
      "pip", "install", "--index-url", "\(kept.plainURL)/simple/",
      "\(outcome.build.project.normalized)==\(outcome.build.version.normalized)",
    ].map(ShellWord.quoted).joined(separator: " ")
  }

  private func running(_ kept: ReleaseOutcome.KeptStack) -> [String] {
    [
      "the stack stays at \(accent(kept.url)) (process \(kept.processIdentifier))",
      "reading without TLS: \(accent(kept.plainURL))",
      "install: \(accent(installCommand(kept)))",
      "data in \(text(kept.data)), messages in \(text(kept.log))",
      "stop it with \(accent("kill \(kept.processIdentifier)"))",
    ]
  }

  private var stopped: [String] {
    let data = outcome.data.map { "log and index stay in \(text($0.string)); " } ?? ""
    return [faint("the embedded stack; \(data)--keep leaves it running, with the pages above")]
  }

  private func text(_ text: String) -> String { UntrustedText.printable(text) }

  private func accent(_ text: String) -> String {
    console.styled(UntrustedText.printable(text), .accent, on: .output)
  }

  private func faint(_ text: String) -> String { console.styled(text, .faint, on: .output) }

  private static func size(_ bytes: Int64) -> String {
    guard bytes >= 1000 else { return "\(bytes) B" }
    var value = Double(bytes) / 1000
    for unit in ["kB", "MB"] {
      if value < 1000 {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(unit)"
      }
      value /= 1000
    }
    return "\(Int(value)) GB"
  }
}
