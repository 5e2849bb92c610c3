// SPDX-License-Identifier: Apache-2.0

import Approvals
import Attestations
import Encodings
import PythonPackaging
import Rebuild
import Reproducibility
import SystemPackage
import Verification

/// Whether the files are what the tagged commit makes.
extension ReleaseVerification {
  func rebuildFindings(
    _ items: [Item], of tag: ReleaseTag, in folder: FilePath
  ) async throws -> [ReleaseFinding] {
    if let rebuilt {
      let build = ElsewhereBuild(folder: rebuilt, release: release)
      return items.map { comparedFinding($0, with: build, of: tag) }
    }
    let criterion = "a build in the sandbox from commit \(tag.commit)"
    do {
      let sandbox = try await Sandbox.find()
      var choices = Reproduction.Choices()
      choices.python = python
      choices.subdirectory = self.tag.subdirectory
      let (console, isVerbose) = (console, isVerbose)
      let reproduction = try await Reproduction(
        sandbox: sandbox, store: EnvironmentStore(), choices: choices,
        progress: { console.progress(UntrustedText.printable($0)) },
        log: { if isVerbose { console.progress("  " + UntrustedText.printable($0)) } })
      let report = try await reproduction.run(
        items.map { item in
          Reproduction.PublishedFile(
            filename: item.name, contents: .success(item.bytes), uploadTime: item.uploadTime)
        },
        from: .git(
          repository: try await ReleaseTag.repository(of: folder).string,
          wanted: SourceCheckout.Wanted(
            tag: tag.name, attestedCommit: tag.commit, isTagOfRelease: { _ in false })))
      return report.files.map { Self.finding($0, by: criterion) }
    } catch let error as RebuildError {
      return items.map { item in
        ReleaseFinding(
          .rebuilt, file: item.name.text, .unknown, by: criterion, found: error.message,
          help: error.help,
          unknownBecause: error.reason == .source ? .undecided : .couldNotRun)
      }
    }
  }

  private static func finding(
    _ file: FileReproduction, by criterion: String
  ) -> ReleaseFinding {
    switch file.outcome {
    case .compared(let report): return finding(report, by: criterion)
    case .source:
      return ReleaseFinding(
        .rebuilt, file: file.filename.text, .unknown, by: criterion, found: "it is the source")
    case .obstacle(let failure):
      let isKnown = failure.obstacle == .archiveRefused || failure.obstacle == .tagMoved
      return ReleaseFinding(
        .rebuilt, file: file.filename.text, isKnown ? .no : .unknown, by: criterion,
        found: "\(failure.message) [\(failure.obstacle.rawValue)]", help: failure.help)
    }
  }

  private static func finding(
    _ report: ComparisonReport, by criterion: String
  ) -> ReleaseFinding {
    var found = report.verdict.name
    var help: String?
    if case .identicalGiven(let counts) = report.verdict {
      let fields = counts.sorted { $0.key.rawValue < $1.key.rawValue }
        .map { "\($0.value) × \($0.key.rawValue)" }
      found += ": " + fields.joined(separator: ", ")
    } else if let first = report.differences.first, report.verdict != .identical {
      found += ": \(first.cause.title)" + (first.member.map { " (`\($0)`)" } ?? "")
      help = first.cause.fix
    }
    return ReleaseFinding(
      .rebuilt, file: report.filename.text, report.verdict.passes ? .yes : .no, by: criterion,
      found: found, help: help)
  }

  private func comparedFinding(
    _ item: Item, with build: ElsewhereBuild, of tag: ReleaseTag
  ) -> ReleaseFinding {
    let name = item.name.text
    let path = ApprovalFiles.path(name, in: build.folder)
    let criterion = "the file `\(path)`, \(build.origin)"
    func finding(
      _ answer: ReleaseFinding.Answer, _ found: String, _ help: String
    ) -> ReleaseFinding {
      ReleaseFinding(.rebuilt, file: name, answer, by: criterion, found: found, help: help)
    }
    if let own = self.path(of: item), let resolved = Platform.resolve(FilePath(own)),
      resolved == Platform.resolve(FilePath(path))
    {
      return finding(
        .unknown, "it is the very file that is asked about",
        "name the folder of another build by --rebuilt")
    }
    if let problem = build.problem(tag: tag) {
      return finding(problem.answer, problem.found, problem.help)
    }
    let bytes: [UInt8]
    do {
      bytes = try FileReading.bytes(of: path, limit: 1 << 30)
    } catch {
      return finding(
        .unknown, "\(error)", "build it too: hallmark build --out \(build.folder)")
    }
    if build.isForeign(Subject(name: name, sha256: SHA256Hash(hashing: bytes))) {
      return finding(
        .no, "the build record does not have this file",
        "take all files of the folder from one build")
    }
    return Self.finding(
      ArtifactComparison(published: item.bytes, rebuilt: bytes, filename: item.name).report(),
      by: criterion)
  }
}
