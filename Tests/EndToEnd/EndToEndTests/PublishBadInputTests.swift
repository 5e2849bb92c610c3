// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Foundation
import PyPIAttestations
import Sigstore
import TestSupport
import Testing
import TrustSimulator

/// `hallmark publish` on what it must not publish: the documented status, an error that helps, and
/// an index that was not even asked, or has nothing.
struct PublishBadInputTests {
  let workplace: Workplace
  let release: SignedRelease
  let index: FaultyIndex

  init() throws {
    workplace = try Workplace()
    release = try SignedRelease(in: workplace)
    index = try FaultyIndex(.init(tokens: ["stored-token"]), in: workplace)
  }

  private var wheel: String { "greeting-1.0.0-py3-none-any.whl" }
  private var sdist: String { "greeting-1.0.0.tar.gz" }

  /// Publishes, which must fail before the index is asked.
  private func expectRefusal(
    _ arguments: [String] = ["dist"], _ options: [String] = [], trust: [String]? = nil,
    status: Int32, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try release.publish(arguments, to: index, options, trust: trust)
    #expect(outcome.status == status, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.errors.contains("error"), "\(outcome)", sourceLocation: sourceLocation)
    for word in words {
      #expect(outcome.errors.contains(word), "\(outcome)", sourceLocation: sourceLocation)
    }
    #expect(outcome.output == "", sourceLocation: sourceLocation)
    #expect(try index.state().calls.isEmpty, "the index was asked", sourceLocation: sourceLocation)
  }

  private func rename(_ old: String, _ new: String) throws {
    try FileManager.default.moveItem(atPath: workplace(old), toPath: workplace(new))
  }

