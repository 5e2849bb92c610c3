// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import SourceText
import Workflows

/// What builds and publishes is required with hashes.
enum HashedRequirements: AuditRule {
  static let description = RuleDescription(
    id: "unhashed-requirements", title: "what builds and publishes is required with hashes",
    severity: .medium, checklist: [47], sources: ["secure package template", "python-tuf #1550"],
    why: """
      Each tool of a release job can change the release. Without versions and hashes it is \
      whatever the index serves in that minute.
      """,
    fix: """
      keep tools in a file with hashes (`uv pip compile --generate-hashes`) and install it with \
      `pip install --require-hashes -r FILE`
      """,
    samples: [
      RuleSample(
        "the newest of everything", .findings(lines: [8]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/checkout@v4
                - run: python -m pip install -U build
                - run: python -m build
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "a file without hashes", .findings(lines: [7]),
        files: [
          (
            ".github/workflows/release.yml",
            """
            on:
              workflow_dispatch:
            jobs:
              build:
                runs-on: ubuntu-latest
                steps:
                  - run: pip install -r requirements/build.txt
                  - run: python -m build
              publish:
                needs: build
                runs-on: ubuntu-latest
                steps:
                  - uses: pypa/gh-action-pypi-publish@v1.12.4

            """
          ), ("requirements/build.txt", "build==1.2.2\n"),
        ]),
      RuleSample(
        "with hashes", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - run: pip install --require-hashes -r requirements/build.txt
                - run: python -m build
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var isAbout = false
    var open: [String] = []
    let outcome = project.publishingFindings(pypi: true) { facts, site, findings in
      for other in facts.ancestors(of: site) {
        guard other.role.contains(.builds) || !other.published.isEmpty else { continue }
        for step in other.job.steps {
          guard let run = step.run else { continue }
          for line in run.value.scriptLines {
            guard let install = install(line) else { continue }
            isAbout = true
            switch judge(install, line, project) {
            case .hashed: break
            case .notGiven(let path): open.append(path)
            case .unhashed(let what, let severity):
              let start = run.value.firstPlace(of: String(line.prefix(40))) ?? 0
              let part = start..<(start + String(line.prefix(40)).utf8.count)
              let span = run.span(of: part, in: other.file.workflow.document)
              guard !findings.contains(where: { $0.place.span == span }) else { continue }
              findings.append(
                finding(
                  "`\(other.job.id.value)` installs \(what)", severity,
                  at: Finding.Place(other.file.path, span)))
            }
          }
        }
      }
    }
    guard case .examined(let findings) = outcome else { return outcome }
    guard isAbout else {
      return .notApplicable("no job of the release installs requirements with pip")
    }
    if findings.isEmpty, let path = open.first {
      return .unknown(wouldTell: "`\(path)`, with the project as a whole")
    }
    return outcome
  }

  private enum Judgement {
    case hashed
    case notGiven(String)
    case unhashed(String, AuditSeverity)
  }

  // The words after `pip install`.
  private static func install(_ line: String) -> [Substring]? {
    for words in ["pip install ", "pip3 install ", "pipx install "] {
      guard let start = line.firstPlace(of: words), !line.hasPrefix("echo ") else { continue }
      let rest = line.utf8.dropFirst(start + words.utf8.count)
      let command = Substring(rest).split(whereSeparator: { "|;&".contains($0) }).first ?? ""
      return command.split(separator: " ")
    }
    return nil
  }

  private static func judge(
    _ words: [Substring], _ line: String, _ project: AuditedProject
  ) -> Judgement {
    if words.contains("--require-hashes") { return .hashed }
    var names: [String] = []
    var file: String?
    var hasConstraint = line.mentions("PIP_CONSTRAINT=") || line.mentions("UV_CONSTRAINT=")
    var skips = 0
    for (index, word) in words.enumerated() {
      if skips > 0 {
        skips -= 1
        continue
      }
      let next = index + 1 < words.count ? String(words[index + 1]) : ""
      switch word {
      case "-r", "--requirement":
        file = next
        skips = 1
      case "-c", "--constraint":
        hasConstraint = true
        skips = 1
      case "-t", "--target", "--index-url", "-i", "--prefix", "--find-links", "-f":
        skips = 1
      default:
        if word.hasPrefix("-") { continue }
        names.append(String(word).split(whereSeparator: { "'\"".contains($0) }).joined())
      }
    }
    if let file {
      guard let given = project.files[file] else { return .notGiven(file) }
      if given.text.mentions("--hash=") { return .hashed }
      return .unhashed("`\(file)`, which has no hashes", .low)
    }
    // Of itself, or of what an expression gives, nothing is known here.
    let tools = names.filter { name in
      !name.hasPrefix(".") && !name.mentions("$") && !name.mentions("/") && !name.isEmpty
        && !name.hasPrefix("dist") && !name.mentions(".whl") && !name.hasPrefix(">")
        && !name.hasPrefix("#")
    }
    guard !tools.isEmpty else { return .hashed }
    let list = tools.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
    if tools.allSatisfy({ $0.mentions("==") || $0.mentions("@") }) || hasConstraint {
      return .unhashed("\(list) without hashes", .low)
    }
    return .unhashed("\(list) in whatever version there is", tools == ["pip"] ? .low : .medium)
  }
}
