// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The options that every command has; use as `@OptionGroup var global: GlobalOptions`.
struct GlobalOptions: ParsableArguments {
  @Option(help: "When to use colour.")
  var color: Console.ColorChoice = .auto

  @Flag(name: [.short, .long], help: "Show no progress, only results and problems.")
  var quiet = false

  @Flag(help: "Print the result as JSON on standard output.")
  var json = false

  /// Where the command prints; decided by these options and the environment.
  var console: Console { Console(color: color, isQuiet: quiet) }
}