  private func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: workplace(name))
  }

  // The files themselves.

  @Test func aNameOfAnotherProjectOrVersion() throws {
    for other in ["greeting-1.0.1-py3-none-any.whl", "salute-1.0.0-py3-none-any.whl"] {
      try FileManager.default.copyItem(
        atPath: workplace("dist/\(wheel)"), toPath: workplace(other))
      try expectRefusal([other], status: 3, "but the file name says", "help: build the file again")
    }
    try FileManager.default.copyItem(
      atPath: workplace("dist/\(sdist)"), toPath: workplace("greeting-1.0.0.0.tar.gz"))
    try expectRefusal(["greeting-1.0.0.0.tar.gz"], status: 3, "another name after it was built")
  }

  @Test func whatIsNoDistribution() throws {
    try workplace.write("greeting-1.0.0-py2-none-any.whl", "no archive")
    try expectRefusal(["greeting-1.0.0-py2-none-any.whl"], status: 1, "cannot be published")
    try workplace.write("x.tar.gz", "")
    try expectRefusal(["x.tar.gz"], status: 1, "x.tar.gz")
    try expectRefusal(["absent-1.0.tar.gz"], status: 1, "no such file")
    try expectRefusal(["policy.toml"], status: 2, "neither a wheel nor an sdist")
    try expectRefusal(["tmp"], status: 1, "no wheel and no sdist")
    try expectRefusal(["/dev/null"], status: 2, "neither a wheel nor an sdist")
  }

  @Test func filesOfTwoReleases() throws {
    _ = try SignedRelease(
      in: workplace, version: "1.0.1", folder: "other", simulator: release.simulator)
    try expectRefusal(
      ["dist", "other"], status: 2, "different releases", "greeting 1.0.0", "greeting 1.0.1")
    _ = try SignedRelease(
      in: workplace, folder: "same", content: "else", simulator: release.simulator)
    try expectRefusal(["dist", "same"], status: 2, "one name and different contents")
  }

  // The attestations.

  @Test func noPolicy() throws {
    try expectRefusal(trust: [], status: 2, "there is no policy", "help: name one by --policy")
    try expectRefusal(trust: ["--policy", "absent.toml"], status: 1, "absent.toml")
  }

  @Test func noAttestations() throws {
    try remove("dist/\(sdist).publish.attestation")
    try expectRefusal(status: 3, "an attestation that the policy requires is missing")
    try remove("dist/\(sdist).slsa.attestation")
    try expectRefusal(status: 3, "HM0217", "--no-attestations")
  }

  @Test func attestationsOfAnotherInstance() throws {
    try workplace.write("root.json", try TrustSimulator().trustedRoot().json.compactText)
    try expectRefusal(status: 3, "nothing was sent")
  }

  @Test func attestationsOfAnotherFile() throws {
    let other = try release.attestation(of: sdist, PredicateType.publish)
    try workplace.write("dist/\(wheel).publish.attestation", other.json.compactText)
    try expectRefusal(status: 3, "error[HM")
  }

  /// Somebody else's evidence beside good evidence, which `hallmark verify` would only ignore.
  @Test(arguments: [".sigstore.json", ".attestation", ".provenance", ".intoto.jsonl"])
  func foreignAttestations(_ suffix: String) throws {
    var stranger = SimulatedRun.gitHub
    stranger.name =
      "https://github.com/evil/greeting/.github/workflows/release.yml@refs/tags/v1.0.0"
    for (claim, text) in stranger.claims {
      stranger.claims[claim] = text.replacingOccurrences(of: "/acme", with: "/evil")
    }
    let attestation = try release.attestation(of: wheel, PredicateType.publish, as: stranger)
    let text =
      switch suffix {
      case ".attestation": attestation.json.compactText
      case ".provenance":
        #"{"version":1,"attestation_bundles":[{"publisher":{"kind":"Google","email":"a@b.example"},"#
          + #""attestations":[\#(attestation.json.compactText)]}]}"#
      default: attestation.bundle.json.compactText
      }
    try workplace.write("dist/\(wheel)\(suffix)", text)
    try expectRefusal(status: 3, "foreign evidence is beside `\(wheel)`", suffix)
    let verify = try workplace.hallmark(["verify", "dist/\(wheel)"] + release.trust)
    #expect(verify.status == 0, "\(verify)")
  }

  @Test func evidenceOfAFileThatIsNotThere() throws {
    try rename("dist/\(sdist)", sdist)
    try expectRefusal(status: 3, "evidence about a file that is not published here")
    try expectRefusal(
      ["dist/\(wheel)", "dist/\(sdist).slsa.attestation"], status: 3, "is not published here")
  }

  @Test func unreadableEvidence() throws {
    for text in ["", "{", "\u{0}", #"{"version":2}"#] {
      try workplace.write("dist/\(wheel).attestation", text)
      try expectRefusal(status: 3, "evidence of `\(wheel)` is not readable", "HM0201")
    }
  }

  // The right to publish.

  @Test func noIdentity() throws {
    let outcome = try release.publish(to: index, environment: [:])
    #expect(outcome.status == 6, "\(outcome)")
    #expect(outcome.errors.contains("no identity was found"), "\(outcome)")
    let job = try release.publish(to: index, environment: ["GITHUB_ACTIONS": "true"])
    #expect(job.status == 6, "\(job)")
    #expect(job.errors.contains("id-token: write"), "\(job)")
    #expect(try index.state().files.isEmpty)
  }

  /// A token for another service is not sent to this one.
  @Test func anIdentityTokenOfAnotherAudience() throws {
    try workplace.write("token", PlainToken.text(["aud": "sigstore"]))
    let outcome = try release.publish(
      to: index, ["--identity-token-file", "token"], environment: [:])
    #expect(outcome.status == 4, "\(outcome)")
    #expect(outcome.errors.contains("`sigstore`"), "\(outcome)")
    #expect(try index.state().calls["mint"] == nil)
    try workplace.write("token", PlainToken.text(["aud": "faulty", "jti": "1"]))
    let good = try release.publish(to: index, ["--identity-token-file", "token"], environment: [:])
    #expect(good.status == 0, "\(good)")
  }

  @Test(arguments: [
    "", "no token", "a.b", "a.b.c.d", "\u{7f}.\u{7f}.\u{7f}", "e30.e30.e30",
    String(repeating: "a", count: 100_000),
  ])
  func malformedIdentityTokens(_ token: String) throws {
    let index = try FaultyIndex(.init(token: token), in: workplace)
    let outcome = try release.publish(to: index)
    #expect([4, 6].contains(outcome.status), "\(outcome)")
    #expect(outcome.errors.contains("error: "), "\(outcome)")
    #expect(token.utf8.count < 5 || !outcome.errors.contains(token), "\(outcome)")
    #expect(try index.state().files.isEmpty)
  }

  /// Two hours old, or for two hours ahead.
  @Test(arguments: [-7200, 7200])
  func identityTokensOfAnotherTime(_ seconds: Int) throws {
    let now = Int(Date().timeIntervalSince1970) + seconds
    let index = try FaultyIndex(
      .init(
        claims: ["iat": now, "nbf": now, "exp": now + 300],
        faults: seconds > 0
          ? [PublishFaultTests.refusal("invalid-token", "malformed or invalid token")] : []),
      in: workplace)
    let outcome = try release.publish(to: index)
    #expect(outcome.status == 4, "\(outcome)")
    #expect(outcome.errors.contains("clock"), "\(outcome)")
    #expect(try index.state().files.isEmpty)
  }

  /// The index says when it refused, so that a wrong clock is found.
  @Test(arguments: [(-7200, "2 h 0 min ahead of"), (7200, "2 h 0 min behind")])
  func aClockThatIsOff(_ skew: Int, _ words: String) throws {
    let index = try FaultyIndex(
      .init(
        skew: skew,
        faults: [PublishFaultTests.refusal("invalid-token", "malformed or invalid token")]),
      in: workplace)
    let outcome = try release.publish(to: index)
    #expect(outcome.status == 4, "\(outcome)")
    #expect(
      outcome.errors.contains("this machine's clock is \(words)")
        || outcome.errors.contains("this machine's clock is 1 h 59 min"), "\(outcome)")
  }

  /// An expiry that is long past by this machine's clock: the token is used for as long as a token
  /// is good at least.
  @Test(arguments: [-7200, 7200 * 12])
  func expiryOfAnotherClock(_ lifetime: Int) throws {
    let index = try FaultyIndex(.init(lifetime: lifetime), in: workplace)
    let outcome = try release.publish(to: index)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try index.state().minted == 1)
  }

  @Test func nobodyIsThere() throws {
    let outcome = try workplace.hallmark(
      ["publish", "dist", "--index", "http://127.0.0.1:1/legacy/"] + release.trust,
      environment: index.jobEnvironment)
    #expect(outcome.status == 6, "\(outcome)")
    #expect(outcome.errors.contains("connection refused"), "\(outcome)")
  }

  // Stored tokens.

  @Test func aStoredToken() throws {
    try workplace.write("token", " stored-token\n")
    let outcome = try release.publish(to: index, ["--token-file", "token"], environment: [:])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.errors.contains("warning: a stored token is used"), "\(outcome)")
    #expect(outcome.errors.contains("not uploaded"), "\(outcome)")
    try release.expectPublished(at: index)
    #expect(try index.state().minted == 0)
    #expect(!index.log.contains("identity"))
  }

  @Test func aWrongStoredToken() throws {
    try workplace.write("token", "wrong-token")
    let outcome = try release.publish(to: index, ["--token-file", "token"], environment: [:])
    #expect(outcome.status == 4, "\(outcome)")
    #expect(!outcome.errors.contains("wrong-token"), "\(outcome)")
    #expect(try index.state().files.isEmpty)
  }

  @Test(arguments: ["", "two\nlines", "Z\u{e4}", "a b", "\u{0}"])
  func whatIsNoToken(_ text: String) throws {
    try workplace.write("token", text)
    try expectRefusal(["dist"], ["--token-file", "token"], status: 1, "does not hold a token")
  }

  // The command line.

  @Test(arguments: [
    ["--index", "pypi.example"], ["--index", "http://example.org/legacy/"],
    ["--index", "https://example.org/upload"], ["--index", "ftp://example.org/legacy/"],
    ["--index", "https://upload.pypi.org/other/"], ["--index", "https://u:p@example.org/legacy/"],
    ["--patience", "-1"], ["--audience", ""], ["--index", "pypi", "--audience", "testpypi"],
    ["--audience", "a", "--token-file", "b"], ["--token", "SECRET"],
    ["--index", "https://example.org/legacy/", "--audience", "PyPI"],
  ])
  func wrongUsage(_ options: [String]) throws {
    let outcome = try workplace.hallmark(["publish", "dist"] + release.trust + options)
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains("error: "), "\(outcome)")
    #expect(!outcome.errors.contains("u:p@"), "\(outcome)")
  }
}
