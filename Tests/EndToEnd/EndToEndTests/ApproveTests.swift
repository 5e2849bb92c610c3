// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Foundation
import PyPIAttestations
import Sigstore
import TestSupport
import Testing
import TrustSimulator

/// `hallmark approve` and what `hallmark publish` makes of approvals: with the real `ssh-keygen`.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")))
struct ApproveTests {
  let workplace: Workplace
  let release: SignedRelease

  private static let approval = "dist/greeting-1.0.0.author.approval.json"

  init() throws {
    workplace = try Workplace()
    release = try SignedRelease(in: workplace)
    for (name, type) in [("author", "ed25519"), ("backup", "ecdsa"), ("mallory", "rsa")] {
      let made = try Program(path: "/usr/bin/ssh-keygen").run([
        "-q", "-t", type, "-N", "", "-C", name, "-f", workplace(name),
      ])
      try #require(made.status == 0, "\(made)")
    }
    try writePolicy()
  }

  private func writePolicy(
    head: String = "",
    approvers: [(name: String, key: String)] = [
      ("author", "author"), ("backup", "backup"),
    ]
  ) throws {
    var text =
      head + """
        [[publisher]]
        kind = "GitHub"
        repository = "acme/greeting"
        workflow = "release.yml"
        require = ["publish", "provenance"]

        """
    for approver in approvers {
      let key = String(
        decoding: try TestData.read(workplace("\(approver.key).pub")), as: UTF8.self)
      text += "[[approver]]\nname = \"\(approver.name)\"\nkind = \"SSH\"\n"
      text += "key = \"\(key.trimmingCharacters(in: .newlines))\"\n"
    }
    try workplace.write("policy.toml", text)
  }

  private func approve(
    _ key: String? = "author", _ options: [String] = [], folder: String = "dist", yes: Bool = true
  ) throws -> Program.Outcome {
    try workplace.hallmark(
      ["approve", folder] + release.trust + (key.map { ["--ssh-key", $0] } ?? [])
        + (yes && key != nil ? ["--yes"] : []) + options)
  }

  private func list() throws -> (status: Int32, document: JSONNode) {
    let outcome = try approve(nil, ["--list", "--json"])
    #expect(try JSONSchema("approvals-v1.json").problems(in: outcome.output) == [])
    return (outcome.status, try JSONNode(parsing: Array(outcome.output.utf8)))
  }

  private func approvers(_ key: String = "approved") throws -> [String] {
    try list().document.required(key).array(limit: 9).map { node in
      if case .string(let name) = node.value { return name }
      return try node.required(key == "uncounted" ? "reason" : "approver").string()
    }
  }

  @Test func `an approval is written, counted and verified by ssh-keygen`() throws {
    let outcome = try approve()
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output == "\(Self.approval)\n")
    for text in [
      "greeting 1.0.0", "greeting-1.0.0-py3-none-any.whl", "sha256:", "publisher ", "commit ",
      "release.yml", "nothing to compare with",
    ] {
      #expect(outcome.errors.contains(text), "\(text) is not shown: \(outcome)")
    }
    #expect(try approvers() == ["author"])
    #expect(try approvers("missing") == ["backup"])
    // A second time: nothing to do.
    let bytes = try TestData.read(workplace(Self.approval))
    #expect(try approve().status == 0)
    #expect(try TestData.read(workplace(Self.approval)) == bytes)

    // By ssh-keygen alone, as the documentation says.
    let envelope = try DSSEEnvelope(JSONNode(parsing: bytes))
    #expect(envelope.keyID.hasPrefix("SHA256:"))
    let statement = String(decoding: envelope.payload, as: UTF8.self)
    #expect(try JSONSchema("approval-v1.json").problems(in: statement) == [])
    try Data(envelope.preAuthenticationEncoding).write(
      to: URL(fileURLWithPath: workplace("signed")))
    let body = Base64.encode(envelope.signature)
    try workplace.write(
      "signed.sig", "-----BEGIN SSH SIGNATURE-----\n\(body)\n-----END SSH SIGNATURE-----\n")
    let key = String(decoding: try TestData.read(workplace("author.pub")), as: UTF8.self)
    try workplace.write("signers", "author namespaces=\"hallmark.approval.v1\" \(key)")
    let verified = try Program(path: "/bin/sh").run(
      [
        "-c",
        "ssh-keygen -Y verify -f signers -I author -n hallmark.approval.v1 -s signed.sig < signed",
      ], in: workplace.path)
    #expect(verified.status == 0, "\(verified)")

