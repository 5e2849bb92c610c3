// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import ReleaseAudit
import SourceText
import ServiceClients
import SystemPackage
import Verification
import Workflows

/// `hallmark pins`: the commits of the actions that a project uses.
struct PinsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pins",
    abstract: "Keep the commits that the tags of used actions stand for.",
    discussion: """
      Examples:
        hallmark pins update
        hallmark audit --fix
        hallmark pins check

      The file `.github/hallmark-pins.json` says of each action that workflows use which commit its \
      tag stands for, when that was learned and from whom. `hallmark audit --fix` pins actions by \
      it, without a network; what is not in it is not pinned.
      """,
    subcommands: [PinsUpdateCommand.self, PinsCheckCommand.self])
}

/// `hallmark pins update`: asks the forge.
struct PinsUpdateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Look up the tags of all actions that workflows use.",
    discussion: """
      Examples:
        hallmark pins update
        hallmark pins update ../other-project

      Each repository is asked once, by git's own protocol and without a token. A tag that stands \
      for another commit than before is named. A branch stands for its head: as the version whose \
      tag is there, else as the branch. What cannot be looked up keeps what is known of it.

      Exit status: 0, 1 the file cannot be written, 6 a repository could not be asked or a ref is \
      neither tag nor branch.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var network: TransportOptions

  @Option(
    help: ArgumentHelp("The forge that has the actions.", valueName: "url"))
  var server = "https://github.com"

  @Argument(help: ArgumentHelp("The repository.", valueName: "path"), completion: .directory)
  var path = "."

  func run() async throws {
    let console = global.console
    let read = try PinsFile.read(path)
    let known = read.project.pins ?? ActionPins([])
    let base = try PinsFile.server(server)
    var wanted: [String: Set<String>] = [:]
    var branches: [String: Set<String>] = [:]
    for used in read.project.usedActions {
      guard let action = used.uses.repository?.lowercased(), let ref = used.uses.ref?.value,
        !ActionPins.isNeverPinned(action)
      else { continue }
      wanted[action, default: []].insert(ref)
      // What a comment behind a commit names may be the branch that it is of.
      let name = used.uses.refKind == .fullSHA ? used.uses.comment?.text ?? "" : ref
      if UsesReference.kind(of: name) == .branch { branches[action, default: []].insert(name) }
    }
    let now = FileReading.now()
    let update = try await network.withTransport { transport in
      let client = GitRefsClient(transport: transport)
      var pins: [ActionPins.Pin] = []
      var open: [Diagnostic] = []
      for (action, refs) in wanted.sorted(by: { $0.key < $1.key }) {
        console.progress("asking for the tags of \(UntrustedText.printable(action))")
        let names = action.split(separator: "/").map {
          PercentEncoding.encodePathSegment(String($0))
        }
        let url = base.appending(names.joined(separator: "/") + ".git")
        do {
          let served = try await client.refs(of: url, branches: (branches[action] ?? []).sorted())
          let result = PinsFile.pins(
            action, refs, served, known: known, from: url.withoutQuery, at: now)
          pins += result.pins
          open += result.open
        } catch {
          pins += known.pins.filter { $0.action == action }
          open.append(
            Diagnostic(
              "the tags of `\(action)` are not known: \(error)", severity: .warning,
              help: ["try again later; what was known of it is kept"]))
        }
      }
      return (ActionPins(pins), open)
    }
    for diagnostic in update.1 { console.report(diagnostic) }
    let before = read.project.files[ActionPins.path]?.bytes
    let after = Array((update.0.json.indentedText + "\n").utf8)
    if before != after {
      do throws(FileReplacement.Failure) {
        try FileReplacement.write(
          ActionPins.path, in: FilePath(read.root), before: before, after: after)
      } catch {
        throw CommandFailure(
          status: ExitStatus.couldNotRun.rawValue,
          Diagnostic("\(error)", help: ["make it writable"]))
      }
    }
    if global.json {
      console.output(update.0.json.indentedText)
    } else {
      console.output(
        "\(read.location(of: ActionPins.path)): \(update.0.pins.count) pins"
          + (before == after ? ", as before" : ""))
    }
    if !update.1.isEmpty { throw ExitCode(ExitStatus.undecided.rawValue) }
  }
}

/// `hallmark pins check`: compares workflows with the file.
struct PinsCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compare the actions that workflows use with the known commits, without a network.",
    discussion: """
      Examples:
        hallmark pins check

      Exit status: 0 all are as the file says, 5 something differs, 6 a commit or tag is not in the \
      file.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("The repository.", valueName: "path"), completion: .directory)
  var path = "."

  func run() async throws {
    let console = global.console
    let read = try PinsFile.read(path)
    guard let pins = read.project.pins else {
      throw CommandFailure(
        status: ExitStatus.undecided.rawValue,
        Diagnostic(
          "there is no `\(ActionPins.path)`, or it cannot be read",
          help: ["`hallmark pins update` writes it"]))
    }
    var statuses: [ExitStatus] = []
    var count = 0
    for used in read.project.usedActions {
      guard let action = used.uses.repository, let ref = used.uses.ref else { continue }
      count += 1
      let position = used.document.lines.position(at: ref.span.lowerBound)
      let place = "\(read.location(of: used.path)):\(position.line):\(position.column)"
      guard let (status, problem) = PinsFile.problem(action, used.uses, pins) else { continue }
      statuses.append(status)
      console.report(
        Diagnostic(
          problem, place: place,
          help: [
            status == .differs
              ? "`hallmark audit --fix` pins it" : "`hallmark pins update` looks it up"
          ]))
    }
    let status = ExitStatus.worst(of: statuses)
    if global.json {
      let document: JSONValue = [
        "schema": "hallmark.pins-check/v1", "uses": .integer(Int64(count)),
        "differ": .integer(Int64(statuses.count { $0 == .differs })),
        "unknown": .integer(Int64(statuses.count { $0 == .undecided })),
      ]
      console.output(document.indentedText)
    } else if status == .done {
      console.output("\(count) uses of actions are as \(ActionPins.path) says")
    }
    if status != .done { throw ExitCode(status.rawValue) }
  }
}
