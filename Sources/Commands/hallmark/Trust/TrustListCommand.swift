// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import TrustStore
import Verification

/// `hallmark trust list`.
struct TrustListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the instances, with where their trust is from.",
    discussion: """
      Exit status: 0 all can be used, 1 one cannot.
      """)

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let console = global.console
    let store = TrustedInstances.store
    var instances: [JSONValue] = []
    var isUsable = true
    for name in store.names {
      do {
        let (instance, problem) = try store.instance(name)
        let view = InstanceView(instance: instance)
        if let problem { console.report(Diagnostic("\(problem)", severity: .warning)) }
        instances.append(view.json)
        if !global.json { console.output(view.line) }
      } catch {
        isUsable = false
        console.report(TrustFailure.commandFailure(for: error).diagnostic)
      }
    }
    if global.json {
      let document: JSONValue = [
        "schema": "hallmark.trust-list/v1", "instances": .array(instances),
      ]
      console.output(document.compactText)
    }
    if !isUsable { throw ExitCode(ExitStatus.couldNotRun.rawValue) }
  }
}

/// `hallmark trust show`.
struct TrustShowCommand: ParsableCommand {
  /// The documents of an instance.
  enum Document: String, CaseIterable, ExpressibleByArgument {
    case trustedRoot = "trusted-root"
    case signingConfig = "signing-config"
  }

  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show an instance: its authorities, logs and services.",
    discussion: """
      Examples:
        hallmark trust show
        hallmark trust show acme --print trusted-root > trusted_root.json

      Exit status: 0 shown, 1 the instance cannot be used, 2 there is none of this name.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: "Print this document as it is instead: trusted-root or signing-config.")
  var print: Document?

  @Argument(help: "The instance (default: public-good).")
  var name = "public-good"

  func run() throws {
    let console = global.console
    let instance = try TrustedInstances.load(name)
    if let document = self.print {
      let bytes =
        document == .trustedRoot ? instance.trustedRootBytes : instance.signingConfigBytes
      guard let bytes else {
        throw CommandFailure(
          status: ExitStatus.couldNotRun.rawValue,
          Diagnostic("`\(name)` has no signing configuration"))
      }
      Platform.write(String(decoding: bytes, as: UTF8.self), to: Console.Stream.output.rawValue)
      return
    }
    let view = InstanceView(instance: instance)
    if global.json {
      console.output(view.json.compactText)
    } else {
      view.lines.forEach { console.output($0) }
    }
  }
}
