// SPDX-License-Identifier: Apache-2.0

import Approvals
import Attestations
import Verification

extension ReleaseFindings {
  /// Shows the table: answer, question, what was found, and by what.
  func show(on console: Console) {
    let show = { (text: String) in UntrustedText.printable(text) }
    func line(_ text: String = "") { console.output(text) }
    func styled(_ text: String, _ style: Console.Style) -> String {
      console.styled(text, style, on: .output)
    }
    line(
      styled("\(show(project)) \(show(version))", .strong)
        + ", \(phase.rawValue) publishing; tag \(show(tag))"
        + (commit.map { " at \(show($0))" } ?? ""))
    let width = findings.map(\.question.text.utf8.count).max() ?? 0
    var file: String?
    for finding in findings.sorted(by: { Self.isBefore($0, $1, files.map(\.name)) }) {
      if finding.file != file {
        line()
        file = finding.file
        line(styled(show(file ?? ""), .strong))
      }
      let style: Console.Style =
        switch finding.answer {
        case .yes: .good
        case .no: .bad
        case .unknown: .warning
        }
      let answer = finding.answer.rawValue
      let text = finding.question.text
      line(
        styled(answer, style) + String(repeating: " ", count: 9 - answer.utf8.count) + text
          + String(repeating: " ", count: width + 2 - text.utf8.count) + show(finding.found))
      line(styled("         by \(show(finding.criterion))", .faint))
      if let help = finding.help {
        line("         " + styled("help", .accent) + ": " + show(help))
      }
    }
    line()
    line(summary)
  }

  /// The last line.
  private var summary: String {
    func count(_ answer: ReleaseFinding.Answer) -> Int { findings.count { $0.answer == answer } }
    guard status != .done else { return "all \(findings.count) answers are yes" }
    return "\(count(.yes)) yes, \(count(.no)) no, \(count(.unknown)) unknown"
  }

  /// What is about the release comes first, then file by file.
  private static func isBefore(
    _ one: ReleaseFinding, _ other: ReleaseFinding, _ names: [String]
  ) -> Bool {
    func rank(_ finding: ReleaseFinding) -> (Int, Int) {
      let place =
        finding.file.map { file in
          (names.firstIndex { $0.utf8.elementsEqual(file.utf8) } ?? names.count) + 1
        } ?? 0
      return (place, ReleaseQuestion.allCases.firstIndex(of: finding.question) ?? 0)
    }
    return rank(one) < rank(other)
  }
}
