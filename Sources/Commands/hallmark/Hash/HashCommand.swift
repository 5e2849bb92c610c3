// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Verification

/// `hallmark hash`: lists of SHA-256 as `sha256sum` writes and checks them.
struct HashCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hash",
    abstract: "List the SHA-256 of files, or check files against a list.",
    discussion: """
      Examples:
        hallmark hash dist/* > SHA256SUMS
        hallmark hash dist/* --base64
        hallmark hash --check SHA256SUMS

      The list is that of sha256sum: 64 digits, two blanks, the name; with --binary an asterisk in \
      the place of the second blank. A name with a backslash or a line break has escapes, and a \
      backslash before the digits. --base64 writes the list as one line of base64, as SLSA's generic \
      generator and `hallmark attest --subjects-base64` take it; with --check it reads one.

      Exit status: 0 done, 1 a file cannot be read, 2 usage, 5 a file has another digest than the \
      list says, 6 a file of the list is missing.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The files to hash.", completion: .file())
  var files: [String] = []

  @Flag(help: "Write, or with --check read, the list as base64.")
  var base64 = false

  @Flag(help: "Mark the files as read in binary mode; the digests are the same.")
  var binary = false

  @Option(
    help: ArgumentHelp("Check the files that a list names against it.", valueName: "list"),
    completion: .file())
  var check: String?

  func validate() throws {
    if check != nil {
      guard files.isEmpty else {
        throw ValidationError("--check takes the files from the list, so none may be named.")
      }
      guard !binary else { throw ValidationError("--binary has no meaning with --check.") }
    } else {
      guard !files.isEmpty else { throw ValidationError("Name at least one file.") }
    }
  }

  func run() async throws {
    let console = global.console
    guard let check else { return try list(on: console) }
    let list = try ChecksumFile.list(check, isBase64: base64)
    let results = await list.entries.concurrentMap(width: Platform.processorCount) { entry in
      ChecksumResult(checking: entry)
    }
    if global.json {
      console.output(Self.document(results.map(\.json)))
    } else {
      for result in results { console.output(result.line) }
    }
    let status = ExitStatus.worst(of: results.map(\.status))
    guard status != .done else { return }
    let failed = results.filter { $0.status != .done }.count
    throw CommandFailure(
      status: status.rawValue,
      Diagnostic("\(failed) of \(results.count) files are not as the list says", place: check))
  }

  private func list(on console: Console) throws {
    var entries: [ChecksumList.Entry] = []
    for file in files {
      do {
        entries.append(
          ChecksumList.Entry(
            digest: try FileReading.sha256(of: file), name: file, isBinary: binary))
      } catch {
        throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
      }
    }
    let list = ChecksumList(entries)
    if global.json {
      let objects = entries.map { entry -> JSONValue in
        ["name": .string(entry.name), "sha256": .string(entry.digest.hexadecimal)]
      }
      console.output(Self.document(objects))
    } else if base64 {
      console.output(list.base64)
    } else {
      // The lines have their ends.
      Platform.write(list.text, to: Console.Stream.output.rawValue)
    }
  }
}

extension HashCommand {
  /// The text of `--json`, by Documentation/schemas/hash-v1.json.
  private static func document(_ files: [JSONValue]) -> String {
    let document: JSONValue = ["schema": "hallmark.hash/v1", "files": .array(files)]
    return document.compactText
  }
}

/// One file of a list, compared.
private struct ChecksumResult: Sendable {
  let entry: ChecksumList.Entry
  let status: ExitStatus
  /// Why the file could not be read.
  let problem: String?

  init(checking entry: ChecksumList.Entry) {
    self.entry = entry
    do {
      status = try FileReading.sha256(of: entry.name) == entry.digest ? .done : .differs
      problem = nil
    } catch {
      status = FileReading.isPresent(entry.name) ? .couldNotRun : .undecided
      problem = error.problem
    }
  }

  /// The words of `sha256sum --check`.
  var line: String {
    let verdict =
      switch status {
      case .done: "OK"
      case .differs: "FAILED"
      default: "FAILED open or read (\(problem ?? "unknown"))"
      }
    return "\(UntrustedText.printable(entry.name)): \(verdict)"
  }

  var json: JSONValue {
    var object = JSONObject([
      ("name", .string(entry.name)), ("sha256", .string(entry.digest.hexadecimal)),
      ("matches", status == .done ? true : status == .differs ? false : .null),
    ])
    object["problem"] = problem.map { .string($0) }
    return .object(object)
  }
}
