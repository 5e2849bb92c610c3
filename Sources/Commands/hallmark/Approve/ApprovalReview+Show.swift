// SPDX-License-Identifier: Apache-2.0

import Approvals
import Encodings
import PythonPackaging

extension ApprovalReview {
  /// Shows what is about to be approved, on standard error: it is what the question is about.
  func show(on console: Console) {
    func line(_ text: String = "") { console.writeToError(text + "\n") }
    func styled(_ text: String, _ style: Console.Style) -> String {
      console.styled(text, style, on: .error)
    }
    let show = { (text: String) in UntrustedText.printable(text) }
    line(styled("\(show(record.project)) \(show(record.version))", .strong))
    for file in folder.release.files {
      line("  \(show(file.name.text))  \(file.size) bytes")
      line("    sha256:\(file.sha256)")
      line("    signed: \((evidence[file.name.text] ?? []).map(show).joined(separator: ", "))")
    }
    for origin in record.origins {
      line()
      for (label, value) in Self.rows(origin) { line("  \(label)  \(show(value))") }
    }
    if let verified {
      line()
      line("verified: \(show(verified.questions.joined(separator: ", ")))")
      line("  tag \(show(verified.tag))" + (verified.commit.map { " at \(show($0))" } ?? ""))
    }
    line()
    guard let comparison else {
      line("nothing to compare with: name the release before by --previous")
      return
    }
    let previous = comparison.previous
    line(styled("since \(show(previous.project)) \(show(previous.version))", .strong))
    if comparison.changes.isEmpty {
      line("  the same publisher, builder, commit and kinds of files")
    }
    for change in comparison.changes {
      let old = change.old.map(show).joined(separator: ", ")
      let new = change.new.map(show).joined(separator: ", ")
      switch change.kind {
      case .commit: line("  commits    \(old.isEmpty ? "?" : old)..\(new.isEmpty ? "?" : new)")
      case .added: line(styled("! new files  \(new)", .warning))
      case .removed: line(styled("! no longer  \(old)", .warning))
      default:
        line(styled("! another \(change.kind.rawValue)", .bad))
        line("    was  \(old.isEmpty ? "not said" : old)")
        line("    is   \(new.isEmpty ? "not said" : new)")
      }
    }
    if let url = comparison.commitsURL(for: record) { line("  see        \(show(url))") }
  }

  private static func rows(_ origin: ReleaseOrigin) -> [(String, String)] {
    let rows: [(String, String?)] = [
      ("publisher ", origin.publisher), ("issuer    ", origin.issuer),
      ("builder   ", origin.builder), ("repository", origin.repository),
      ("commit    ", origin.commit), ("ref       ", origin.ref),
    ]
    return rows.compactMap { label, value in value.map { (label, $0) } }
  }

  /// The release for machines.
  var json: JSONValue {
    var object = JSONObject([
      ("project", .string(record.project)), ("version", .string(record.version)),
      ("origins", .array(record.origins.map(\.json))),
      (
        "files",
        .array(
          folder.release.files.map { file in
            [
              "name": .string(file.name.text), "size": .integer(file.size),
              "sha256": .string(file.sha256.hexadecimal),
              "signed": .array((evidence[file.name.text] ?? []).map { .string($0) }),
            ]
          })
      ),
    ])
    object["comparison"] = comparison?.json
    return .object(object)
  }
}
