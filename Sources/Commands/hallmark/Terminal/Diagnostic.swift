// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A problem as a person reads it.
///
/// ```
/// error[HM0213]: `acme-1.4.0-py3-none-any.whl` was signed by a different workflow
///   --> acme-1.4.0-py3-none-any.whl.publish.attestation (certificate, SAN)
///    |  expected  https://github.com/acme/acme/.github/workflows/release.yml@refs/tags/v1.4.0
///    |  found     https://github.com/acme/acme/.github/workflows/nightly.yml@refs/heads/main
///    = note: signature, log inclusion and timestamp are valid
/// help: if `nightly.yml` may publish, add it to `[[publisher]]` in hallmark.toml
/// ```
/// The message is lowercase, has no full stop and stands alone; the fix is only in ``help``.
/// Every part is escaped when it is rendered, so text from outside needs no care.
struct Diagnostic: Hashable, Sendable {
  /// How bad it is.
  enum Severity: String, Sendable {
    /// The command did not do what it was asked.
    case error
    /// It did, but something wants a look.
    case warning
  }

  /// How bad it is.
  var severity: Severity = .error
  /// The stable code, such as `HM0213`; nil for problems that need no explanation.
  var code: String?
  /// What is wrong, in one sentence.
  var message: String
  /// Where: a file, an address, a part of it.
  var place: String?
  /// What should have been there.
  var expected: String?
  /// What was there.
  var found: String?
  /// Context.
  var notes: [String] = []
  /// What to do.
  var help: [String] = []

  /// Describes a problem.
  init(
    _ message: String, code: String? = nil, severity: Severity = .error, place: String? = nil,
    expected: String? = nil, found: String? = nil, notes: [String] = [], help: [String] = []
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.place = place
    self.expected = expected
    self.found = found
    self.notes = notes
    self.help = help
  }

  /// The text for a terminal, without a line break at the end.
  func rendered(colored: Bool) -> String {
    let show = { (text: String) in UntrustedText.printable(text) }
    let paint = { (text: String, style: Console.Style) in
      Console.styled(text, style, colored: colored)
    }
    let label = severity.rawValue + (code.map { "[\(show($0))]" } ?? "")
    var lines = [
      paint(label, severity == .error ? .bad : .warning) + ": " + paint(show(message), .strong)
    ]
    if let place { lines.append("  " + paint("-->", .accent) + " " + show(place)) }
    if let expected { lines.append("   |  expected  " + show(expected)) }
    if let found { lines.append("   |  found     " + show(found)) }
    lines += notes.map { "   = note: " + show($0) }
    lines += help.map { paint("help", .accent) + ": " + show($0) }
    return lines.joined(separator: "\n")
  }

  /// The same for machines: an object with the members that are present.
  var json: JSONValue {
    var object = JSONObject([
      ("severity", .string(severity.rawValue)), ("message", .string(message)),
    ])
    object["code"] = code.map { .string($0) }
    object["place"] = place.map { .string($0) }
    object["expected"] = expected.map { .string($0) }
    object["found"] = found.map { .string($0) }
    if !notes.isEmpty { object["notes"] = .array(notes.map { .string($0) }) }
    if !help.isEmpty { object["help"] = .array(help.map { .string($0) }) }
    return .object(object)
  }
}

/// Ends a command with a diagnostic and an exit status.
struct CommandFailure: Error, Sendable {
  /// The exit status, from `ExitStatus` of module Verification.
  var status: Int32
  /// What the reader is told.
  var diagnostic: Diagnostic
  /// Whether the command has already shown the diagnostic, such as one per file.
  var isReported = false

  /// Describes a failure.
  init(status: Int32, _ diagnostic: Diagnostic, isReported: Bool = false) {
    self.status = status
    self.diagnostic = diagnostic
    self.isReported = isReported
  }

  /// Describes a failure.
  init(status: Int32, diagnostic: Diagnostic) {
    self.init(status: status, diagnostic)
  }
}
