// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ReleaseAudit
import Verification

/// `hallmark audit`: what is wrong with the way a project releases.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Find, and repair, what is wrong with the way a project releases.",
    discussion: """
      Examples:
        hallmark audit
        hallmark audit --fix --diff
        hallmark audit --checklist --index
        hallmark audit .github/workflows/release.yml --format sarif > release.sarif
        hallmark audit --baseline .github/hallmark-baseline.json --min-severity medium
        GH_TOKEN=$(gh auth token) hallmark audit --forge --checklist

      Each path is a repository, a folder or a file. A repository is looked at as one thing: \
      workflows, actions, Dependabot, the files around a release, git. Nothing is sent anywhere \
      without --forge or --index.

      --forge also reads the settings of the project at GitHub or GitLab: rulesets, environments, \
      which actions may run, the rights of jobs. The project is that of the git remote, or is named \
      by --github or --gitlab. What the token may not see stays unknown, with what would tell. \
      Findings about settings name the page on which they are changed.

      --index asks pypi.org, --index-url another package index, what it shows of the last release: \
      who published it, and whether each file has attestations that hold. They are verified here, \
      against the built-in trust or what --trusted-root, --instance or --staging name. The answers \
      decide items of the checklist that files do not tell.

      --fix changes files in place. A change is kept only where afterwards the file can be read, \
      everything else in it is read as before, its finding is gone and no new one has come. --diff \
      shows the changes and writes nothing. With --forge the requests that would change settings are \
      printed; --apply-settings sends them after a question, reads the settings back and audits \
      again. --unsafe includes changes after which something may work \
      differently; they are shown and asked about first.

      A comment `# hallmark: ignore[rule-id] reason` in the lines of a finding, or alone in the line \
      above, hides it; one that hides nothing is a finding itself. `hallmark explain RULE-ID` tells \
      about a rule.

      Exit status: 0 nothing found, 10 to 13 the worst that was found is info, low, medium or high, \
      1 something could not be read, 2 wrong usage, 6 with --require-known: items of the checklist \
      are unknown.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var choice: AuditOptions
  @OptionGroup(title: "The settings of the forge") var forge: AuditForgeOptions
  @OptionGroup(title: "The index") var index: AuditIndexOptions
  @OptionGroup(title: "Network") var network: TransportOptions

  @Argument(
    help: ArgumentHelp("Repositories, folders or files.", valueName: "path"), completion: .file())
  var paths: [String] = ["."]

  func validate() throws {
    if global.json, choice.format != nil, choice.format != .json {
      throw ValidationError("--json and --format name two different forms of output.")
    }
    try choice.validate(pathCount: paths.count, appliesSettings: forge.applySettings)
    try forge.validate(pathCount: paths.count, fixes: choice.fix)
  }

  func run() async throws {
    let console = global.console
    let run = try AuditRun(
      paths: paths, options: choice, forge: forge, network: network, console: console,
      format: global.json ? .json : choice.format ?? .text)
    let end: (status: Int32, results: [AuditResult])
    if let url = try index.url() {
      let (name, roots) = (try index.name(), try index.trust.load())
      end = try await network.withTransport { transport in
        try await run.run(
          asking: AuditIndex(
            url: url, name: name, roots: roots, transport: transport, console: console))
      }
    } else {
      end = try await run.run()
    }
    // All is written. What was read would only be taken apart piece by piece before the end.
    withExtendedLifetime((run, end.results)) { Platform.exit(end.status) }
  }
}
