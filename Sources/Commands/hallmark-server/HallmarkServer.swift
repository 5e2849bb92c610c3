// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import BuildVersion
import Foundation
import Storage
import Verification

/// The server: the services that a release needs, in one process.
@main
struct HallmarkServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hallmark-server",
    abstract: "Run the services that Python releases are signed, logged and published with.",
    version: "hallmark-server " + String(cString: hallmark_build_version()),
    subcommands: [StackCommand.self])

  /// Runs a command; the parser's own entry point would exit with 64 on wrong usage.
  static func main() async {
    // Writing to a closed pipe or beyond a size limit is an error like any other.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      Foundation.exit(ExitStatus.done.rawValue)
    } catch let error as StorageError {
      fail(error.problem, help: error.help, .couldNotRun)
    } catch {
      switch exitCode(for: error) {
      case .success:
        ServerOutput.result(fullMessage(for: error))
        Foundation.exit(ExitStatus.done.rawValue)
      case .validationFailure:
        fail(
          Self.sentence(message(for: error)),
          help: "`hallmark-server stack --help` explains the options", .usage)
      default:
        fail(Self.sentence(message(for: error)), help: nil, .couldNotRun)
      }
    }
  }

  private static func fail(_ problem: String, help: String?, _ status: ExitStatus) -> Never {
    ServerOutput.report("error: \(problem)")
    if let help { ServerOutput.report("help: \(help)") }
    Foundation.exit(status.rawValue)
  }

  /// The parser's sentence in the project's style: lower case, backticks, no full stop.
  private static func sentence(_ message: String) -> String {
    var text = message
    while let last = text.last, ". \n".contains(last) { text.removeLast() }
    text = String(text.map { $0 == "'" ? "`" : $0 })
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
