// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dispatch
import Verification

/// Parses the command line, runs the command and turns what it throws into words and a status.
///
/// The parser's own entry point would print in its style and exit with 64 on wrong usage.
enum FrontDoor<Root: AsyncParsableCommand> {
  /// Runs the program and ends it with the exit status.
  ///
  /// - Parameter arguments: the command line without the program's name.
  static func run(_ arguments: [String]) -> Never {
    Platform.ignoreBrokenPipes()
    // Handed over to the one task below and not touched here again; commands are not `Sendable`.
    nonisolated(unsafe) let command: any ParsableCommand
    do {
      command = try Root.parseAsRoot(arguments)
    } catch {
      Platform.exit(status(of: error, arguments: arguments))
    }
    Task {
      Platform.exit(await status(running: command, arguments: arguments))
    }
    dispatchMain()
  }

  private static func status(
    running command: sending any ParsableCommand, arguments: [String]
  ) async -> Int32 {
    do {
      var command = command
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return ExitStatus.done.rawValue
    } catch {
      return status(of: error, arguments: arguments)
    }
  }

  private static func status(of error: any Error, arguments: [String]) -> Int32 {
    let console = Console(color: colorChoice(in: arguments))
    switch error {
    case let failure as CommandFailure:
      if !failure.isReported { console.report(failure.diagnostic) }
      return failure.status
    case let exit as ExitCode:
      return exit.rawValue
    default:
      break
    }
    switch Root.exitCode(for: error) {
    case .success:
      // Help, the version, a completion script: asked for, so a result.
      console.output(Root.fullMessage(for: error))
      return ExitStatus.done.rawValue
    case .validationFailure:
      console.report(
        UsageDiagnostic.diagnostic(
          root: Root.self, arguments: arguments, message: Root.message(for: error),
          fullMessage: Root.fullMessage(for: error)))
      return ExitStatus.usage.rawValue
    default:
      console.report(Diagnostic(Root.message(for: error)))
      return ExitStatus.couldNotRun.rawValue
    }
  }

  /// The value of `--color` on a command line that may not parse.
  private static func colorChoice(in arguments: [String]) -> Console.ColorChoice {
    var choice = Console.ColorChoice.auto
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { break }
      let value: String
      if argument == "--color", index + 1 < arguments.count {
        value = arguments[index + 1]
      } else if argument.hasPrefix("--color=") {
        value = String(argument.dropFirst("--color=".count))
      } else {
        continue
      }
      choice = Console.ColorChoice(rawValue: value) ?? choice
    }
    return choice
  }
}
