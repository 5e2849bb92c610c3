// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Foundation
import TestSupport
import Testing

extension SigningStackTests {
  /// Lines that are added to evidence, and statements of rebuilders.
  struct Append {
    let stack: SigningStack
    let workplace: Workplace
    let wheels: [String]

    init() throws {
      stack = try SigningStack.shared()
      workplace = try Workplace()
      wheels = try SigningStack.wheels(2, in: workplace)
      try workplace.write("scan.json", #"{"clean":true}"#)
      try workplace.write("other.json", #"{"more":1}"#)
    }

    private var shared: String { workplace("dist/multiple.intoto.jsonl") }

    private func attest(_ options: [String]) throws -> Program.Outcome {
      try stack.hallmark(["attest"] + options + stack.instance, in: workplace)
    }

    private static let scan = ["--predicate", "https://example.org/scan/v1=scan.json"]

    @Test func `a line is added and the others stay, byte by byte`() throws {
      let first = try attest([wheels[0], "--together"] + Self.scan)
      #expect(first.status == 0, "\(first)")
      let before = try TestData.read(shared)
      let late = [wheels[1], "--together", "--append"] + Self.scan
      let second = try attest(late)
      #expect(second.status == 0, "\(second)")
      #expect(second.errors.contains("gh attestation verify"), "\(second)")
      let after = try TestData.read(shared)
      #expect(Array(after.prefix(before.count)) == before)
      #expect(after.split(separator: UInt8(ascii: "\n")).count == 2)
      for wheel in wheels {
        let verdict = try stack.verify(
          wheel, in: workplace, ["--predicate-type", "https://example.org/scan/v1"])
        #expect(verdict.status == 0, "\(verdict)")
      }
      // Once more: it is there already.
      let third = try attest(late)
      #expect(third.status == 0, "\(third)")
      #expect(try TestData.read(shared) == after)
      // A file without a line break at its end gets one, and stays otherwise.
      try Data(after.dropLast()).write(to: URL(fileURLWithPath: shared))
      let fourth = try attest(
        [wheels[1], "--together", "--append", "--predicate", "https://example.org/b/v1=other.json"])
      #expect(fourth.status == 0, "\(fourth)")
      #expect(Array(try TestData.read(shared).prefix(after.count)) == after)
    }

    @Test(arguments: ["hello\n", "{}\n", "[1]\n"])
    func `a file that is no list of bundles is not touched`(text: String) throws {
      try workplace.write("dist/multiple.intoto.jsonl", text)
      let outcome = try attest([wheels[0], "--together", "--append"] + Self.scan)
      #expect(outcome.status == 5, "\(outcome)")
      #expect(try TestData.read(shared) == Array(text.utf8))
      #expect(!workplace.names(in: "dist").contains { $0.hasSuffix(".partial") })
    }

    @Test func `a late file that lacks what others have is told`() throws {
      #expect(
        try attest([wheels[0], "--predicate", "https://example.org/b/v1=other.json"]).status == 0)
      let late = try attest([wheels[1], "--append"] + Self.scan)
      #expect(late.status == 0, "\(late)")
      #expect(late.errors.contains("lacks statements"), "\(late)")
      #expect(late.errors.contains("https://example.org/b/v1"), "\(late)")
    }

    @Test(arguments: [
      ["--append", "--overwrite", "--predicate", "https://example.org/a=scan.json"],
      ["--append"], ["--append", "--predicate", "publish"],
      ["--rebuild", "report.json", "--predicate", "publish"],
      ["--rebuild", "report.json", "--together"], ["--rebuild", "report.json", "--overwrite"],
      ["--build-record", "x.json", "--predicate", "publish"],
    ])
    func `options that contradict each other are refused`(options: [String]) throws {
      #expect(try attest([wheels[0]] + options).status == 2)
    }

    private static let lock = String(repeating: "5", count: 64)

    private func report(_ verdict: String, _ comparison: String) throws -> String {
      let digest = try Program(path: "/usr/bin/sha256sum").run([wheels[0]]).output.prefix(64)
      return """
        {"schema":"hallmark.reproduce/v1","status":0,"verdict":"\(verdict)","finishedOn":"2026-11-28T12:00:00Z","from":"git","source":"here",
         "tag":"v1","commit":"abc","commitAttested":false,"files":[
          {"filename":"\((wheels[0] as NSString).lastPathComponent)","sha256":"\(digest)",
           "verdict":"\(verdict)","isSource":false,"inferred":[],"attempts":1,"milliseconds":1,
           "python":"3.13.1","environment":["hatchling==1.33.0"],
           "lock":{"sha256":"\(Self.lock)"}\(comparison
             .replacingOccurrences(of: "DIGEST", with: String(digest)))}]}
        """
    }

    @Test func `what a rebuild found is stated, whatever it is, and counted`() throws {
      try workplace.write(
        "policy.toml",
        """
        [[publisher]]
        kind = "Sigstore"
        issuer = "\(stack.stack.url)"
        identity = "\(stack.subject)"
        [[rebuilder]]
        name = "itself"
        kind = "Sigstore"
        issuer = "\(stack.stack.url)"
        identity = "\(stack.stack.subject(of: "rebuilder"))"
        """)
      #expect(try attest([wheels[0]]).status == 0)
      let other = String(repeating: "0", count: 64)
      let reports = [
        (
          "different",
          #","comparison":{"rebuilt":{"sha256":"\#(other)"},"differences":[{"title":"member times"}]}"#
        ),
        ("identical", #","comparison":{"rebuilt":{"sha256":"DIGEST"},"differences":[]}"#),
      ]
      func verify(_ count: String) throws -> Program.Outcome {
        try workplace.hallmark([
          "verify", wheels[0], "--policy", "policy.toml", "--trusted-root",
          stack.stack.announcement.trustedRoot, "--require-rebuilders", count, "--json",
        ])
      }
      let none = try verify("1")
      #expect(none.status == 3, "\(none)")
      #expect(try JSONSchema("verify-v1.json").problems(in: none.output) == [])
      #expect(try verify("2").status == 2)
      for (index, (verdict, comparison)) in reports.enumerated() {
        try workplace.write("report.json", try report(verdict, comparison))
        let stated = try stack.hallmark(
          ["attest", wheels[0], "--rebuild", "report.json"] + stack.instance, in: workplace,
          project: "rebuilder")
        #expect(stated.status == 0, "\(stated)")
        let lines = try TestData.read("\(wheels[0]).rebuild.jsonl")
          .split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == index + 1)
        let statement = try JSONNode(parsing: Array(try #require(lines.last)))
          .required("dsseEnvelope").required("payload").bytes()
        let environment = try JSONNode(parsing: statement).required("predicate")
          .required("environment")
        #expect(try environment.required("python").string() == "3.13.1")
        #expect(try environment.required("lock").required("sha256").string() == Self.lock)
        // The log's clock tells seconds.
        if index == 0 { sleep(1) }
        let counted = try verify("1")
        #expect(counted.status == (verdict == "identical" ? 0 : 3), "\(counted)")
        #expect(
          counted.output.contains(verdict == "identical" ? #""vouching":[{"# : #""negative":[{"#),
          "\(counted)")
      }
      for (verdict, comparison) in [
        ("identical", reports[0].1), ("identical", ""), ("cannot-rebuild", reports[1].1),
        ("odd", reports[0].1),
      ] {
        try workplace.write("report.json", try report(verdict, comparison))
        let refused = try attest([wheels[0], "--rebuild", "report.json"])
        #expect(refused.status == 1, "\(refused)")
      }
      try workplace.write("report.json", try report("identical", reports[1].1))
      #expect(try attest([wheels[1], "--rebuild", "report.json"]).status == 5)
    }
  }
}
