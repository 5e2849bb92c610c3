// SPDX-License-Identifier: Apache-2.0

import Approvals
import FoundationEssentials
import PythonPackaging
import TrustedPublishing
import Verification

/// Which files the arguments of `hallmark publish` mean.
///
/// A folder stands for the wheels and sdists in it. Evidence among the arguments, as `dist/*` brings
/// it, is looked for anyway beside the files that it is about, and not taken as a file to publish;
/// evidence about a file that is not published is refused, because it came from elsewhere.
enum DistributionArguments {
  /// What else a release's folder holds; `dist/*` names it too.
  private static let companions = [
    EvidenceDiscovery.shared, AttestStage.policyName, AttestStage.trustedRootName,
    AttestStage.signingConfigName, ReleaseState.filename,
  ]

  /// Most files of one release.
  static let limit = 1_000

  /// The paths of the distributions, in the order of the arguments.
  ///
  /// - Throws: `CommandFailure`.
  static func paths(of arguments: [String]) throws(CommandFailure) -> [String] {
    var distributions: [String] = []
    var evidence: [(path: String, of: String)] = []
    for argument in arguments {
      let last = argument.utf8.split(separator: UInt8(ascii: "/")).last
      if arguments.count > 1,
        isLeft(byBuild: last.map { String(decoding: $0, as: UTF8.self) } ?? "", at: argument)
      {
        continue
      }
      if FileReading.isFolder(argument) {
        let base = argument.utf8.last == UInt8(ascii: "/") ? argument : argument + "/"
        let names = try names(in: argument)
        let found = names.filter { isDistribution($0) }
        guard !found.isEmpty else {
          throw CommandFailure(
            status: ExitStatus.couldNotRun.rawValue,
            Diagnostic(
              "there is no wheel and no sdist in `\(argument)`",
              help: ["build the project first, or name the files"]))
        }
        distributions += found.map { base + $0 }
        for name in names {
          if let subject = subject(ofEvidence: name) {
            evidence.append((base + name, base + subject))
          }
        }
      } else if isDistribution(argument) {
        distributions.append(argument)
      } else if let subject = subject(ofEvidence: argument) {
        evidence.append((argument, subject))
      } else if !isCompanion(argument) {
        throw CommandFailure(
          status: ExitStatus.usage.rawValue,
          Diagnostic(
            "`\(argument)` is neither a wheel nor an sdist",
            help: ["name files that end with .whl or .tar.gz, or the folder that they are in"]))
      }
    }
    for item in evidence where !distributions.contains(where: { isSame($0, item.of) }) {
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic(
          "`\(item.path)` is evidence about a file that is not published here",
          expected: "a file `\(item.of)` beside it",
          help: ["remove it, or publish from the folder that `hallmark attest` wrote"]))
    }
    guard distributions.count <= limit else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue, Diagnostic("a release has at most \(limit) files"))
    }
    return distributions
  }

  private static func names(in folder: String) throws(CommandFailure) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue, Diagnostic("cannot read the folder `\(folder)`"))
    }
  }

  /// Whether a file is a wheel or an sdist by its name.
  static func isDistribution(_ path: String) -> Bool {
    [".whl", ".tar.gz"].contains { path.utf8.suffix($0.utf8.count).elementsEqual($0.utf8) }
  }

  /// The file that evidence is about by its name; `nil` for what is no evidence of a distribution.
  static func subject(ofEvidence path: String) -> String? {
    for suffix in EvidenceDiscovery.suffixes
    where path.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
      let subject = String(decoding: path.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
      if isDistribution(subject) { return subject }
    }
    return nil
  }

  /// Whether a file belongs to a release beside its distributions and their evidence, by its name.
  static func isCompanion(_ path: String) -> Bool {
    companions.contains { isNamed(path, $0) } || ApprovalFiles.isApproval(path)
      || [BuildRecordProvenance.suffix, RebuilderCount.suffix].contains { suffix in
        path.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
      }
  }

  /// Whether something in a release's folder is the record or the logs of `hallmark build`, or what
  /// rebuilders state, by its name.
  static func isLeft(byBuild name: String, at path: String) -> Bool {
    let isLogs = name.utf8.elementsEqual("logs".utf8) && FileReading.isFolder(path)
    return isLogs || (isCompanion(name) && !companions.contains { isNamed(name, $0) })
  }

  private static func isNamed(_ path: String, _ name: String) -> Bool {
    path.utf8.elementsEqual(name.utf8)
      || path.utf8.suffix(name.utf8.count + 1)
        .elementsEqual("/\(name)".utf8)
  }

  private static func isSame(_ path: String, _ other: String) -> Bool {
    path.utf8.elementsEqual(other.utf8)
  }
}
