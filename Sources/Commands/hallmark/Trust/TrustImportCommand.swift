// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import ServiceClients
import SystemPackage
import TrustStore
import Verification

/// `hallmark trust export`.
struct TrustExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write an instance to one file, for a machine without network.",
    discussion: """
      Example:
        hallmark trust export acme --output acme-trust.json

      The file has every signed byte, so that `hallmark trust import` verifies all of it again.

      Exit status: 0 written, 1 could not run, 2 there is none of this name.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(
    name: [.short, .long], help: ArgumentHelp("The file to write.", valueName: "file"),
    completion: .file())
  var output: String

  @Argument(help: "The instance.")
  var name: String

  func run() throws {
    let record = try TrustFailure.translating {
      let store = TrustedInstances.store
      let name = try InstanceName(name)
      guard let record = try store.record(of: name) else {
        throw name.builtIn == nil ? TrustStoreError.unknown(name) : .neverUpdated(name)
      }
      _ = try record.instance()
      return record
    }
    let path = FilePath(output)
    let folder = path.removingLastComponent()
    try OutputFiles.write(
      [.init(name: path.lastComponent?.string ?? output, bytes: record.bytes)],
      into: folder.isEmpty ? "." : folder)
    global.console.progress("wrote \(UntrustedText.printable(output))")
    if global.json {
      let document: JSONValue = [
        "schema": "hallmark.trust-export/v1", "file": .string(output),
        "sha256": .string(SHA256Hash(hashing: record.bytes).hexadecimal),
        "rootSha256": .string(SHA256Hash(hashing: record.roots.first ?? []).hexadecimal),
      ]
      global.console.output(document.compactText)
    }
  }
}

/// `hallmark trust import`.
struct TrustImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take over an instance from an exported file, offline.",
    discussion: """
      Examples:
        hallmark trust import public-good.json
        hallmark trust import acme-trust.json --root-sha256 HEX

      Everything in the file is verified again: for an instance that is known here, from the root \
      that is trusted here; for a new one, from the root that --root or --root-sha256 names.

      No signature covers the name and the repository's address in the file: look at them, or give \
      the name by --name.

      Exit status: 0 taken over, 1 could not run, 2 usage or no root, 3 the file is not accepted, 6 \
      the file lacks something.
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup var root: RootOptions

  @Option(help: "The name here (default: the name in the file).")
  var name: String?

  @Argument(help: "The exported file.", completion: .file())
  var file: String

  func run() async throws {
    do {
      let store = TrustedInstances.store
      let exported = try InstanceStore.read(file)
      // No signature covers it, and every later update would stop at it.
      guard (try? ServiceURL(exported.repository)) != nil else {
        throw CommandFailure(
          status: ExitStatus.rejected.rawValue,
          Diagnostic(
            "the repository's address in the file is not an http or https URL", place: file,
            help: ["export the instance again"]))
      }
      let record = try await store.imported(
        exported, as: try name.map(InstanceName.init) ?? exported.name,
        root: try TrustedInstances.root(root.root), digest: root.digest, at: FileReading.now())
      try store.keep(record)
      let view = InstanceView(instance: try record.instance())
      global.console.output(global.json ? view.json.compactText : view.line)
    } catch {
      throw TrustFailure.commandFailure(for: error)
    }
  }
}
