// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import SystemPackage
import Verification

/// How a download ends: files, requirements and JSON appear together, or a reason does.
struct DownloadPublication: Sendable {
  /// The file of the requirements; standard output if nil.
  let output: String?
  let json: Bool
  let console: Console

  private static let schema: JSONValue = "hallmark.download/v1"

  /// Writes what passed.
  ///
  /// - Throws: `CommandFailure`; nothing is left then.
  func publish(_ releases: [DownloadedRelease], folder: DownloadFolder?) throws(CommandFailure) {
    let text = DownloadedRelease.requirementsFile(releases)
    if let output {
      let path = FilePath(output)
      guard let name = path.lastComponent?.string else {
        throw CommandFailure(
          status: ExitStatus.usage.rawValue, Diagnostic("--output must name a file"))
      }
      let parent = path.removingLastComponent()
      // The requirements are what can fail most easily, so they come first.
      try OutputFiles.write(
        [OutputFiles.File(name: name, bytes: Array(text.utf8))],
        into: parent.isEmpty ? FilePath(".") : parent)
    }
    do throws(CommandFailure) {
      var names: [String] = []
      for file in releases.flatMap(\.files) where !names.contains(file.filename) {
        names.append(file.filename)
      }
      try folder?.commit(names)
    } catch {
      if let output { Platform.removeFile(FilePath(output)) }
      throw error
    }
    for release in releases {
      for file in release.files {
        console.progress(
          console.styled("✓", .good, on: .error) + " \(file.filename)  signed by "
            + file.signers.map { UntrustedText.printable($0) }.joined(separator: ", "))
      }
    }
    if json {
      let document: JSONValue = [
        "schema": Self.schema, "status": 0, "releases": .array(releases.map(\.json)),
        "requirements": .string(text),
      ]
      console.output(document.compactText)
    } else if output == nil {
      console.output(String(text.dropLast()))
    }
  }

  /// Shows the file that stopped the run.
  func failure(for result: FileResult) -> ExitCode {
    let status = result.status == .done ? ExitStatus.couldNotRun : result.status
    if json {
      let document: JSONValue = [
        "schema": Self.schema, "status": .integer(Int64(status.rawValue)),
        "stoppedBy": result.json,
      ]
      console.output(document.compactText)
    } else {
      result.show(on: console)
      console.progress("nothing was written")
    }
    return ExitCode(status.rawValue)
  }
}
