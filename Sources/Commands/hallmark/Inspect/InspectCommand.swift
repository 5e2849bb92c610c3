// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Verification

/// `hallmark inspect`: lays evidence open for a person, without judging it.
struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a bundle, attestation or provenance file.",
    discussion: """
      Examples:
        hallmark inspect dist/greeting-1.0.0.tar.gz.sigstore.json
        hallmark inspect --json multiple.intoto.jsonl
        hallmark inspect layout/

      Shows who claims to have signed what, when and where it was logged, and which parts no \
      signature covers. Nothing is verified: whoever made the file decides what it says. \
      `hallmark verify` judges.

      Exit status: 0 shown, 1 a file could not be read.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: "The files to show, in any form that `hallmark verify` reads, or folders of images.")
  var files: [String]

  func run() async throws {
    let console = global.console
    var documents: [JSONValue] = []
    var failed = false
    for file in files {
      do {
        let items: [Evidence]
        if FileReading.isFolder(file) {
          let found = try CosignLayout(folder: file).evidence()
          items = found.evidence
          for problem in found.unreadable {
            failed = true
            console.report(
              Diagnostic(
                "the evidence cannot be read: \(problem.problem)", place: problem.place))
          }
        } else {
          let bytes = try FileReading.bytes(of: file, limit: Evidence.sizeLimit)
          items = try Evidence.parse(bytes, place: file)
        }
        if items.isEmpty, !global.json {
          console.output("\(UntrustedText.printable(file))  holds no attestation")
        }
        for item in items {
          let view = EvidenceView(item)
          if global.json { documents.append(view.json) } else { view.show(on: console) }
        }
      } catch {
        failed = true
        console.report(
          Diagnostic(
            "the evidence cannot be read: \(error)", place: file,
            help: [
              "expected a Sigstore bundle, JSON Lines of them, PEP 740, npm or GitHub "
                + "attestations, a DSSE envelope, Cloud Build's output, or an image's folder"
            ]))
      }
    }
    if global.json {
      let document: JSONValue = [
        "schema": "hallmark.inspect/v1", "verified": false, "evidence": .array(documents),
      ]
      console.output(document.compactText)
    }
    if failed { throw ExitCode(ExitStatus.couldNotRun.rawValue) }
  }
}
