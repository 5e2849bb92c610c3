// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Foundation
import TestSupport
import Testing
import TrustSimulator

/// `hallmark publish` to an index that has something already, and by the ways an index may exchange
/// tokens.
struct PublishStateTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  @Test func theSameAgainChangesNothing() throws {
    let release = try SignedRelease(in: workplace)
    let index = try FaultyIndex(in: workplace)
    let first = try release.publish(to: index, ["--json"])
    #expect(first.status == 0, "\(first)")
    #expect(try JSONSchema("publish-v1.json").problems(in: first.output) == [])
    #expect(first.output.contains(#""placement":"uploaded""#))
    #expect(first.output.contains(#""provenance":"same""#))
    let again = try release.publish(to: index, ["--json"])
    #expect(again.status == 0, "\(again)")
    #expect(try JSONSchema("publish-v1.json").problems(in: again.output) == [])
    #expect(!again.output.contains(#""placement":"uploaded""#))
    let state = try index.state()
    #expect(state.minted == 1, "a token was asked for without need")
    #expect(state.uploads.values.reduce(0, +) == 2)
    try release.expectPublished(at: index)

    // New signatures of the same bytes are as good, and are not uploaded.
    let signed = try SignedRelease(in: workplace, simulator: release.simulator)
    let other = try signed.publish(to: index, ["--json"])
    #expect(other.status == 0, "\(other)")
    #expect(other.output.contains(#""provenance":"accepted""#))
  }

  @Test func aDryRunUploadsNothing() throws {
    let release = try SignedRelease(in: workplace)
    let index = try FaultyIndex(in: workplace)
    for _ in 1...2 {
      let outcome = try release.publish(to: index, ["--dry-run", "--json"])
      #expect(outcome.status == 0, "\(outcome)")
      #expect(try JSONSchema("publish-v1.json").problems(in: outcome.output) == [])
      #expect(outcome.output.contains("would be uploaded"))
    }
    let state = try index.state()
    #expect(state.files.isEmpty)
    #expect(state.minted == 2)
    #expect(state.good == 0, "a token was not burned")
    #expect(state.calls["upload"] == nil)
    // The right to publish is tried also when there is nothing to do.
    #expect(try release.publish(to: index).status == 0)
    #expect(try release.publish(to: index, ["--dry-run"]).status == 0)
    #expect(try index.state().minted == 4)
  }

  @Test(arguments: ["dist", "dist/"])
  func aFolderOrItsFiles(_ folder: String) throws {
    let release = try SignedRelease(in: workplace)
    let index = try FaultyIndex(in: workplace)
    #expect(try release.publish([folder], to: index, ["--dry-run"]).status == 0)
    for name in ["hallmark.toml", "trusted_root.json"] { try workplace.write("dist/\(name)", "") }
    let all = workplace.names(in: "dist").map { "dist/\($0)" }
    let outcome = try release.publish(all, to: index)
    #expect(outcome.status == 0, "\(outcome)")
    try release.expectPublished(at: index)
  }

  /// Nothing is sent when one of the files differs, not even the others.
  @Test func otherBytesStopEverything() throws {
    let release = try SignedRelease(in: workplace)
    let index = try FaultyIndex(in: workplace)
    let other = try SignedRelease(
      in: workplace, folder: "other", content: "else", simulator: release.simulator)
    let first = try other.publish(["other/greeting-1.0.0.tar.gz"], to: index)
    #expect(first.status == 0, "\(first)")
    let outcome = try release.publish(to: index)
    #expect(outcome.status == 5, "\(outcome)")
    #expect(outcome.errors.contains("a file of this name with other contents"), "\(outcome)")
    #expect(outcome.errors.contains("nothing was sent"), "\(outcome)")
    #expect(outcome.errors.contains("raise the version"), "\(outcome)")
    #expect(outcome.output == "")
    try other.expectPublished(at: index, ["greeting-1.0.0.tar.gz"])
  }

  @Test func theSameBytesWithoutAttestations() throws {
    let release = try SignedRelease(in: workplace)
    let index = try FaultyIndex(in: workplace)
    let first = try release.publish(to: index, ["--no-attestations"], trust: [])
    #expect(first.status == 0, "\(first)")
    #expect(first.errors.contains("warning: the release is published without attestations"))
    let outcome = try release.publish(to: index)
    #expect(outcome.status == 5, "\(outcome)")
    #expect(outcome.errors.contains("but without attestations"), "\(outcome)")
    #expect(try release.publish(to: index, ["--no-attestations"], trust: []).status == 0)
    try release.expectPublished(at: index)
  }

  @Test func theSameBytesBySomebodyElse() throws {
    let release = try SignedRelease(in: workplace)
    let index = try FaultyIndex(in: workplace)
    #expect(try release.publish(to: index).status == 0)
    // The same files signed by an instance that nobody here trusts.
    let own = try SignedRelease(in: workplace)
    let outcome = try own.publish(to: index)
    #expect(outcome.status == 3, "\(outcome)")
    #expect(outcome.errors.contains("already, but not by you"), "\(outcome)")
    #expect(try index.state().uploads.values.reduce(0, +) == 2)
  }

  /// A page that is behind: the index says that it has the file, or takes it once more.
  @Test(arguments: [nil, 400, 409])
  func aPageThatIsBehind(_ strict: Int?) throws {
    let release = try SignedRelease(in: workplace)
    let index = try FaultyIndex(
      .init(strict: strict, faults: [.page("hide", calls: [3])]), in: workplace)
    #expect(try release.publish(to: index).status == 0)
    let outcome = try release.publish(to: index)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try index.state().uploads.values.allSatisfy { $0 > 1 }, "the page was not behind")
    try release.expectPublished(at: index)
  }

  /// The same page and, behind it, other bytes.
  @Test func aPageThatHidesOtherBytes() throws {
    let release = try SignedRelease(in: workplace)
    let index = try FaultyIndex(.init(faults: [.page("hide", calls: [3])]), in: workplace)
    let other = try SignedRelease(
      in: workplace, folder: "other", content: "else", simulator: release.simulator)
    #expect(try other.publish(["other"], to: index).status == 0)
    let outcome = try release.publish(to: index)
    #expect(outcome.status == 5, "\(outcome)")
    #expect(outcome.errors.contains("came in between"), "\(outcome)")
    try other.expectPublished(at: index)
  }

  /// PEP 807, as it is and as it was first written.
  @Test(arguments: [false, true], [false, true])
  func discovery(_ isDraft: Bool, _ isSingleUse: Bool) throws {
    let release = try SignedRelease(in: workplace)
    var configuration = FaultyIndex.Configuration()
    configuration.draft = isDraft
    configuration.singleUse = isSingleUse
    configuration.discovery = [
      "audience-endpoint": .text("http://127.0.0.1:{port}/trust/audience"),
      (isDraft ? "mint-token-endpoint" : "token-mint-endpoint"):
        .text("http://127.0.0.1:{port}/trust/mint"),
      "default-features": .list([isSingleUse ? "single-use-token" : "multi-use-token"]),
      "features": .list(isSingleUse ? ["single-use-token"] : ["multi-use-token"]),
    ]
    let index = try FaultyIndex(configuration, in: workplace)
    let outcome = try release.publish(to: index)
    #expect(outcome.status == 0, "\(outcome)")
    try release.expectPublished(at: index)
    let state = try index.state()
    #expect(state.minted == (isSingleUse ? 2 : 1))
    #expect(state.calls["burn"] == nil)
    #expect(index.log.contains(#""features": ["multi-use-token"]"#) == !isSingleUse)
  }

  @Test func theAudienceThatIsExpected() throws {
    let release = try SignedRelease(in: workplace)
    let index = try FaultyIndex(.init(audience: "other"), in: workplace)
    let refused = try release.publish(to: index, ["--audience", "mine"])
    #expect(refused.status == 4, "\(refused)")
    #expect(refused.errors.contains("audience `other`, not `mine`"), "\(refused)")
    #expect(try index.state().calls["identity"] == nil)
    #expect(try release.publish(to: index, ["--audience", "other"]).status == 0)
  }
}
