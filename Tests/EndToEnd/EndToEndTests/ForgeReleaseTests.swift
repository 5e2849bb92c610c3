// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Assets at a forge, gated together with the index, by the program.
struct ForgeReleaseTests {
  private let place: StagedPlace
  private let forge: SimulatedForge

  init() throws {
    place = try StagedPlace()
    forge = try SimulatedForge()
  }

  private func environment(_ kind: String) -> [String: String] {
    kind == "--github"
      ? ["GITHUB_API_URL": forge.url, "GH_TOKEN": SimulatedForge.token]
      : ["CI_API_V4_URL": forge.url, "CI_JOB_TOKEN": SimulatedForge.token]
  }

  private func publish(_ kind: String, _ more: String...) throws -> Program.Outcome {
    let announcement = place.stack.announcement
    return try place.workplace.hallmark(
      [
        "publish", place.workplace("out"), "--policy", place.workplace("policy.toml"), "--index",
        "\(place.stack.url)/legacy/", "--trusted-root", announcement.trustedRoot, "--tls-ca",
        announcement.tlsCA, "--json", kind, "acme/greeting", "--tag", "v1", "--patience", "2",
      ] + more, environment: place.job.merging(environment(kind)) { $1 })
  }

  /// The names that the public sees at the forge.
  private var visible: Set<String> {
    Set(
      forge.releases.filter { !$0.isDraft }.flatMap { $0.assets.map(\.name) + $0.links.keys })
  }

  @Test(arguments: ["--github", "--gitlab"])
  func bothOrNeither(kind: String) throws {
    let attested = try place.release("--until", "attest")
    try #require(attested.status == 0, "\(attested)")
    let document = try place.document(attested)
    let names = Set(document.files.map(\.filename) + document.evidence)

    // A dry run sends nothing anywhere.
    let dry = try publish(kind, "--dry-run")
    #expect(dry.status == 0, "\(dry)")
    #expect(forge.writes == [])

    // The forge refuses: nothing is at the index.
    forge.fault = { _, request in
      request.method == "POST" || request.method == "PUT"
        ? .init(403, #"{"message":"Resource not accessible by integration"}"#) : nil
    }
    let refused = try publish(kind)
    #expect(refused.status == 4, "\(refused)")
    #expect(refused.errors.contains("nothing was uploaded"), "\(refused)")
    #expect(try place.listed() == [:])
    #expect(visible == [])

    // The index refuses, because the identity is another project's: nothing is public at the forge.
    forge.fault = nil
    let other = try StagedPlace.job(of: "salute", at: place.stack)
    let wrong = try place.workplace.hallmark(
      [
        "publish", place.workplace("out"), "--policy", place.workplace("policy.toml"), "--index",
        "\(place.stack.url)/legacy/", "--trusted-root", place.stack.announcement.trustedRoot,
        "--tls-ca", place.stack.announcement.tlsCA, kind, "acme/greeting", "--tag", "v1",
      ], environment: other.merging(environment(kind)) { $1 })
    #expect(wrong.status == 4, "\(wrong)")
    #expect(visible == [])
    #expect(forge.writes.count { !$0.contains("PUT") } <= 1)

    // The forge fails at the last step: the program says what is out, and the same command ends it.
    forge.fault = { _, request in
      request.method == "PATCH"
        || (request.method == "POST" && request.path.hasPrefix("/projects/"))
        ? .init(500, #"{"message":"Server Error"}"#) : nil
    }
    let half = try publish(kind)
    #expect(half.status == 6, "\(half)")
    #expect(half.errors.contains("the release is public there"), "\(half)")
    #expect(half.errors.contains("run the same command again"), "\(half)")
    #expect(
      half.errors.contains(kind == "--github" ? "a draft with" : "which no release points to"),
      "\(half)")
    #expect(try place.listed().count == 2)
    #expect(visible == [])

    forge.fault = nil
    let uploads = forge.writes.count { $0.hasPrefix("PUT") || $0.contains("?name=") }
    let whole = try publish(kind)
    #expect(whole.status == 0, "\(whole)")
    #expect(visible == names)
    #expect(
      forge.writes.count { $0.hasPrefix("PUT") || $0.contains("?name=") } == uploads,
      "uploaded twice")
    for outcome in [dry, refused, wrong, half, whole] {
      #expect(!(outcome.output + outcome.errors).contains(SimulatedForge.token))
    }
  }

  @Test func theTagMustBeTheCommitThatWasBuilt() throws {
    let arguments = place.arguments(["--github", "acme/greeting", "--tag", "v1"])
    let outcome = try place.workplace.hallmark(
      arguments, environment: place.job.merging(environment("--github")) { $1 })
    #expect(outcome.status == 5, "\(outcome)")
    #expect(outcome.errors.contains("is not the commit that was built"), "\(outcome)")
    #expect(try place.listed() == [:])
    #expect(forge.writes == [])
    #expect(try place.finished() == ["build", "attest", "approve"])
  }

  @Test func withoutATokenNothingBegins() throws {
    let outcome = try place.workplace.hallmark(
      place.arguments(["--github", "acme/greeting", "--tag", "v1"]), environment: place.job)
    #expect(outcome.status == 4, "\(outcome)")
    #expect(outcome.errors.contains("there is no token for GitHub"), "\(outcome)")
    #expect(place.workplace.names(in: "out") == [])
  }
}
