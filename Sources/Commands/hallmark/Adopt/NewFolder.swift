// SPDX-License-Identifier: Apache-2.0

import Adoption
import FoundationEssentials
import PythonPackaging
import ReleaseAudit
import SystemPackage
import Verification

/// The folder of a new project: nothing yet, or what an earlier run of the same command made.
struct NewFolder {
  /// What is there.
  let project: AuditedProject
  /// What the earlier run wrote down.
  let record: AdoptionRecord?
  /// The files of the skeleton that are not there.
  let files: [String: [UInt8]]
  private let path: String

  /// Looks at a folder.
  ///
  /// - Throws: `CommandFailure` for a folder of something else.
  init(_ path: String, project skeleton: NewProject, profile: AuditProfile?) async throws {
    self.path = path
    var names: [String] = []
    if FileReading.isPresent(path) {
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: path)
      } catch {
        throw CommandFailure(
          status: ExitStatus.couldNotRun.rawValue,
          Diagnostic("the folder cannot be read", place: path, help: ["name another one"]))
      }
    }
    guard !names.filter({ $0 != ".git" }).isEmpty else {
      project = AuditedProject(files: [], isWhole: true, profile: profile ?? .spec8)
      record = nil
      files = Dictionary(
        uniqueKeysWithValues: skeleton.files.map { ($0.path, Array($0.text.utf8)) })
      return
    }
    guard FileReading.isPresent("\(path)/\(AdoptionRecord.path)") else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "the folder has something else in it", place: path,
          help: [
            "name a new folder by --directory; a project that is there already is for "
              + "`hallmark adopt`"
          ]))
    }
    let reading = try await AdoptionReading(path: path, profile: profile)
    guard let name = ReleaseOutline(reading.read.project).projectName,
      name == skeleton.name.text
    else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "the folder is of another project than `\(skeleton.name)`", place: path,
          help: ["name a new folder by --directory"]))
    }
    project = reading.read.project
    record = reading.record
    var missing: [String: [UInt8]] = [:]
    for file in skeleton.files where !FileReading.isPresent("\(path)/\(file.path)") {
      missing[file.path] = Array(file.text.utf8)
    }
    files = missing
  }

  /// Whether a file is not there.
  func isMissing(_ name: String) -> Bool { !FileReading.isPresent("\(path)/\(name)") }

  /// Makes the folder where there is none.
  ///
  /// - Throws: `CommandFailure`.
  func make() throws { try OutputFiles.makeFolder(FilePath(path)) }
}
