// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Reproducibility
import SystemPackage
import Verification

/// `hallmark diff`: why a rebuilt file is not the published one.
struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Explain how a rebuilt wheel or sdist differs from the published one.",
    discussion: """
      Examples:
        hallmark diff published/six-1.17.0-py2.py3-none-any.whl dist/six-1.17.0-py2.py3-none-any.whl
        hallmark diff published/ dist/ --html report.html
        hallmark diff published/ dist/ --json

      The published file is read strictly, then both are compared from the archive to the meaning of \
      their members: RECORD, metadata fields, JSON, line endings, compiled code. Each difference has a \
      named cause and a fix. Folders are compared file by file, by name.

      Two verdicts pass: identical, and identical given container fields, such as the times of \
      members, while every path, byte of contents, permission to execute and link is the same.

      Exit status: 0 all pass, 1 a file could not be read, 5 a file differs, 6 a published file has \
      no rebuilt one.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The published file, or a folder of such files.", completion: .file())
  var published: String

  @Argument(help: "The rebuilt file, or a folder of such files.", completion: .file())
  var rebuilt: String

  @Option(
    help: ArgumentHelp("Also write the report as one HTML page.", valueName: "file"),
    completion: .file())
  var html: String?

  @Flag(help: "Also run diffoscope on files that differ, as a further view.")
  var diffoscope = false

  func validate() throws {
    if diffoscope, global.json {
      throw ValidationError("--diffoscope prints text, so it has no meaning with --json.")
    }
  }

  func run() async throws {
    let console = global.console
    let pairs = try DiffPair.pairs(published: published, rebuilt: rebuilt)
    var files: [RebuildReport.File] = []
    for pair in pairs {
      if pairs.count > 1 { console.progress("comparing \(UntrustedText.printable(pair.name))") }
      files.append(try pair.compare())
    }
    let title = files.count == 1 ? files[0].name : "\(files.count) published files"
    let report = RebuildReport(title: title, files: files)
    if let html { try ReportFile.write(report, to: html) }
    if global.json {
      console.output(report.json.indentedText)
    } else {
      ReportText(console: console).show(report)
      if let html { console.progress("wrote \(UntrustedText.printable(html))") }
    }
    if diffoscope {
      for (pair, file) in zip(pairs, files) {
        guard let rebuilt = pair.rebuilt, file.verdict != .identical else { continue }
        try await Diffoscope.show(pair.published, rebuilt, on: console)
      }
    }
    let status = Self.status(of: report)
    if status != .done { throw ExitCode(status.rawValue) }
  }

  /// The exit status that a report's verdicts come to.
  static func status(of report: RebuildReport) -> ExitStatus {
    ExitStatus.worst(
      of: report.files.map { file in
        switch file.verdict {
        case .identical, .identicalGiven: .done
        case .equivalentMetadata, .different: .differs
        case .cannotRebuild: .undecided
        }
      })
  }
}
