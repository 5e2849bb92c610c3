// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark release` in stages, against a stack that it did not start.
struct StagedReleaseTests {
  @Test func stageByStageAndThenAgain() throws {
    let place = try StagedPlace()
    let before = try place.logSize()

    let build = try place.release("--until", "build")
    try #require(build.status == 0, "\(build)")
    #expect(try place.document(build).results == ["done"] + Array(repeating: "not done", count: 4))
    #expect(try place.document(build).next == "attest")
    #expect(try place.finished() == ["build"])
    #expect(try place.logSize() == before)

    let attest = try place.release("--until", "attest")
    try #require(attest.status == 0, "\(attest)")
    let evidence = try place.document(attest).evidence
    #expect(evidence.count == 7)
    #expect(evidence.allSatisfy { place.workplace.names(in: "out").contains($0) })
    #expect(try place.logSize() == before + 5)
    #expect(try place.listed() == [:])

    let rest = try place.release()
    try #require(rest.status == 0, "\(rest)")
    let document = try place.document(rest)
    #expect(document.results == ["kept", "kept", "done", "done", "done"])
    #expect(document.next == nil)
    #expect(document.publication?.files.map(\.placement) == ["uploaded", "uploaded"])
    #expect(document.publication?.files.allSatisfy(\.readBack) == true)
    let expected = Dictionary(
      uniqueKeysWithValues: document.files.map { ($0.filename, $0.sha256) })
    #expect(try place.listed() == expected)

    // Once more: everything is compared, nothing is made.
    let again = try place.release()
    try #require(again.status == 0, "\(again)")
    #expect(try place.document(again).results == Array(repeating: "kept", count: 5))
    #expect(
      try place.document(again).publication?.files.map(\.placement)
        == ["already there", "already there"])
    #expect(try place.logSize() == before + 5)
    #expect(try place.listed() == expected)
    let token = try #require(place.job["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
    for outcome in [build, attest, rest, again] {
      #expect(!outcome.output.contains(token) && !outcome.errors.contains(token))
    }
    for name in place.workplace.names(in: "out") where name != "logs" {
      let text = String(decoding: try TestData.read(place.workplace("out/\(name)")), as: UTF8.self)
      #expect(!text.contains(token), "\(name)")
    }
  }

  @Test func whatWasChangedStops() throws {
    let place = try StagedPlace()
    let first = try place.release("--until", "attest")
    try #require(first.status == 0, "\(first)")
    let size = try place.logSize()
    let document = try place.document(first)
    for name in [
      document.files[0].filename, document.evidence[0], document.evidence[2],
      "greeting-1.0.0.build.json",
    ] {
      let path = place.workplace("out/\(name)")
      let bytes = try TestData.read(path)
      try Data(bytes + [0x0a]).write(to: URL(fileURLWithPath: path))
      let changed = try place.release()
      #expect(changed.status == 5, "\(name): \(changed)")
      #expect(changed.errors.contains(name), "\(changed)")
      try FileManager.default.removeItem(atPath: path)
      let missing = try place.release()
      #expect(missing.status == 5, "\(name): \(missing)")
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
    #expect(try place.listed() == [:])
    #expect(try place.logSize() == size)

    // Another commit, another index, another forge.
    try place.project.edit("README.md") { $0 + "\nMore.\n" }
    try place.project.commit()
    let commit = try place.release()
    #expect(commit.status == 5, "\(commit)")
    #expect(commit.errors.contains("an unfinished release is there"), "\(commit)")
    #expect(commit.errors.contains("--restart"), "\(commit)")
    #expect(try place.release("--from", "publish").status == 5)
    #expect(try place.release("--from", "attest").status == 5)
    #expect(try place.finished() == ["build", "attest"])
    #expect(try place.listed() == [:])

    // Begun anew, it is a release of the new commit.
    let anew = try place.release("--restart")
    try #require(anew.status == 0, "\(anew)")
    #expect(try place.document(anew).results == Array(repeating: "done", count: 5))
    #expect(try place.listed().count == 2)
  }

  @Test func anotherIndexIsTakenFromPublishOn() throws {
    let place = try StagedPlace()
    try #require(try place.release("--until", "approve").status == 0)
    let size = try place.logSize()
    // An index that nobody has.
    let elsewhere = place.arguments().map {
      $0 == "\(place.stack.url)/legacy/" ? "https://127.0.0.1:1/legacy/" : $0
    }
    let other = try place.workplace.hallmark(elsewhere, environment: place.job)
    #expect(other.status == 5, "\(other)")
    let from = try place.workplace.hallmark(
      elsewhere + ["--from", "publish"], environment: place.job)
    #expect(from.status == 6, "\(from)")
    // And back, the same way; what was signed stays.
    let back = try place.release("--from", "publish")
    try #require(back.status == 0, "\(back)")
    #expect(try place.logSize() == size)
    #expect(try place.listed().count == 2)
  }

  @Test(arguments: [
    (["--from", "publish", "--until", "attest"], "--until attest comes before --from publish"),
    (["--restart", "--from", "attest"], "--restart begins with the build"),
    (["--from", "deploy"], "deploy"), (["--until", ""], "--until"),
    (["--embedded", "--until", "build"], "--embedded"),
    (["--embedded", "--github", "a/b", "--tag", "v1"], "--embedded"),
    (["--keep"], "--embedded"), (["--tag", "v1"], "--github"), (["--github", "a/b"], "--tag"),
    (["--github", "a", "--tag", "v1"], "OWNER/REPOSITORY"),
    (["--github", "a/b", "--gitlab", "c/d", "--tag", "v1"], "only one"),
    (["--github", "a/b", "--tag", "v 1"], "git"),
    (["--github", "a/b", "--tag", "v1", "--forge-url", "http://example.org"], "https"),
    (["--rekor-version", "2"], "version 1"),
  ])
  func wrongUsage(_ options: [String], _ words: String) throws {
    let workplace = try Workplace()
    let outcome = try workplace.hallmark(["release", "."] + options)
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains(words), "\(outcome)")
    #expect(workplace.names(in: "dist") == [])
  }

  @Test func badInput() throws {
    let place = try StagedPlace()
    // Nothing to go on with.
    for stage in ["attest", "approve", "publish", "verify"] {
      let outcome = try place.release("--from", stage)
      #expect(outcome.status == 1, "\(outcome)")
      #expect(outcome.errors.contains("no release to go on with"), "\(outcome)")
    }
    #expect(place.workplace.names(in: "out") == [])
    // No policy, and no checkout with one.
    var arguments = place.arguments()
    let position = try #require(arguments.firstIndex(of: "--policy"))
    arguments.removeSubrange(position...(position + 1))
    let noPolicy = try place.workplace.hallmark(arguments, environment: place.job)
    #expect(noPolicy.status == 2, "\(noPolicy)")
    #expect(noPolicy.errors.contains("policy"), "\(noPolicy)")
    // A state that is none.
    try FileManager.default.createDirectory(
      atPath: place.workplace("out"), withIntermediateDirectories: true)
    for text in ["", "{}", "{\"schema\":\"hallmark.release-state/v1\"}", "\u{0}"] {
      try place.workplace.write("out/hallmark-release.json", text)
      let outcome = try place.release()
      #expect(outcome.status == 1, "\(outcome)")
      #expect(outcome.errors.contains("--restart"), "\(outcome)")
      #expect(
        String(
          decoding: try TestData.read(place.workplace("out/hallmark-release.json")),
          as: UTF8.self) == text)
    }
    // No identity: the build is kept, nothing is signed.
    try FileManager.default.removeItem(atPath: place.workplace("out"))
    let size = try place.logSize()
    let nobody = try place.workplace.hallmark(place.arguments())
    #expect(nobody.status == 6, "\(nobody)")
    #expect(try place.finished() == ["build"])
    #expect(try place.logSize() == size)
  }
}
