// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import SourceText
package import Workflows

/// The commits that tags of actions stood for when they were looked up; kept in the repository as
/// `.github/hallmark-pins.json`, so that pins can be written and checked without a network.
///
/// A commit that is not in it is not known, and is never guessed.
package struct ActionPins: Hashable, Sendable {
  /// What is known of one commit of an action's repository.
  package struct Pin: Hashable, Sendable {
    /// `owner/repository`, in lowercase.
    package let action: String
    /// The longest tag of the commit: `v4.2.2` and not `v4`; of a commit without tags the branch
    /// that it was the head of.
    package let tag: String
    /// Whether ``tag`` is the name of a branch.
    package let isBranch: Bool
    /// The tags and branches by which workflows name it, besides ``tag``.
    package var refs: [String]
    /// The commit, peeled: 40 or 64 hexadecimal digits.
    package let commit: String
    /// When it was learned.
    package let learned: Timestamp
    /// From whom: a URL.
    package let how: String

    /// Describes a pin.
    package init(
      action: String, tag: String, isBranch: Bool = false, refs: [String], commit: String,
      learned: Timestamp, how: String
    ) {
      self.action = action
      self.tag = tag
      self.isBranch = isBranch
      self.refs = refs
      self.commit = commit
      self.learned = learned
      self.how = how
    }
  }

  /// The name of the format.
  package static let schema = "hallmark.pins/v1"
  /// Where it is in a repository.
  package static let path = ".github/hallmark-pins.json"

  /// The pins, by action and tag.
  package let pins: [Pin]
  // Where those of an action are.
  private let places: [String: Range<Int>]

  /// Takes pins.
  package init(_ pins: [Pin]) {
    let sorted = pins.sorted {
      ($0.action, $0.tag, $0.commit) < ($1.action, $1.tag, $1.commit)
    }
    var places: [String: Range<Int>] = [:]
    for (index, pin) in sorted.enumerated() {
      places[pin.action] = (places[pin.action]?.lowerBound ?? index)..<(index + 1)
    }
    self.pins = sorted
    self.places = places
  }

  /// Reads the file.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    let root = try JSONNode(parsing: bytes, limits: JSONLimits(size: 4 << 20))
    let schema = try root.required("schema")
    guard try schema.string() == Self.schema else {
      throw schema.error("it is not `\(Self.schema)`")
    }
    var pins: [Pin] = []
    for node in try root.required("pins").array(limit: 10_000) {
      let commit = try node.required("commit")
      guard Self.isCommit(try commit.string()) else {
        throw commit.error("it is not a commit of 40 or 64 hexadecimal digits")
      }
      var refs: [String] = []
      for ref in try node.required("refs").array(limit: 1_000) { refs.append(try ref.string()) }
      let branch = try node.optional("branch")?.string()
      if branch != nil, try node.optional("tag") != nil {
        throw node.error("it has both a tag and a branch")
      }
      let name: String
      if let branch { name = branch } else { name = try node.required("tag").string() }
      pins.append(
        Pin(
          action: try node.required("action").string(), tag: name, isBranch: branch != nil,
          refs: refs, commit: try commit.string(),
          learned: try node.required("learned").timestamp(),
          how: try node.required("how").string()))
    }
    self.init(pins)
  }

  /// The file.
  package var json: JSONValue {
    [
      "schema": .string(Self.schema),
      "pins": .array(
        pins.map { pin in
          [
            "action": .string(pin.action), pin.isBranch ? "branch" : "tag": .string(pin.tag),
            "refs": .array(pin.refs.map { .string($0) }), "commit": .string(pin.commit),
            "learned": .string(pin.learned.description), "how": .string(pin.how),
          ]
        }),
    ]
  }

  /// What is known of a ref of an action's repository.
  package func pin(_ action: String, ref: String) -> Pin? {
    of(action).first { $0.tag == ref || $0.refs.contains(ref) }
  }

  /// What is known of a commit of an action's repository.
  package func pin(_ action: String, commit: String) -> Pin? {
    let commit = commit.lowercased()
    return of(action).first { $0.commit == commit }
  }

  private func of(_ action: String) -> ArraySlice<Pin> {
    places[action.lowercased()].map { pins[$0] } ?? []
  }

  /// Whether an action must be named by its tag: SLSA's generator finds itself by it.
  package static func isNeverPinned(_ action: String) -> Bool {
    action.lowercased() == "slsa-framework/slsa-github-generator"
  }

  static func isCommit(_ text: String) -> Bool {
    (text.utf8.count == 40 || text.utf8.count == 64)
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

extension AuditedProject {
  /// The pins that the project keeps; nil where it has none, or none that can be read.
  package var pins: ActionPins? {
    files[ActionPins.path].flatMap { try? ActionPins(parsing: $0.bytes) }
  }

  /// Every action and reusable workflow of another repository that workflows and actions use.
  package var usedActions: [(path: String, document: YAMLDocument, uses: UsesReference)] {
    var result: [(path: String, document: YAMLDocument, uses: UsesReference)] = []
    for file in workflows {
      for job in file.workflow.jobs {
        for uses in [job.uses].compactMap({ $0 }) + job.steps.compactMap(\.uses) {
          result.append((file.path, file.workflow.document, uses))
        }
      }
    }
    for file in actions {
      for uses in file.action.steps.compactMap(\.uses) {
        result.append((file.path, file.action.document, uses))
      }
    }
    return result.filter { $0.uses.repository != nil }
  }
}

/// Writes pins for findings of actions that are not pinned.
enum PinFix {
  /// The rule whose findings it repairs.
  static let rule = "unpinned-action"

  /// The findings, with a fix where the project knows the commit, else with how to learn it.
  static func completed(_ findings: [Finding], in project: AuditedProject) -> [Finding] {
    named(pinned(findings, in: project), in: project)
  }

  // Pins without a comment get the version that their commit is known as.
  private static func named(_ findings: [Finding], in project: AuditedProject) -> [Finding] {
    let rule = PinComment.description.id
    guard findings.contains(where: { $0.rule == rule && $0.fix == nil }) else { return findings }
    let pins = project.pins ?? ActionPins([])
    let used = Dictionary(
      project.usedActions.map { (Finding.Place($0.path, $0.uses.ref?.span), $0) }
    ) { first, _ in first }
    return findings.map { finding in
      guard finding.rule == rule, finding.fix == nil, let place = used[finding.place],
        let action = place.uses.repository, let ref = place.uses.ref, place.uses.comment == nil,
        let pin = pins.pin(action, commit: ref.value)
          ?? project.knownPins.pin(action, commit: ref.value),
        let edits = try? place.document.commenting(
          line: place.document.lines.line(at: ref.span.lowerBound), pin.tag)
      else { return finding }
      return Finding(
        rule: finding.rule, severity: finding.severity, finding.message, at: finding.place,
        related: finding.related, help: finding.help,
        fix: ProposedFix(
          "say that it is \(pin.tag)", .safe, edits: [finding.place.path: edits]))
    }
  }

  private static func pinned(_ findings: [Finding], in project: AuditedProject) -> [Finding] {
    guard findings.contains(where: { $0.rule == rule && $0.fix == nil }) else { return findings }
    let pins = project.pins ?? ActionPins([])
    let used = Dictionary(
      project.usedActions.map { (Finding.Place($0.path, $0.uses.text.span), $0) }
    ) { first, _ in first }
    return findings.map { finding in
      guard finding.rule == rule, finding.fix == nil, let place = used[finding.place],
        let action = place.uses.repository, let ref = place.uses.ref,
        !ActionPins.isNeverPinned(action)
      else { return finding }
      let own = pins.pin(action, ref: ref.value)
      guard let pin = own ?? current(action, ref.value, project) else {
        guard place.uses.refKind == .version || place.uses.refKind == .branch, finding.help == nil
        else { return finding }
        return Finding(
          rule: finding.rule, severity: finding.severity, finding.message, at: finding.place,
          related: finding.related,
          help: "`hallmark pins update` looks the commit up; then `hallmark audit --fix` pins it")
      }
      let line = place.document.lines.line(at: ref.span.lowerBound)
      // The ref must stand in the file as it is; another comment is somebody's words, and stays.
      guard place.document.text(ref.span) == ref.value,
        place.uses.comment.map({ isVersion($0.text) }) ?? true,
        let comment = try? place.document.commenting(line: line, pin.tag)
      else { return finding }
      // Who names a branch gets what comes; a commit stays what it is.
      let moves = pin.isBranch || place.uses.refKind == .branch && pin.tag != ref.value
      return Finding(
        rule: finding.rule, severity: finding.severity, finding.message, at: finding.place,
        related: finding.related, help: finding.help,
        fix: ProposedFix(
          "pin `\(action)` to \(pin.tag), \(pin.commit.prefix(12))…"
            + (own == nil && pin.tag != ref.value
              ? ", which was \(ref.value) on \(pin.learned.description.prefix(10))" : "")
            + (moves ? ", from where the branch \(ref.value) takes it no further" : ""),
          moves ? .needsReview : .safe,
          edits: [finding.place.path: [SourceEdit(ref.span, pin.commit)] + comment]))
    }
  }

  // What a tag stood for a year ago may be long out of date; a whole version stays what it is.
  private static func current(
    _ action: String, _ ref: String, _ project: AuditedProject
  ) -> ActionPins.Pin? {
    guard let pin = project.knownPins.pin(action, ref: ref), !pin.isBranch else { return nil }
    if pin.tag == ref { return pin }
    guard let now = project.unixTime, now - pin.learned.seconds < 366 * 86_400 else { return nil }
    return pin
  }

  private static func isVersion(_ comment: String) -> Bool {
    !comment.utf8.contains(0x20) && comment.utf8.contains { (0x30...0x39).contains($0) }
  }
}
