// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Archives
import Encodings
import Verification

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension ArchiveProfile: ExpressibleByArgument {}

/// Judges archives by the profiles of `Documentation/archives.md`, one verdict per file.
struct JudgeArchives: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive",
    abstract: "Judge archives by the strict readers, with the contents of every member.",
    discussion: """
      Prints one line for each file:

        accept FILE
        refuse FILE: CODE: SENTENCE
        error FILE: SENTENCE

      CODE is malformed, unsupported, unsafe-path, limit, corrupt or missing. A file that cannot be \
      read (missing, a folder, a pipe) is an error and not a verdict. With --json each line is an \
      object.

      The ending of a name says what a file is: .whl, .zip, .tar.gz, .tgz, .tar, .gz, .deflate; \
      without one of them the first bytes do. In the profile `upload` a .whl and a .tar.gz must \
      also be what their names say: RECORD and WHEEL, or one top folder with PKG-INFO.

      Nothing is written, and the memory is that of one file. Exits with 0 when all files are \
      accepted, 1 when one is refused, 2 when one cannot be read.

        hallmark-conformance archive --profile upload dist/*
      """)

  @Option(help: "What is accepted: general or upload.")
  var profile = ArchiveProfile.general

  @Flag(help: "Print JSON, one object per line.")
  var json = false

  @Argument(help: "The files.", completion: .file())
  var files: [String]

  func run() throws {
    var worst: Int32 = 0
    for file in files {
      let verdict = judge(file)
      print(json ? verdict.json(file).compactText : verdict.line(file))
      // Each verdict is there as soon as it is known, also for what reads from a pipe.
      fflush(nil)
      worst = max(worst, verdict.status)
    }
    if worst != 0 { throw ExitCode(worst) }
  }

  private func judge(_ file: String) -> ArchiveVerdict {
    let limits = ArchiveLimits()
    do {
      var status = stat()
      if stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
        Int(status.st_size) > limits.archiveSize
      {
        // Not read at all.
        throw ArchiveError.tooLong(limits)
      }
      let bytes = try FileReading.bytes(of: file, limit: limits.archiveSize)
      let name = file.utf8.split(separator: UInt8(ascii: "/")).last.map { String($0) ?? "" }
      return .accept(
        try ArchiveInspection(bytes, filename: name ?? file, profile: profile, limits: limits))
    } catch let error as ArchiveError {
      return .refuse(error)
    } catch let error as FileError {
      return .error(error.problem)
    } catch {
      return .error("\(error)")
    }
  }
}

/// What is said about one file.
enum ArchiveVerdict {
  case accept(ArchiveInspection)
  case refuse(ArchiveError)
  case error(String)

  /// Its part in the exit status.
  var status: Int32 {
    switch self {
    case .accept: 0
    case .refuse: 1
    case .error: 2
    }
  }

  /// The line for a person or a script.
  func line(_ file: String) -> String {
    let name = Self.oneLine(file)
    return switch self {
    case .accept: "accept \(name)"
    case .refuse(let error): "refuse \(name): \(error.reason.rawValue): \(error)"
    case .error(let problem): "error \(name): \(problem)"
    }
  }

  /// The object for a machine.
  func json(_ file: String) -> JSONValue {
    var members: [(String, JSONValue)] = [("file", .string(file))]
    switch self {
    case .accept(let inspection):
      members += [
        ("verdict", "accept"), ("kind", .string(inspection.kind.rawValue)),
        ("members", .integer(Int64(inspection.members))),
        ("unpackedSize", .integer(Int64(inspection.unpackedSize))),
      ]
    case .refuse(let error):
      members += [
        ("verdict", "refuse"), ("code", .string(error.reason.rawValue)),
        ("reason", .string("\(error)")),
      ]
    case .error(let problem):
      members += [("verdict", "error"), ("reason", .string(problem))]
    }
    return .object(members)
  }

  // A name with a line break must not look like two verdicts.
  private static func oneLine(_ file: String) -> String {
    file.unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: String(scalar)
      }
    }.joined()
  }
}
