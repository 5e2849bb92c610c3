// SPDX-License-Identifier: Apache-2.0

import Encodings
import SourceText
import ReleaseAudit

/// A project while its release process is written: which files change, and whose text is whose.
struct AdoptionDraft {
  /// The project with all changes.
  private(set) var project: AuditedProject
  /// What was written, for the record.
  private(set) var blocks: [AdoptionRecord.Block] = []
  /// Why a file changes, by path.
  private(set) var reasons: [String: String] = [:]
  /// What a person must know of the changes.
  var notes: [String] = []
  /// The stored tokens that no job needs any more, by the names of their variables.
  var storedTokens: [String] = []

  private let original: AuditedProject
  private let record: AdoptionRecord?

  init(_ project: AuditedProject, record: AdoptionRecord?) {
    self.project = project
    original = project
    self.record = record
  }

  /// The files that are different, by path.
  var changes: [AdoptionPlan.Change] {
    project.files.values.compactMap { file in
      let before = original.files[file.path]?.bytes
      guard before != file.bytes else { return nil }
      return AdoptionPlan.Change(
        path: file.path, before: before, after: file.bytes,
        reason: reasons[file.path] ?? "repaired")
    }.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// The pieces for the record: those of this run, and earlier ones that it had nothing to do with.
  var recorded: [AdoptionRecord.Block] {
    let earlier = (record?.blocks ?? []).filter { block in
      project.files[block.path] != nil
        && !blocks.contains { $0.path == block.path && $0.section == block.section }
    }
    return blocks + earlier
  }

  /// Takes what repairs changed.
  mutating func take(_ repaired: AuditedProject) { project = repaired }

  /// The files that are as an earlier adoption wrote them.
  var untouched: Set<String> {
    Set(
      (record?.blocks ?? []).filter { block in
        block.section == nil
          && project.files[block.path].map { Self.hash($0.bytes) } == block.sha256
      }.map(\.path))
  }

  /// Whether a file is there that no adoption wrote, and that has another text.
  func isForeign(_ path: String, _ text: String) -> Bool {
    guard let file = project.files[path], record?.block(path, nil) == nil else { return false }
    return Self.hash(file.bytes) != Self.hash(Array(text.utf8))
  }

  /// Writes a file, whatever is there.
  mutating func write(_ path: String, _ text: String, _ reason: String) {
    write(path, bytes: Array(text.utf8), reason)
  }

  /// Writes a file, whatever is there.
  mutating func write(_ path: String, bytes: [UInt8], _ reason: String) {
    if project.files[path]?.bytes != bytes {
      project = project.with([path: bytes])
      reasons[path] = reason
    }
  }

  /// Places a whole file: a new one where it is wanted, a newer text in place of an untouched one;
  /// what somebody changed or wrote is theirs.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - text: its text.
  ///   - reason: why it changes, in a few words.
  ///   - isWanted: whether it is written where it is not there.
  ///   - isForced: whether it takes the place of what is there all the same.
  mutating func place(
    _ path: String, _ text: String, _ reason: String, isWanted: Bool = true, isForced: Bool = false
  ) {
    let new = Array(text.utf8)
    let block = AdoptionRecord.Block(path: path, section: nil, sha256: Self.hash(new), edited: nil)
    guard let current = project.files[path]?.bytes, !isForced else {
      guard isWanted || isForced else { return }
      write(path, text, reason)
      blocks.append(block)
      return
    }
    guard let recorded = record?.block(path, nil) else { return }
    let hash = Self.hash(current)
    if hash == block.sha256 {
      // Versions of actions may be newer than those known here.
      blocks.append(block)
    } else if hash == recorded.sha256 {
      write(path, text, "brought up to date")
      blocks.append(block)
    } else {
      blocks.append(.init(path: path, section: nil, sha256: recorded.sha256, edited: hash))
    }
  }

  /// Places a piece at the end of a page, between lines that mark it.
  mutating func place(
    section: String, in path: String, _ text: String, _ reason: String, isWanted: Bool
  ) {
    guard let file = project.files[path] else { return }
    guard String(validating: file.bytes, as: UTF8.self) != nil else {
      if isWanted { notes.append("`\(path)` is not UTF-8, so nothing is added to it: \(reason)") }
      return
    }
    let page = MarkedPage(file.bytes, path: path)
    let new = Self.hash(Array(MarkedPage.trimmed(text).utf8))
    let block = AdoptionRecord.Block(path: path, section: section, sha256: new, edited: nil)
    guard let current = page.section(section) else {
      guard isWanted else { return }
      write(path, bytes: page.adding(section, text), reason)
      blocks.append(block)
      return
    }
    guard let recorded = record?.block(path, section) else { return }
    let hash = Self.hash(Array(current.utf8))
    if hash == new {
      blocks.append(block)
    } else if hash == recorded.sha256 {
      write(path, bytes: page.replacing(section, text), "brought up to date")
      blocks.append(block)
    } else {
      blocks.append(.init(path: path, section: section, sha256: recorded.sha256, edited: hash))
    }
  }

  /// The SHA-256 of a text in which actions have no versions and images no digests: updates of these
  /// are nobody's edit.
  static func hash(_ bytes: [UInt8]) -> SHA256Hash {
    var result: [UInt8] = []
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let isUse =
        line.firstRange(of: "uses: ".utf8) != nil || line.firstRange(of: "image: ".utf8) != nil
      result += isUse ? line.prefix { $0 != UInt8(ascii: "@") } : line
      result.append(0x0A)
    }
    return SHA256Hash(hashing: result)
  }
}
