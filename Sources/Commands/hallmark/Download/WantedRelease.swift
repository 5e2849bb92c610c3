// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import PythonPackaging
import Verification

/// One requirement, with what its origin demands of the files.
struct WantedRelease: Sendable {
  /// What is wanted.
  let requirement: Requirement
  /// The digests that a file may have; empty means any.
  var hashes: [SHA256Hash] = []
  /// The files of a lock, all of which must be there; empty means those of the index.
  var lockedFiles: [Pylock.File] = []
  /// Where it is asked for, for messages.
  let origin: String

  /// Collects requirements from the command line, requirements files and lock files.
  ///
  /// - Throws: `CommandFailure`, also when a project is asked for twice.
  static func all(
    named texts: [String], requirementsFiles: [String], locks: [String]
  ) throws(CommandFailure) -> [WantedRelease] {
    var wanted: [WantedRelease] = []
    for text in texts {
      do {
        wanted.append(
          WantedRelease(requirement: try Requirement(text), origin: "the command line"))
      } catch {
        throw failure("\(error)", place: nil)
      }
    }
    for path in requirementsFiles {
      let bytes = try read(path, limit: RequirementsFile.sizeLimit)
      do {
        for entry in try RequirementsFile(parsing: bytes).entries {
          wanted.append(
            WantedRelease(
              requirement: entry.requirement, hashes: entry.hashes,
              origin: "\(path), line \(entry.line)"))
        }
      } catch {
        throw failure("\(error)", place: path)
      }
    }
    for path in locks {
      let bytes = try read(path, limit: Pylock.sizeLimit)
      do {
        for package in try Pylock(parsing: bytes).packages {
          wanted.append(
            WantedRelease(
              requirement: package.requirement, lockedFiles: package.files,
              origin: "\(path), \(package.path)"))
        }
      } catch {
        throw failure("\(error)", place: path)
      }
    }
    try checkUnique(wanted)
    return wanted
  }

  /// An installer refuses two requirements on one project that hold at the same time.
  private static func checkUnique(_ wanted: [WantedRelease]) throws(CommandFailure) {
    var seen: [String: WantedRelease] = [:]
    for item in wanted {
      let key = "\(item.requirement.project.normalized) ; \(item.requirement.marker ?? "")"
      if let other = seen[key] {
        throw CommandFailure(
          status: ExitStatus.usage.rawValue,
          Diagnostic(
            "`\(item.requirement.project)` is asked for twice", place: item.origin,
            notes: ["the other place is \(other.origin)"]))
      }
      seen[key] = item
    }
  }

  private static func read(_ path: String, limit: Int) throws(CommandFailure) -> [UInt8] {
    do {
      return try FileReading.bytes(of: path, limit: limit)
    } catch {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
  }

  private static func failure(_ sentence: String, place: String?) -> CommandFailure {
    CommandFailure(
      status: ExitStatus.usage.rawValue,
      Diagnostic(
        sentence, place: place, help: ["`hallmark download --help` shows what can be used"]))
  }
}
