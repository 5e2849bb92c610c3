// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What outsiders name is not run as a script.
enum PipelineInjection: AuditRule {
  static let description = RuleDescription(
    id: "pipeline-injection",
    title: "no GitLab job or Cloud Build step runs what outsiders can name",
    severity: .high, checklist: [39],
    sources: [
      "GitLab Docs, \"Pipeline security\"",
      "Google Cloud, \"Substituting variable values\" (bash-style substitutions)",
    ],
    why: """
      A message, a title or a branch is named by whoever opens a merge request. GitLab gives them \
      to the job as variables, which do no harm until `eval`, `sh -c` or another machine's shell \
      reads them as a script. Cloud Build writes its substitutions into the text itself, so that \
      the shell of `bash -c` runs whatever a branch is called.
      """,
    incident: """
      December 2024: a branch whose name was a command gave attackers the release job of \
      Ultralytics.
      """,
    fix: """
      let the shell expand the variable where it is used, in double quotes; in Cloud Build use \
      `script:` with `env:` or `automapSubstitutions`
      """,
    samples: [
      .gitLab(
        "evaluated", .findings(lines: [3, 4]),
        """
        test:
          script:
            - eval "echo $CI_COMMIT_MESSAGE"
            - bash -c "make release NOTE=$CI_MERGE_REQUEST_TITLE"
        """),
      .cloudBuild(
        "the branch's name in a script", .findings(lines: [4]),
        """
        steps:
          - name: ubuntu
            entrypoint: bash
            args: ["-c", "echo building $BRANCH_NAME"]
        """),
      .gitLab(
        "expanded by the shell", .good,
        """
        test:
          script:
            - echo "$CI_COMMIT_MESSAGE"
            - bash -c 'echo "$CI_COMMIT_MESSAGE"'
            - eval "$(ssh-agent -s)"
        """),
      .cloudBuild(
        "an argument of its own, and a variable", .good,
        """
        steps:
          - name: gcr.io/cloud-builders/docker
            args: [build, --tag, "registry.example/a:$BRANCH_NAME", .]
          - name: ubuntu
            env: ["BRANCH=$BRANCH_NAME"]
            script: |
              echo "building $BRANCH"
        """),
    ])

  // Variables of GitLab whose text an outsider chooses.
  private static let chosen = [
    "CI_COMMIT_MESSAGE", "CI_COMMIT_TITLE", "CI_COMMIT_DESCRIPTION", "CI_COMMIT_REF_NAME",
    "CI_COMMIT_BRANCH", "CI_COMMIT_AUTHOR", "CI_MERGE_REQUEST_TITLE",
    "CI_MERGE_REQUEST_DESCRIPTION", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_COMMIT_TAG_MESSAGE", "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME",
  ]
  // Substitutions of Cloud Build that a name decides.
  private static let substituted = [
    "BRANCH_NAME", "REF_NAME", "TAG_NAME", "_HEAD_BRANCH", "_PR_TITLE", "_PR_BODY",
    "_COMMIT_MESSAGE",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.pipelineScripts { script, findings in
      let text = script.text.value
      if script.isSubstituted {
        for name in substituted {
          guard let place = use(of: name, in: text) else { continue }
          findings.append(
            finding(
              "Cloud Build writes `$\(name)` into a script: the name of a branch or tag is run",
              name == "TAG_NAME" ? .low : .medium, at: script.place(place)))
          break
        }
        return
      }
      guard text.holds("$CI_") || text.holds("${CI_") else { return }
      for command in ShellScript(text).commands {
        guard let invocation = ShellInvocation(command) else { continue }
        for word in evaluated(invocation) where !word.isLiteral {
          guard let name = chosen.first(where: { use(of: $0, in: word.text) != nil }) else {
            continue
          }
          findings.append(
            finding(
              "`\(invocation.program)` runs the text of `$\(name)`, which outsiders choose",
              at: script.place(command.span)))
          break
        }
      }
    }
  }

  /// The words that a program reads as a script.
  private static func evaluated(_ invocation: ShellInvocation) -> [ShellWord] {
    switch invocation.program {
    case "eval": return invocation.arguments
    case "ssh", "su", "xargs", "watch", "parallel": return Array(invocation.arguments.dropFirst())
    case "bash", "sh", "zsh", "dash", "ash", "python", "python3", "perl", "ruby", "node",
      "powershell", "pwsh":
      // What stands behind a script's name is for the script.
      var takesValue = false
      for (index, word) in invocation.arguments.enumerated() {
        if takesValue {
          takesValue = false
        } else if ["-c", "-ec", "-lc", "-e", "-Command", "-xc"].contains(word.text),
          !(word.text == "-e" && invocation.program.hasSuffix("sh"))
        {
          return Array(invocation.arguments.dropFirst(index + 1).prefix(1))
        } else if !word.text.hasPrefix("-") {
          return []
        } else {
          takesValue = word.text == "-o" || word.text == "-O"
        }
      }
      return []
    default: return []
    }
  }

  /// Where `$NAME` or `${NAME` stands, as the whole name.
  private static func use(of name: String, in text: String) -> Range<Int>? {
    let bytes = Array(text.utf8)
    for form in ["$" + name, "${" + name] {
      var start = 0
      while let place = text.firstPlace(of: form, from: start) {
        let end = place + form.utf8.count
        let next = end < bytes.count ? bytes[end] : 0
        let goesOn =
          next == UInt8(ascii: "_") || (0x30...0x39).contains(next)
          || (0x41...0x5A).contains(next & 0xDF)
        // `$$` is a dollar for Cloud Build, and the shell's own variable then.
        let isEscaped = place > 0 && bytes[place - 1] == UInt8(ascii: "$")
        if !goesOn, !isEscaped { return place..<end }
        start = end
      }
    }
    return nil
  }
}
