// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Jobs install packages from lock files.
enum PackageWithoutLockFile: AuditRule {
  static let id = "package-without-lock-file"

  static let description = RuleDescription(
    id: id, title: "packages of npm, gem and the like come from a lock file", severity: .low,
    sources: ["OpenSSF Scorecard, Pinned-Dependencies"],
    why: """
      `npm install NAME` takes the newest release of a package and of everything below it. What \
      was published an hour ago, by whoever it was, runs in the job.
      """,
    incident: """
      September 2025: a worm ("Shai-Hulud") spread through hundreds of npm packages by what \
      installing them ran, and published the secrets that it found.
      """,
    fix:
      "add the package to the project's lock file and install with `npm ci`, `bundle install` and the like",
    samples: [
      .steps(
        "npm and gem", .findings(lines: [9, 10]),
        """
        - run: |
            npm install -g semantic-release
            gem install bundler-audit
        """),
      .steps(
        "in a substitution", .findings(lines: [8]),
        """
        - run: echo "$(cd site && yarn add left-pad)"
        """),
      .steps(
        "from the lock file", .good,
        """
        - run: |
            npm ci
            npm install
            bundle install
        """),
      .steps(
        "a text", .good,
        """
        - run: |
            # npm install left-pad
            echo 'npm install left-pad'
        """),
    ])

  private static let npm: Set<String> = [
    "install", "i", "in", "ins", "inst", "insta", "instal", "isnt", "isnta", "isntal", "isntall",
    "add",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.stepFindings { site, findings in
      guard let run = site.step.run,
        run.value.holds("install") || run.value.holds("add") || run.value.holds("npm i")
          || run.value.holds("gem i"),
        // Scripts are read once more only where one of the programs is in them.
        run.value.holds("npm") || run.value.holds("gem") || run.value.holds("bundle")
          || run.value.holds("yarn")
      else { return }
      for command in site.commands {
        guard let name = package(command) else { continue }
        findings.append(
          Finding(
            rule: id, severity: .low, "`\(name)` is installed as it is today, not as it is locked",
            at: site.place(command.span)))
      }
    }
  }

  /// The first package that a command installs past the lock file.
  private static func package(_ command: ShellCommand) -> String? {
    var words = command.arguments[...]
    switch command.program {
    case "npm":
      words = words.drop { $0.hasPrefix("-") }
      guard let verb = words.first, npm.contains(verb) else { return nil }
      words = words.dropFirst()
    case "gem":
      guard let verb = words.firstIndex(where: { $0 == "install" || $0 == "i" }) else { return nil }
      words = words[(verb + 1)...]
    case "bundle", "yarn", "pnpm":
      guard let verb = words.firstIndex(of: "add") else { return nil }
      words = words[(verb + 1)...]
    default: return nil
    }
    return words.first { !$0.hasPrefix("-") }
  }
}
