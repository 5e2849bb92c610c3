// SPDX-License-Identifier: Apache-2.0

import SourceText

/// The comments that say not to show a finding.
///
/// ```yaml
/// # hallmark: ignore[rule-id, other-rule] the reason, which must be there
/// ```
///
/// A comment counts for the lines of a finding in which it stands; one that is alone in its line
/// for the line below, too. One that hides nothing, or gives no reason, is a finding itself.
struct IgnoreComments {
  /// The name under which useless comments are found.
  static let rule = "unused-ignore"

  private struct Comment {
    let path: String
    let span: Range<Int>
    let line: Int
    let isAlone: Bool
    let rules: [String]
    let reason: String
    var used: Set<String> = []
  }

  private var comments: [Comment] = []
  // By path and rule, in the order of the lines.
  private var byRule: [String: [String: [Int]]] = [:]
  private let project: AuditedProject

  /// Finds the comments of all files that are YAML.
  init(of project: AuditedProject) {
    self.project = project
    for (path, file) in project.files where ProjectFiles.isYAML(path) {
      // Most files have none, and need not be parsed for it.
      guard Self.holdsMarker(file.bytes), let document = try? YAMLDocument(parsing: file.lines)
      else { continue }
      for comment in document.comments {
        guard let (rules, reason) = Self.parse(comment.text) else { continue }
        for rule in Set(rules) where !reason.isEmpty {
          byRule[path, default: [:]][rule, default: []].append(comments.count)
        }
        comments.append(
          Comment(
            path: path, span: comment.span, line: file.lines.line(at: comment.span.lowerBound),
            isAlone: comment.isAlone, rules: rules, reason: reason))
      }
    }
  }

  /// The reason why a finding is not shown; nil where it is.
  mutating func reason(toIgnore finding: Finding) -> String? {
    guard let indices = byRule[finding.place.path]?[finding.rule],
      let file = project.files[finding.place.path], let span = finding.place.span
    else { return nil }
    let first = file.lines.line(at: span.lowerBound)
    let last = file.lines.line(at: max(span.lowerBound, span.upperBound - 1))
    // The first comment that is not before the line above the finding.
    let start = indices.partitioningIndex { comments[$0].line >= first - 1 }
    for index in indices[start...] {
      let comment = comments[index]
      guard comment.line <= last else { return nil }
      let isInside = comment.line >= first && comment.line <= last
      guard isInside || (comment.isAlone && comment.line == first - 1) else { continue }
      comments[index].used.insert(finding.rule)
      return comment.reason
    }
    return nil
  }

  /// What is wrong with the comments, where the rules that they name were asked.
  func findings(asked: Set<String>) -> [Finding] {
    var findings: [Finding] = []
    for comment in comments {
      let place = Finding.Place(comment.path, comment.span)
      if comment.reason.isEmpty {
        findings.append(
          Finding(
            rule: Self.rule, severity: .low, "this comment gives no reason, so it hides nothing",
            at: place, help: "write the reason behind the brackets"))
        continue
      }
      for rule in comment.rules where !comment.used.contains(rule) {
        let isKnown = AuditRules.all.contains { $0.description.id == rule } || asked.contains(rule)
        if isKnown, !asked.contains(rule) { continue }
        findings.append(
          Finding(
            rule: Self.rule, severity: .low,
            isKnown
              ? "nothing is found here that `\(rule)` would be ignored for"
              : "there is no rule `\(rule)` to ignore",
            at: place, help: "remove the comment, or move it to the line that it is about"))
      }
    }
    return findings
  }

  private static let marker = Array("hallmark:".utf8)

  private static func holdsMarker(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= marker.count else { return false }
    var offset = 0
    while offset + marker.count <= bytes.count {
      if bytes[offset] == marker[0], bytes[offset..<offset + marker.count].elementsEqual(marker) {
        return true
      }
      offset += 1
    }
    return false
  }

  /// The rules and the reason of a comment's text; nil for other comments.
  static func parse(_ text: String) -> (rules: [String], reason: String)? {
    var rest = Array(text.utf8)[...]
    func skipBlanks() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 } }
    guard rest.starts(with: marker) else { return nil }
    rest = rest.dropFirst(marker.count)
    skipBlanks()
    guard rest.starts(with: "ignore[".utf8) else { return nil }
    rest = rest.dropFirst(7)
    guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
    let rules = rest[..<end].split(separator: UInt8(ascii: ",")).map { name in
      String(decoding: name.filter { $0 > 0x20 }, as: UTF8.self)
    }
    rest = rest[(end + 1)...]
    skipBlanks()
    return (rules, String(decoding: rest, as: UTF8.self))
  }
}

extension [Int] {
  /// The first place whose element holds, where all that hold come last.
  fileprivate func partitioningIndex(_ holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
