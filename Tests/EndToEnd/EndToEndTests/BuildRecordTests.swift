// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport
import Testing

/// The record of a build as what goes into a forge's provenance, and records that are not right.
struct BuildRecordTests {
  private let workplace: Workplace
  private let instance: SimulatedInstance
  private let wheel: String

  init() throws {
    workplace = try Workplace()
    instance = try SimulatedInstance(in: workplace)
    wheel = try SigningStack.wheels(1, in: workplace)[0]
  }

  private var name: String { (wheel as NSString).lastPathComponent }

  /// A record of a build that made the wheel from a commit.
  private func record(_ commit: String) throws -> String {
    let digest = SHA256Hash(hashing: try TestData.read(wheel)).hexadecimal
    let some = String(repeating: "7", count: 64)
    return """
      {"format":"hallmark-build/1","project":{"name":"sample","version":"1.0"},
       "source":{"commit":"\(commit)","ref":"refs/tags/v1.0","subfolder":"","isDirty":false},
       "sourceDateEpoch":1700000000,
       "startedOn":"2026-11-28T12:00:00Z","finishedOn":"2026-11-28T12:01:00Z",
       "builder":{"hallmark":"1","uv":"0.13.8","architecture":"x86_64","sandbox":null,
        "interpreter":{"implementation":"cpython","version":"3.13.1","sha256":"\(some)"}},
       "backend":"hatchling.build","generator":null,"lock":null,
       "steps":[{"wheels":[{"name":"hatchling-1.27.0-py3-none-any.whl","sha256":"\(some)"}]}],
       "check":{"result":"identical","varied":[],"samePath":[]},
       "files":[{"name":"\(name)","sha256":"\(digest)","size":1,"origin":"built"}]}
      """
  }

  private func attest(_ claims: [String: Any], _ text: String?) throws -> Program.Outcome {
    if let text { try workplace.write("record.json", text) }
    return try workplace.hallmark([
      "attest", wheel, "--predicate", "slsa", "--build-record", workplace("record.json"),
      "--trust-config", instance.trustConfig("v1"), "--identity-token-file",
      try instance.token(claims),
    ])
  }

  private func dependencies() throws -> [JSONNode] {
    let payload = try JSONNode(parsing: TestData.read("\(wheel).sigstore.json"))
      .required("dsseEnvelope").required("payload").bytes()
    return try JSONNode(parsing: payload).required("predicate").required("buildDefinition")
      .required("resolvedDependencies").array(limit: 10)
  }

  @Test func `GitHub's provenance has the build's materials after its source`() throws {
    let claims = SimulatedInstance.gitHub
    let commit = try #require(claims["sha"] as? String)
    let outcome = try attest(claims, try record(commit))
    #expect(outcome.status == 0, "\(outcome)")
    let found = try dependencies()
    #expect(
      try found.map { try $0.required("uri").string() } == [
        "git+https://github.com/acme/sample@refs/tags/v1.0",
        "pkg:pypi/hatchling@1.27.0?file_name=hatchling-1.27.0-py3-none-any.whl",
        "pkg:generic/cpython@3.13.1",
      ])
    #expect(
      try found.first?.required("digest").required("gitCommit").string() == commit)
    for material in found.dropFirst() {
      #expect(
        try material.required("digest").required("sha256").string()
          == String(repeating: "7", count: 64))
    }
    let policy = try workplace.write(
      "hallmark.toml",
      """
      [[publisher]]
      kind = "GitHub"
      repository = "acme/sample"
      workflow = "release.yml"
      require = ["provenance"]
      """)
    let verified = try workplace.hallmark([
      "verify", wheel, "--trusted-root", instance.trustedRoot, "--policy", policy,
    ])
    #expect(verified.status == 0, "\(verified)")
  }

  @Test func `GitLab's provenance stays as it is`() throws {
    let claims = SimulatedInstance.gitLab
    let outcome = try attest(claims, try record(try #require(claims["sha"] as? String)))
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try dependencies().count == 1)
  }

  @Test func `a record of other files, of another commit, or none at all signs nothing`() throws {
    let hub = SimulatedInstance.gitHub
    let commit = try #require(hub["sha"] as? String)
    let good = try record(commit)
    let digest = SHA256Hash(hashing: try TestData.read(wheel)).hexadecimal
    let missing = try attest(hub, nil)
    #expect(missing.status == 1, "\(missing)")
    for (text, status, words) in [
      (good.replacingOccurrences(of: digest, with: String(repeating: "8", count: 64)), 5, name),
      (good.replacingOccurrences(of: name, with: "other-1.0-py3-none-any.whl"), 5, name),
      (try record(String(repeating: "0", count: 40)), 5, "another commit"),
      (good.replacingOccurrences(of: ":false}", with: ":true}"), 5, "with changes"),
      (good.replacingOccurrences(of: "\"commit\":\"\(commit)\",", with: ""), 5, "without a commit"),
      ("", 1, "build record cannot be used"), ("{}", 1, "build record cannot be used"),
      ("[]", 1, "build record cannot be used"), ("no record", 1, "build record cannot be used"),
      (good.replacingOccurrences(of: "build/1", with: "build/2"), 1, "hallmark-build/1"),
      (good.replacingOccurrences(of: "steps", with: "stops"), 1, "steps"),
      (good.replacingOccurrences(of: "isDirty", with: "dirty"), 1, "isDirty"),
      (good.replacingOccurrences(of: "hatchling-1.27.0-", with: "x"), 1, "name of a wheel"),
      (good.replacingOccurrences(of: digest, with: "00"), 1, "64 lower-case"),
    ] as [(String, Int32, String)] {
      #expect(text != good)
      let outcome = try attest(hub, text)
      #expect(outcome.status == status, "\(outcome)")
      #expect(outcome.errors.contains(words), "\(outcome)")
      #expect(outcome.errors.contains("help:"), "\(outcome)")
    }
    let lab = try attest(SimulatedInstance.gitLab, good)
    #expect(lab.status == 5, "\(lab)")
    #expect(lab.errors.contains("another commit"), "\(lab)")
    #expect(workplace.names(in: "dist") == [name])
  }
}