    // It is no evidence for anything else.
    let asEvidence = try workplace.hallmark(
      ["verify", "dist/greeting-1.0.0.tar.gz", "--evidence", Self.approval] + release.trust)
    #expect(asEvidence.status == 3, "\(asEvidence)")
    #expect(
      try workplace.hallmark(["verify", "dist/greeting-1.0.0.tar.gz"] + release.trust).status == 0)
  }

  @Test func `every approver counts once, and --list has the policy's number`() throws {
    #expect(try approve("backup", ["--json"]).status == 0)
    try FileManager.default.copyItem(
      atPath: workplace("author.pub"), toPath: workplace("lone.pub"))
    let alone = try approve("lone.pub")
    #expect(alone.status == 1, "no agent has the key: \(alone)")
    #expect(try approvers() == ["backup"])
    #expect(try approve("author").status == 0)
    #expect(try approvers() == ["author", "backup"])
    let text = try approve(nil, ["--list"])
    #expect(text.output.contains("2 of 2 approved"), "\(text)")
    try writePolicy(head: "approvals = 2\n")
    let listed = try list()
    #expect(listed.status == 3)
    #expect(try approvers("uncounted") == ["other-policy", "other-policy"])
  }

  @Test func `nobody to ask, nobody who may, no policy`() throws {
    let refused = try approve("author", yes: false)
    #expect(refused.status == 2, "\(refused)")
    #expect(refused.errors.contains("nobody to ask"))
    let foreign = try approve("mallory")
    #expect(foreign.status == 3, "\(foreign)")
    #expect(foreign.errors.contains("not an approver's"))
    let missing = try approve("nothing")
    #expect(missing.status == 1, "\(missing)")
    let none = try workplace.hallmark(["approve", "dist", "--ssh-key", "author", "--yes"])
    #expect(none.status == 2, "\(none)")
    try writePolicy(approvers: [])
    for options in [["--list"], ["--ssh-key", "author", "--yes"]] {
      let outcome = try workplace.hallmark(["approve", "dist"] + release.trust + options)
      #expect(outcome.status == 2, "\(outcome)")
      #expect(outcome.errors.contains("names no approver"), "\(outcome)")
    }
    #expect(!FileManager.default.fileExists(atPath: workplace(Self.approval)))
  }

  @Test(arguments: ["extra", "wheel", "changed", "foreign", "symlink", "fifo", "folder", "orphan"])
  func `a folder that is not as it should be is not approved`(defect: String) throws {
    let wheel = "dist/greeting-1.0.0-py3-none-any.whl"
    let files = FileManager.default
    switch defect {
    case "extra": try workplace.write("dist/notes.txt", "hello")
    case "wheel":
      try files.copyItem(
        atPath: workplace(wheel), toPath: workplace("dist/greeting-1.0.0-1-py3-none-any.whl"))
    case "changed":
      try release.attestation(
        of: "greeting-1.0.0-py3-none-any.whl", PredicateType.publish,
        digest: String(repeating: "0", count: 64)
      ).json.compactText.write(
        toFile: workplace("\(wheel).publish.attestation"), atomically: true, encoding: .utf8)
    case "foreign":
      let run = SimulatedRun(
        name: "mallory@example.com", issuer: "https://accounts.example.com", claims: [:])
      try workplace.write(
        "\(wheel).attestation",
        release.attestation(
          of: "greeting-1.0.0-py3-none-any.whl", PredicateType.publish, as: run
        ).json.compactText)
    case "symlink":
      try files.moveItem(atPath: workplace(wheel), toPath: workplace("elsewhere.whl"))
      try files.createSymbolicLink(
        atPath: workplace(wheel), withDestinationPath: workplace("elsewhere.whl"))
    case "fifo": #expect(mkfifo(workplace("dist/greeting-1.0.0-2-py3-none-any.whl"), 0o600) == 0)
    case "folder":
      try files.createDirectory(
        atPath: workplace("dist/x.approval.json"), withIntermediateDirectories: false)
    default: try workplace.write("dist/other-1.0.0.tar.gz.publish.attestation", "{}")
    }
    let outcome = try approve()
    #expect(outcome.status == 3, "\(outcome)")
    #expect(!files.fileExists(atPath: workplace(Self.approval)), "\(outcome)")
  }

  @Test func `what changed since the last release is shown`() throws {
    let next = try SignedRelease(
      in: workplace, version: "1.0.0", count: 3, folder: "next", content: "more",
      simulator: release.simulator)
    try writePolicy()
    let outcome = try approve("author", ["--previous", "dist"], folder: "next")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.errors.contains("since greeting 1.0.0"), "\(outcome)")
    #expect(outcome.errors.contains("new files"), "\(outcome)")
    #expect(next.names.count == 3)
    // An approval stands for the release that it is about.
    let back = try approve(
      "backup", ["--previous", "next/greeting-1.0.0.author.approval.json", "--json"])
    #expect(back.status == 0, "\(back)")
    #expect(try JSONSchema("approve-v1.json").problems(in: back.output) == [])
    let document = try JSONNode(parsing: Array(back.output.utf8))
    let changes = try document.required("release").required("comparison").required("changes")
    #expect(try changes.array(limit: 9).map { try $0.required("what").string() } == ["removed"])
    // What does not verify is nothing to compare with.
    for kind in ["publish", "slsa"] {
      try workplace.write("next/\(next.names[0]).\(kind).attestation", "{}")
    }
    #expect(try approve("author", ["--previous", "next"]).status == 3)
    #expect(try approve("author", ["--previous", "policy.toml"]).status == 3)
    #expect(try approve("author", ["--previous", "nothing"]).status == 1)
  }

  @Test func `publishing wants as many approvals as are demanded`() throws {
    let index = try FaultyIndex(.init(), in: workplace)
    func publish(_ options: String..., files: [String] = ["dist"]) throws -> Program.Outcome {
      try release.publish(files, to: index, Array(options))
    }
    let none = try publish("--require-approvals", "1")
    #expect(none.status == 3, "\(none)")
    #expect(none.errors.contains("too few approvals: 0 of 1"), "\(none)")
    #expect(try publish("--require-approvals", "3").status == 2)
    #expect(try publish("--require-approvals", "0").status == 2)

    try writePolicy(head: "approvals = 2\n")
    #expect(try approve("author").status == 0)
    for options in [[], ["--require-approvals", "1"]] {
      let one = try release.publish(["dist"], to: index, options)
      #expect(one.status == 3, "\(one)")
      #expect(one.errors.contains("1 of 2"), "\(one)")
    }
    // A policy that nobody named counts too, also where no attestations are asked for.
    try workplace.write(
      "config/hallmark/hallmark.toml",
      String(decoding: try TestData.read(workplace("policy.toml")), as: UTF8.self))
    let found = try release.publish(
      to: index, ["--no-attestations"], trust: [],
      environment: index.jobEnvironment.merging(["XDG_CONFIG_HOME": workplace("config")]) { $1 })
    #expect(found.status == 3, "\(found)")
    #expect(found.errors.contains("too few approvals"), "\(found)")
    #expect(try index.state().calls.isEmpty, "the index was asked")

    // A copy under another name, and one of another release, add nothing.
    let copy = String(decoding: try TestData.read(workplace(Self.approval)), as: UTF8.self)
    try workplace.write("dist/greeting-1.0.0.backup.approval.json", copy)
    #expect(try publish().status == 3)
    #expect(try approve("backup").status == 0)
    let names = workplace.names(in: "dist").map { "dist/\($0)" }
    let published = try release.publish(names, to: index)
    #expect(published.status == 0, "\(published)")
    try release.expectPublished(at: index)
  }

  @Test func `a byte that changes after the approval takes it away`() throws {
    #expect(try approve("author").status == 0)
    let again = try SignedRelease(
      in: workplace, content: "other", simulator: release.simulator)
    try writePolicy()
    #expect(again.names == release.names)
    #expect(try approvers() == [])
    #expect(try approvers("uncounted") == ["other-files"])
    let index = try FaultyIndex(.init(), in: workplace)
    let outcome = try again.publish(to: index, ["--require-approvals", "1"])
    #expect(outcome.status == 3, "\(outcome)")
    #expect(outcome.errors.contains("about other files"), "\(outcome)")
    #expect(try index.state().calls.isEmpty, "the index was asked")
  }
}
