// SPDX-License-Identifier: Apache-2.0

import Adoption
import ArgumentParser
import BuildVersion
import Encodings
import ReleaseAudit
import SourceText
import SystemPackage
import Verification

/// One run of `hallmark audit`.
struct AuditRun {
  let options: AuditOptions
  let forge: AuditForgeOptions
  let network: TransportOptions
  let console: Console
  let format: AuditOptions.Format
  private let rules: [any AuditRule.Type]
  private let projects: [ReadProject]
  private let missing: [ProjectReader.Missing]

  /// Reads the paths.
  ///
  /// - Throws: `ValidationError` for unknown rules.
  init(
    paths: [String], options: AuditOptions, forge: AuditForgeOptions, network: TransportOptions,
    console: Console, format: AuditOptions.Format
  ) throws {
    self.options = options
    self.forge = forge
    self.network = network
    self.console = console
    self.format = format
    rules = try options.selection(of: AuditRules.all)
    let reader = ProjectReader(profile: options.profile)
    let found = reader.read(paths)
    missing = found.missing
    let now = FileReading.now().seconds
    projects = found.projects.map {
      var read = $0
      read.project.unixTime = now
      read.project.knownPins = KnownActions.pins
      return read
    }
    guard options.baseline == nil || projects.count <= 1 else {
      throw ValidationError("a baseline is of one project; name its paths alone.")
    }
  }

  /// Does it all.
  ///
  /// - Parameter index: The index that is asked for the last release; nil asks none.
  /// - Returns: The exit status, and what was found.
  /// - Throws: `CommandFailure`, `CancellationError`.
  func run(
    asking index: AuditIndex? = nil
  ) async throws -> (status: Int32, results: [AuditResult]) {
    for path in missing {
      console.report(
        Diagnostic(
          path.description, help: ["name a repository, a folder or a file that is there"]))
    }
    var isIncomplete = !missing.isEmpty
    let baseline = options.writeBaseline ? nil : try options.baseline.map(Self.readBaseline)
    var results: [AuditResult] = []
    for read in projects {
      for problem in read.project.problems {
        isIncomplete = isIncomplete || problem.extent == .all
        console.report(Self.diagnostic(problem, in: read))
      }
      if read.project.files.isEmpty {
        // Nothing was found because nothing was looked at.
        isIncomplete = true
        console.report(
          Diagnostic(
            "nothing here is audited: there is no workflow, action, or document of a release",
            place: read.root, help: ["name a repository, a folder of workflows or a file"]))
      }
      var whole = try await read.addingGit()
      if let index {
        let (answered, problem) = try await index.adding(to: whole)
        whole = answered
        if let problem {
          isIncomplete = true
          console.report(problem)
        }
      }
      var reading: AuditForge.Reading?
      if forge.forge {
        reading = try await AuditForge(options: forge, network: network, console: console)
          .reading(of: whole.project)
        whole.project = whole.project.adding(forge: reading?.inquiry.state)
        isIncomplete = isIncomplete || reading == nil
      }
      results.append(try await result(of: whole, reading, baseline))
    }
    if options.writeBaseline, let path = options.baseline, let result = results.first {
      let baseline = AuditBaseline(of: result.report.findings, in: result.project)
      try Self.write(baseline.json.indentedText + "\n", to: path)
      console.progress(
        "wrote \(UntrustedText.printable(path)): \(result.report.findings.count) findings")
      return (isIncomplete ? ExitStatus.couldNotRun.rawValue : 0, results)
    }
    try show(results)
    return (status(of: results, isIncomplete: isIncomplete), results)
  }

  private func result(
    of read: ReadProject, _ reading: AuditForge.Reading?, _ baseline: AuditBaseline?
  ) async throws -> AuditResult {
    var report = AuditReport(examining: read.project, rules: rules)
    var project = read.project
    if options.fix || options.diff {
      let known = Set(
        (baseline?.applied(to: report, in: project).report ?? report)
          .without { $0.severity < options.minSeverity }.findings
          .map { AuditBaseline.fingerprint($0, in: project) })
      let original = project
      let fixes = FixRun(
        project, rules: rules, includesUnsafe: options.unsafe,
        isWanted: { finding in
          baseline == nil
            ? finding.severity >= options.minSeverity
            : known.contains(AuditBaseline.fingerprint(finding, in: original))
        })
      let isWritten = try AuditRepairs(console: console, options: options).apply(fixes, to: read)
      if isWritten {
        report = fixes.report
        project = fixes.project
      }
    }
    func shown() -> AuditResult {
      var result = AuditResult(read: read, project: project, report: report)
      if let baseline {
        let (rest, known, stale) = baseline.applied(to: report, in: project)
        result = AuditResult(
          read: read, project: project, report: rest, known: known, stale: stale)
      }
      return result.without { $0.severity < options.minSeverity }
    }
    guard let reading, options.fix || options.diff else { return shown() }
    let repair = SettingsRepair(
      shown().report.findings, of: project, inquiry: reading.inquiry, reviewers: forge.reviewer)
    var outcomes = repair.changes.map { _ in AuditSettings.Outcome.shown }
    if forge.applySettings, options.fix, !options.diff, !repair.changes.isEmpty {
      outcomes = try await AuditSettings(console: console, options: options, network: network)
        .apply(repair, at: reading.place)
      // What counts is what the forge shows afterwards.
      let again = try await AuditForge(options: forge, network: network, console: console)
        .reading(of: project, at: reading.place)
      project = project.adding(forge: again.inquiry.state)
      report = AuditReport(examining: project, rules: rules)
    }
    var result = shown()
    result.settings = AuditResult.Settings(
      place: reading.place, repair: repair, outcomes: outcomes)
    return result
  }

