// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import ReleaseAudit
import SourceText
import ServiceClients
import Verification
import Workflows

/// What `hallmark pins` makes of tags and uses.
enum PinsFile {
  /// Reads a repository.
  ///
  /// - Throws: `CommandFailure`.
  static func read(_ path: String) throws -> ReadProject {
    let read: ReadProject
    do throws(ProjectReader.Missing) {
      read = try ProjectReader().read(path)
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic("\(error)", help: ["name the folder of a repository"]))
    }
    guard read.project.isWhole else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "`\(path)` is not the folder of a repository",
          help: ["name the folder that has `.github` in it"]))
    }
    return read
  }

  /// The address of the forge.
  ///
  /// - Throws: `ValidationError`.
  static func server(_ text: String) throws -> ServiceURL {
    do throws(ServiceURLError) {
      return try ServiceURL(text.utf8.last == UInt8(ascii: "/") ? String(text.dropLast()) : text)
    } catch {
      throw ValidationError("--server: \(error.description).")
    }
  }

  /// How much a tag says of its commit: v4.2.2 more than v4, a version more than a word, and more
  /// than its own pre-release, which became it.
  private static func telling(_ tag: String) -> (Int, Int, String) {
    let digits = tag.utf8.first == UInt8(ascii: "v") ? tag.utf8.dropFirst() : tag.utf8[...]
    let numbers = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let isVersion = numbers.allSatisfy { number in
      !number.isEmpty && number.allSatisfy { (0x30...0x39).contains($0) }
    }
    return (isVersion ? numbers.count : 0, tag.utf8.count, tag)
  }

  /// The pins of one action, and what could not be decided.
  static func pins(
    _ action: String, _ refs: Set<String>, _ served: ServedRefs, known: ActionPins,
    from url: String, at now: Timestamp
  ) -> (pins: [ActionPins.Pin], open: [Diagnostic]) {
    var byCommit: [String: ActionPins.Pin] = [:]
    var open: [Diagnostic] = []
    for ref in refs.sorted() {
      let isCommit = UsesReference.kind(of: ref) == .fullSHA
      let isTag = !isCommit && served.tags.contains { $0.name == ref }
      guard let (commit, tag, isBranch) = name(of: ref, served, isCommit: isCommit, isTag: isTag)
      else {
        // The head of a branch that has gone on is still one of its commits.
        if isCommit, let pin = known.pin(action, commit: ref), pin.isBranch {
          byCommit[pin.commit] = byCommit[pin.commit] ?? pin
          continue
        }
        open.append(
          Diagnostic(
            isCommit
              ? "no tag of `\(action)` is at commit \(ref)"
              : "`\(action)` has neither a tag nor a branch `\(ref)`, so it is not pinned",
            severity: .warning, place: url,
            help: [
              isCommit
                ? "look whether it is a commit of that repository at all; a comment behind it may "
                  + "name the branch that it is the head of" : "name a tag"
            ]))
        continue
      }
      if isTag, let before = known.pin(action, ref: ref), before.commit != commit {
        open.append(
          Diagnostic(
            "the tag `\(ref)` of `\(action)` has moved", severity: .warning, place: url,
            expected: before.commit, found: commit,
            notes: ["the file has the new commit now"],
            help: ["look at what changed before you use it"]))
      }
      let old = known.pin(action, commit: commit)
      var pin =
        byCommit[commit]
        ?? ActionPins.Pin(
          action: action, tag: tag, isBranch: isBranch, refs: [], commit: commit,
          learned: old?.tag == tag ? old?.learned ?? now : now,
          how: old?.tag == tag ? old?.how ?? url : url)
      if !isCommit, ref != pin.tag, !pin.refs.contains(ref) { pin.refs.append(ref) }
      byCommit[commit] = pin
    }
    return (Array(byCommit.values), open)
  }

  /// The commit that a ref stands for, and by what it is named: the longest tag at it, of a
  /// branch's head the longest version, else the branch.
  ///
  /// Dependabot takes a commit with a version's tag further to the next version, and its comment
  /// with it; a commit without one it takes to the head of the branch that has it, and leaves the
  /// comment alone, so the branch's name stays true.
  private static func name(
    of ref: String, _ served: ServedRefs, isCommit: Bool, isTag: Bool
  ) -> (commit: String, tag: String, isBranch: Bool)? {
    let branch = served.branches.first { isCommit ? $0.commit == ref.lowercased() : $0.name == ref }
    let commit =
      isCommit
      ? ref.lowercased() : isTag ? served.tags.first { $0.name == ref }?.commit : branch?.commit
    guard let commit else { return nil }
    let tag = served.tags.filter { $0.commit == commit }.map(\.name)
      .max { telling($0) < telling($1) }
    if let tag, isTag || telling(tag).0 > 0 || branch == nil { return (commit, tag, false) }
    return branch.map { (commit, $0.name, true) }
  }

  /// What is wrong with a use; nil where it is as the pins say.
  static func problem(
    _ action: String, _ uses: UsesReference, _ pins: ActionPins
  ) -> (ExitStatus, String)? {
    guard let ref = uses.ref?.value else { return nil }
    if ActionPins.isNeverPinned(action) {
      return uses.refKind == .version
        ? nil : (.differs, "`\(action)` must be named by its tag, not by \(ref)")
    }
    guard uses.refKind == .fullSHA else {
      return pins.pin(action, ref: ref) == nil
        ? (.undecided, "`\(action)@\(ref)` is not pinned, and its commit is not known")
        : (.differs, "`\(action)@\(ref)` is not pinned")
    }
    guard let pin = pins.pin(action, commit: ref) else {
      return (.undecided, "the commit \(ref) of `\(action)` is not known")
    }
    let comment = uses.comment?.text
    if let comment, comment == pin.tag || pin.refs.contains(comment) { return nil }
    return (
      .differs,
      "the commit of `\(action)` is \(pin.isBranch ? "of the branch " : "")\(pin.tag), but the comment says "
        + (comment.map { "`\($0)`" } ?? "nothing")
    )
  }
}
