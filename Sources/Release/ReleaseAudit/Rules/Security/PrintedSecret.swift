// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Secrets are not printed.
enum PrintedSecret: AuditRule {
  static let id = "printed-secret"

  static let description = RuleDescription(
    id: id, title: "scripts do not print secrets", severity: .high,
    sources: ["GitHub Docs, \"Using secrets in GitHub Actions\" (limits of redaction)"],
    why: """
      A log hides a secret only as long as its text is whole. Encoded, reversed or cut it is \
      another text, and everybody who can read the log of the run has it.
      """,
    incident: """
      March 2025: the changed tj-actions/changed-files printed the secrets of its runs in base64, \
      which no log hid.
      """,
    fix: "remove the command; to see whether a secret is there, compare it with an empty text",
    samples: [
      .steps(
        "in base64", .findings(lines: [8]),
        """
        - run: echo "$TOKEN" | base64 -w0 | rev
          env:
            TOKEN: ${{ secrets.TOKEN }}
        """),
      .steps(
        "everything that there is", .findings(lines: [8]),
        """
        - run: env | base64
          env:
            TOKEN: ${{ secrets.TOKEN }}
        """),
      .steps(
        "as it is", .findings(lines: [8]),
        """
        - run: echo "token=${{ secrets.TOKEN }}"
        """),
      .steps(
        "by a group", .findings(lines: [9]),
        """
        - run: |
            { echo "$TOKEN" | base64; } >&2
          env:
            TOKEN: ${{ secrets.TOKEN }}
        """),
      .steps(
        "kept as a whole", .good,
        """
        - run: |
            { echo "a=$TOKEN"; echo "b=1"; } >> "$GITHUB_ENV"
            for part in a b; do
              echo "$part $TOKEN"
            done > key.txt
            HEADER=$(
              true
              echo "acme:$TOKEN" | base64
            )
          env:
            TOKEN: ${{ secrets.TOKEN }}
        """),
      .steps(
        "given to programs, kept in files and variables", .good,
        """
        - run: |
            echo "$TOKEN" | docker login --username acme --password-stdin
            echo "$TOKEN" | base64 -d > key.bin
            printf '%s' "$TOKEN" > token
            HEADER=$(echo -n "acme:$TOKEN" | base64)
            echo "::add-mask::$TOKEN"
            echo "the name is in TOKEN, ${#TOKEN} letters"
          env:
            TOKEN: ${{ secrets.TOKEN }}
        """),
    ])

  private static let encoders: Set<String> = [
    "base64", "base32", "rev", "xxd", "od", "hexdump", "tr", "sed", "cut", "fold", "gzip", "tac",
    "awk",
  ]
  private static let everything: Set<String> = ["env", "printenv", "export", "set"]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.stepFindings { site, findings in
      guard let run = site.step.run else { return }
      let names = [site.step.env, site.job?.env, site.workflow?.env].compactMap { $0 }
        .flatMap(\.entries).filter { holdsSecret($0.value) }.map(\.key.value)
      guard !names.isEmpty || holdsSecret(run) else { return }
      let commands = site.commands
      let bytes = scriptBytes(run, site)
      var kept: KeptOutput?
      for (index, command) in commands.enumerated() {
        guard index == 0 || !commands[index - 1].feedsPipe,
          !isCaptured(command, bytes), let what = what(command, names)
        else { continue }
        var last = index
        while commands[last].feedsPipe, last + 1 < commands.count { last += 1 }
        guard !isKept(commands[last]),
          commands[index...last].dropFirst().allSatisfy({ encoders.contains($0.program) })
        else { continue }
        let output =
          kept ?? KeptOutput(bytes, in: isUnescaped(run) ? bytes.indices : run.span)
        kept = output
        if let first = command.words.first, output.contains(first.span.lowerBound) { continue }
        let isEncoded = last > index
        // A whole environment as it is shows nothing that is not hidden.
        if !isEncoded, everything.contains(command.program) { continue }
        findings.append(
          Finding(
            rule: id, severity: isEncoded ? .high : .low,
            isEncoded
              ? "\(what) is printed as another text, which the log does not hide"
              : "\(what) is printed; the log hides it only as it is",
            at: site.place(command.span)))
      }
    }
  }

  private static func holdsSecret(_ text: WorkflowText) -> Bool {
    text.expressions.contains { embedded in
      (embedded.expression?.flowingPaths ?? []).contains { $0.hasPrefix("secrets.") }
    }
  }

  /// What of it is secret.
  private static func what(_ command: ShellCommand, _ names: [String]) -> String? {
    if everything.contains(command.program), command.words.count == 1 {
      return names.first.map { "`\($0)`" }
    }
    guard ["echo", "printf", "write-host", "write-output"].contains(command.program.lowercased())
    else { return nil }
    for word in command.words.dropFirst() where !word.text.holds("::add-mask::") {
      if word.text.holds("secrets."), word.text.holds("${{") { return "a secret" }
      guard !word.isLiteral else { continue }
      if let name = names.first(where: { word.text.expands($0) }) { return "`\(name)`" }
    }
    return nil
  }

  private static func isKept(_ command: ShellCommand) -> Bool {
    command.redirections.contains {
      $0.operator.contains(">") && !$0.operator.contains("&")
        && !["/dev/stdout", "/dev/stderr"].contains($0.target.text)
    }
  }

  /// What the spans of a script's words count in.
  private static func scriptBytes(_ run: WorkflowText, _ site: StepSite) -> [UInt8] {
    isUnescaped(run) ? Array(run.value.utf8) : site.document.bytes
  }

  private static func isUnescaped(_ run: WorkflowText) -> Bool {
    run.style == .doubleQuoted || run.style == .singleQuoted
  }

  /// Whether the output is the text of a substitution.
  private static func isCaptured(_ command: ShellCommand, _ bytes: [UInt8]) -> Bool {
    guard let first = command.words.first else { return true }
    guard first.span.lowerBound <= bytes.count else { return true }
    let before = bytes[..<first.span.lowerBound].last { $0 > 0x20 }
    return before == UInt8(ascii: "(") || before == UInt8(ascii: "`")
  }
}
