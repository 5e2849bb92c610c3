// SPDX-License-Identifier: Apache-2.0

import Encodings
import SourceText
import Workflows

/// The commit of an action belongs to the action's repository.
enum ImpostorCommit: AuditRule {
  static let id = "impostor-commit"

  static let description = RuleDescription(
    id: id, title: "the commits of actions belong to their repositories", severity: .high,
    checklist: [21],
    sources: ["GitHub Docs, \"Security hardening for GitHub Actions\" (pinning)"],
    why: """
      GitHub shows and runs commits of a fork under the name of the repository that was forked. \
      `owner/action@SHA` can therefore be anyone's code, while it looks pinned.
      """,
    incident: """
      March 2025: the tags of tj-actions/changed-files pointed to such a commit, which was in no \
      branch of the repository.
      """,
    fix: "take the commit of a tag of the action's own repository",
    samples: [
      pinned(
        "the commit of another version", .findings(lines: [6]),
        "8558fd74291d67161a8a78ce36a881fa63b766a9 # v5.1.0"),
      pinned(
        "not the commit of the version that was learned", .findings(lines: [6]),
        "0000000000000000000000000000000000000000 # v5.0.0"),
      pinned(
        "the commit that was learned for this version", .good,
        "8558fd74291d67161a8a78ce36a881fa63b766a9 # v5.0.0"),
      .steps(
        "a commit, of which a file does not say where it is from", .unknown,
        """
        - uses: actions/labeler@8558fd74291d67161a8a78ce36a881fa63b766a9 # v5.0.0
        """),
      .steps(
        "no commits", .notApplicable,
        """
        - run: make test
        """),
    ])

  private static func pinned(
    _ name: String, _ expectation: RuleSample.Expectation, _ ref: String
  ) -> RuleSample {
    RuleSample(
      name, expectation,
      files: [
        (
          ".github/workflows/release.yml",
          """
          on: push
          jobs:
            label:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/labeler@\(ref)

          """
        ),
        (
          ActionPins.path,
          """
          {"schema": "hallmark.pins/v1", "pins": [{"action": "actions/labeler", "tag": "v5.0.0",
            "refs": ["v5"], "commit": "8558fd74291d67161a8a78ce36a881fa63b766a9",
            "learned": "2026-11-28T00:00:00Z", "how": "https://github.com/actions/labeler.git"}]}
          """
        ),
      ])
  }

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let pins = project.pins ?? ActionPins([])
    var known = 0
    var unknown = 0
    let outcome = project.usesFindings { path, uses, findings in
      guard uses.refKind == .fullSHA, let action = uses.repository, let ref = uses.ref else {
        return
      }
      var named = uses.comment.flatMap { pins.pin(action, ref: $0.text) }
      // A branch has had other heads, and `v4` stood for other commits.
      if let found = named, found.isBranch || uses.comment?.text != found.tag,
        found.commit != ref.value.lowercased()
      {
        named = nil
      }
      // What the program knows by itself is of whole versions, which do not move.
      let shipped = uses.comment.flatMap { comment in
        project.knownPins.pin(action, ref: comment.text).flatMap {
          $0.tag == comment.text && !$0.isBranch ? $0 : nil
        }
      }
      let day = named == nil ? shipped.map { " as of \($0.learned.description.prefix(10))" } : nil
      named = named ?? shipped
      let pin =
        pins.pin(action, commit: ref.value) ?? project.knownPins.pin(action, commit: ref.value)
      guard named != nil || pin != nil else {
        unknown += 1
        return
      }
      known += 1
      let place = Finding.Place(path, uses.text.span)
      if let pin {
        // It is one of the repository's own; only its name may be another.
        if let comment = uses.comment, isVersion(comment.text), !isName(comment.text, of: pin) {
          findings.append(
            Finding(
              rule: id, severity: .medium,
              "the comment says \(comment.text), the commit is that of \(pin.tag)", at: place,
              help: "write the version that it is: `# \(pin.tag)`"))
        }
      } else if let named, named.commit != ref.value.lowercased() {
        findings.append(
          Finding(
            rule: id, severity: .high,
            "`\(action)@\(ref.value.prefix(12))…` is not the commit of \(named.tag), which is "
              + "\(named.commit.prefix(12))…\(day ?? "")",
            at: place))
      }
    }
    guard case .examined(let findings) = outcome else { return outcome }
    if unknown > 0, findings.isEmpty {
      return .unknown(
        wouldTell: "`hallmark pins update`, which asks for the tags of the actions' repositories, "
          + "for \(unknown) pins")
    }
    return known > 0 ? .examined(findings) : .notApplicable("no action is named by a commit")
  }

  /// Whether a comment names a commit's version: whole, in part, or without its `v`.
  private static func isName(_ text: String, of pin: ActionPins.Pin) -> Bool {
    let words = [text, "v" + text]
    return words.contains { word in
      word == pin.tag || pin.refs.contains(word) || pin.tag.hasPrefix(word + ".")
    }
  }

  private static func isVersion(_ text: String) -> Bool {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "v") }
    return digits.first.map { (0x30...0x39).contains($0) } ?? false
  }
}
