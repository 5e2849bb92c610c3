// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import PythonPackaging
import Storage

/// `hallmark-server stack`: everything that a release on this machine needs.
struct StackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stack",
    abstract: "Run the embedded stack: token issuer, certificate authority, logs, package index.",
    discussion: """
      The stack listens on 127.0.0.1 only. Its keys, logs and packages are in the data folder, which
      is made at the first start and used again afterwards, with the same ports. It vouches only for
      itself: who may read its data folder may sign in its name.
      """)

  @Option(help: ArgumentHelp("The data folder.", valueName: "folder"))
  var data: String

  @Option(help: "The port of the TLS listener; 0, the default, means a free one.")
  var port: UInt16 = 0

  @Option(help: "The port of the plain listener, which only reads; 0 means a free one.")
  var httpPort: UInt16 = 0

  @Option(
    name: .customLong("publisher"),
    help: ArgumentHelp(
      "A project whose workspace may publish to the index; may be repeated.",
      valueName: "project"))
  var publishers: [String] = []

  @Flag(help: "When ready, print one line of JSON with the addresses on standard output.")
  var announce = false

  @Flag(help: "Stop when standard input ends.")
  var exitWithParent = false

  func validate() throws {
    for name in publishers where (try? ProjectName(name)) == nil {
      throw ValidationError("`\(name)` is not the name of a Python project")
    }
    guard port == 0 || port != httpPort else {
      throw ValidationError("the two listeners need different ports")
    }
  }

  func run() async throws {
    let folder = try DataFolder(opening: data)
    let settings = try StackSettings(in: folder, askedPort: port, askedHTTPPort: httpPort)
    let server = try await StackServer(folder: folder, settings: settings)
    for name in publishers { try await server.registerPublisher(of: try ProjectName(name)) }
    try await server.run(announce: announce, exitWithParent: exitWithParent)
  }
}
