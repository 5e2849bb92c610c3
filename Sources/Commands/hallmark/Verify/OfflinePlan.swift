// SPDX-License-Identifier: Apache-2.0

import Encodings
import Verification

/// What a command would have asked, had it been allowed to.
struct OfflinePlan: Sendable {
  /// The first addresses; what follows from their answers cannot be known before.
  let addresses: [String]

  /// Prints the addresses, one per line, or as JSON.
  ///
  /// - Returns: the failure to end with, status 6: nothing was decided.
  func shown(on console: Console, json: Bool) -> CommandFailure {
    let status = ExitStatus.undecided.rawValue
    if json {
      let document: JSONValue = [
        "schema": "hallmark.fetch-plan/v1", "status": .integer(Int64(status)),
        "addresses": .array(addresses.map { .string($0) }),
      ]
      console.output(document.compactText)
    } else {
      for address in addresses { console.output(UntrustedText.printable(address)) }
    }
    return CommandFailure(
      status: status,
      Diagnostic(
        "undecided: the network would be needed, and --offline forbids it",
        notes: [
          "these addresses would be asked first; files and provenance objects that an index names "
            + "in its answers come after them"
        ],
        help: ["leave out --offline, or get the files and name their evidence by --evidence"]))
  }
}
