// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
package import Rebuild
import ReleaseAudit

/// The requirements file of a release's build.
package enum BuildRequirements {
  /// The oldest version that a new project is tested with.
  package static let oldestTestedPython = PythonVersion.oldestTested

  /// The file in which requirements are written by hand.
  static func input(_ facts: AdoptionFacts) -> String {
    "# What builds a release: the front end, and `build-system.requires` of pyproject.toml.\n"
      + facts.requirements.map { "\($0)\n" }.joined()
  }

  /// The file with what GitLab's jobs attest, verify and publish by.
  static var toolsInput: String {
    "# What attests, verifies and publishes a release, in jobs with identities.\n"
      + GitLabRelease.toolRequirements.map { "\($0)\n" }.joined()
  }

  /// The requirements that must be locked; nil where a lock of them is there.
  ///
  /// A list that somebody has changed is theirs, and is locked as it is.
  static func toLock(
    _ requirements: [String], input: String, stem: String, _ project: AuditedProject,
    _ record: AdoptionRecord?
  ) -> [String]? {
    let lock = project.files[stem + ".txt"]?.bytes ?? []
    let isLocked = lock.firstRange(of: "--hash=sha256:".utf8) != nil
    guard let written = project.files[stem + ".in"]?.bytes else { return requirements }
    if written == Array(input.utf8) { return isLocked ? nil : requirements }
    if record?.block(stem + ".in", nil)?.sha256 == AdoptionDraft.hash(written) {
      return requirements
    }
    return isLocked ? nil : list(written) ?? requirements
  }

  /// The requirements of a list that somebody has written; nil where it has anything else.
  static func list(_ bytes: [UInt8]) -> [String]? {
    let lines = String(decoding: bytes, as: UTF8.self).utf8
      .split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
      .map { String(decoding: $0, as: UTF8.self) }
      .filter { !$0.hasPrefix("#") && $0.utf8.contains { $0 > 0x20 } }
    return lines.allSatisfy { (try? Requirement($0)) != nil } && !lines.isEmpty ? lines : nil
  }

  /// The locked requirements, with the hashes of their wheels, as pip installs them.
  package static func text(_ lock: BuildLock, input: String) -> String {
    let packages = lock.pylock.packages.map { package in
      let hashes = package.files.filter { $0.filename.hasSuffix(".whl") }
        .map { " \\\n    --hash=sha256:\($0.sha256.hexadecimal)" }.sorted().joined()
      return "\(package.requirement.text)\(hashes)\n"
    }.joined()
    return "# Locked from \(input), wheels only; `hallmark adopt` writes this file.\n" + packages
  }
}
