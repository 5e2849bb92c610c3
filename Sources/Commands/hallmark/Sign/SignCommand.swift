// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Sigstore

/// `hallmark sign`: a signature over each file, with everything that verifies it.
struct SignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign files, as the identity of this job or person.",
    discussion: """
      Examples:
        hallmark sign dist/*
        hallmark sign report.pdf --login browser
        hallmark sign tool --trust-config ours.json --output-dir signatures

      Writes FILE.sigstore.json for each file: a Sigstore bundle with a signature over the file, a \
      certificate for the identity, and the transparency log's proof. The key lives for this run \
      only. Everything is verified before it is written. A signature of the same identity that is \
      there already, and holds, is kept; so a run that was stopped is completed by the same command.

      A bare signature says who signed, not what for: for packages use `hallmark attest`.

      Exit status: 0 done, 1 could not run, 2 usage, 3 a service's answer does not verify, 4 the \
      identity was refused, 5 something else is there already, 6 no identity, or a service did not \
      answer.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The files to sign.", completion: .file())
  var files: [String]

  @OptionGroup var options: SigningOptions

  func run() async throws {
    let artifacts = try await ArtifactFile.read(files)
    let folder = try options.folder()
    let targets = artifacts.map { file in
      SigningTarget(
        label: file.name, content: .file(file.digest), folder: folder ?? file.folder,
        outputs: [.init(name: "\(file.name).sigstore.json", form: .bundle)])
    }
    try AttestPlan.checkNames(targets)
    try await options.run(needsVersion1: false, global) { _ in targets }
  }
}
