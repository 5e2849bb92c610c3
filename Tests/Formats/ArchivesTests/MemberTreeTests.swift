// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Archives

/// Names that are one file on some system, and links that lead out.
@Suite struct MemberTreeTests {
  /// A path; with a `/` at its end a folder, with ` -> ` a link.
  private func add(_ members: [String]) throws {
    var tree = MemberTree()
    for member in members {
      let parts = member.split(separator: " -> ")
      if parts.count == 2 {
        let (path, target) = (String(parts[0]), String(parts[1]))
        try #require(MemberPath.staysInside(target: target, of: path))
        try tree.add(path, linkTo: target)
      } else if member.hasSuffix("/") {
        try tree.add(String(member.dropLast()), isFolder: true)
      } else {
        try tree.add(member, isFolder: false)
      }
    }
    try tree.checkLinks()
  }

  @Test(arguments: [
    ["a/", "a/b", "a/c/d", "a/c/"], ["a/b", "a/"], ["a/", "a/"], ["a/Ab", "b/ab"],
    ["d/l -> f", "d/f"], ["d/l -> ../e/f", "e/f"], ["l -> nowhere"], ["d/l -> ."],
    ["d/l -> m", "d/m -> f", "d/f"], ["d/l -> ./e/../f", "d/e/f"], ["ß/a", "ß/b"],
  ])
  func otherMembersAreAccepted(members: [String]) throws {
    try add(members)
  }

  static let refused: [([String], ArchiveError.Reason)] = [
    (["a", "a"], .malformed), (["a", "a/"], .malformed), (["a/b", "a"], .malformed),
    (["a", "a/b"], .malformed), (["d/l -> f", "d/l/g"], .malformed),
    (["d/l -> f", "d/l"], .malformed), (["a", "A"], .unsafePath), (["d/a", "D/b"], .unsafePath),
    (["d/a", "D/"], .unsafePath), (["d/É", "d/é"], .unsafePath),
    (["d/\u{E9}", "d/e\u{301}"], .unsafePath), (["\u{E9}/a", "e\u{301}/b"], .unsafePath),
    (["A/b", "a"], .unsafePath), (["f", "l -> f"], .unsafePath), (["l -> d", "d/f"], .unsafePath),
    (["l -> ./f", "f"], .unsafePath),
    // The sign of the kelvin, whose lower case is an ASCII letter.
    (["d/k", "d/\u{212A}"], .unsafePath), (["d/\u{212A}", "d/k"], .unsafePath),
    // At the top again by way of a link to the top.
    (["x/y/l -> ../..", "x/m -> y/l/../z"], .unsafePath),
    (["x/y/l -> ../..", "x/m -> y/./l/f"], .unsafePath),
  ]

  /// Few members with many folders of their own on the way.
  @Test func nodesAreBounded() throws {
    let deep = String(repeating: "/a", count: 49)
    var tree = MemberTree()
    for index in 0..<10_000 { try tree.add("\(index)\(deep)", isFolder: false) }
    let error = #expect(throws: ArchiveError.self) { try tree.add("b", isFolder: false) }
    #expect(error?.reason == .limit)
  }

  @Test(arguments: refused)
  func collisionsAndLinksThatLeadOutAreRefused(members: [String], reason: ArchiveError.Reason) {
    do {
      try add(members)
      Issue.record("accepted: \(members)")
    } catch let error as ArchiveError {
      #expect(error.reason == reason, "\(members): \(error)")
    } catch {
      Issue.record("\(error)")
    }
  }
}