  private func show(_ results: [AuditResult]) throws {
    let descriptions = AuditRules.all.map { $0.description }
    let version = String(cString: hallmark_build_version())
    switch format {
    case .text:
      if !options.diff {
        AuditText(
          console: console,
          rules: Dictionary(descriptions.map { ($0.id, $0) }) { first, _ in first },
          showsAll: options.all, showsChecklist: options.checklist
        ).show(results)
      }
      for result in results { showSettings(result) }
    case .json: console.output(AuditJSON.document(results).indentedText)
    case .sarif:
      console.output(
        AuditSARIF(rules: descriptions, version: version).document(results).indentedText)
    case .github: for line in AuditAnnotations.github(results) { console.output(line) }
    case .gitlab: console.output(AuditAnnotations.gitlab(results).indentedText)
    }
    if let html = options.html {
      let page = AuditHTML(
        program: "hallmark " + version,
        rules: Dictionary(descriptions.map { ($0.id, $0) }) { first, _ in first })
      try Self.write(page.page(results), to: html)
      console.progress("wrote \(UntrustedText.printable(html))")
    }
  }

  private func showSettings(_ result: AuditResult) {
    guard let settings = result.settings,
      settings.outcomes.contains(where: { if case .shown = $0 { true } else { false } })
        || settings.repair.changes.isEmpty && !settings.repair.left.isEmpty
    else { return }
    console.output()
    console.output("# The settings are changed by these requests; --apply-settings sends them.")
    for line in AuditSettings.calls(settings.repair, at: settings.place) { console.output(line) }
  }

  private func status(of results: [AuditResult], isIncomplete: Bool) -> Int32 {
    if let worst = results.flatMap(\.report.findings).map(\.severity).max() {
      return worst.exitStatus
    }
    if isIncomplete { return ExitStatus.couldNotRun.rawValue }
    let isUnknown = results.contains { result in
      !result.report.unknown.isEmpty || result.verdicts.contains { $0.verdict.name == "unknown" }
    }
    return options.requireKnown && isUnknown ? ExitStatus.undecided.rawValue : 0
  }

  private static func diagnostic(_ problem: ProjectProblem, in read: ReadProject) -> Diagnostic {
    var place = read.location(of: problem.path)
    if let position = problem.position { place += ":\(position.line):\(position.column)" }
    return Diagnostic(
      problem.problem, severity: .warning, place: place,
      notes: [problem.extent == .all ? "it was not audited" : "the rest of the file was audited"])
  }

  private static func readBaseline(_ path: String) throws -> AuditBaseline {
    do {
      return try AuditBaseline(parsing: try FileReading.bytes(of: path, limit: 16 << 20))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the baseline cannot be used", place: path, notes: ["\(error)"],
          help: ["write it with --baseline \(ShellWord.quoted(path)) --write-baseline"]))
    }
  }

  /// Writes a text into a file, which appears as a whole or not at all.
  ///
  /// - Throws: `CommandFailure`.
  static func write(_ text: String, to path: String) throws {
    let file = FilePath(path)
    guard let name = file.lastComponent?.string, !FileReading.isFolder(path) else {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic("cannot write `\(path)`: it is a folder", help: ["name a file"]))
    }
    let folder = file.removingLastComponent()
    try OutputFiles.write(
      [OutputFiles.File(name: name, bytes: Array(text.utf8))],
      into: folder.isEmpty ? FilePath(".") : folder)
  }
}

extension AuditResult {
  /// The same without some findings.
  func without(_ isHidden: (Finding) -> Bool) -> AuditResult {
    AuditResult(
      read: read, project: project, report: report.without(isHidden), known: known, stale: stale,
      settings: settings)
  }
}
