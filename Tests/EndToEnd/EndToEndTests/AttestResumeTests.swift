// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension SigningStackTests {
  /// A run that is stopped, and what is there already.
  struct Resuming {
    let stack: SigningStack
    let workplace: Workplace

    init() throws {
      stack = try SigningStack.shared()
      workplace = try Workplace()
    }

    private func contents(_ names: [String]) throws -> [String: [UInt8]] {
      try Dictionary(
        uniqueKeysWithValues: names.map { ($0, try TestData.read(workplace("dist/\($0)"))) })
    }

    /// Killed in the middle of twenty files; the same command completes them.
    @Test(arguments: [1, 4, 15])
    func killed(after written: Int) throws {
      let wheels = try SigningStack.wheels(20, in: workplace)
      let scan = try workplace.write("scan.json", "{}")
      let arguments =
        ["attest", "--predicate", "publish", "--predicate", "urn:example:scan=\(scan)", "--json"]
        + wheels + stack.instance
      let run = try RunningProgram(
        Program("hallmark"), arguments,
        environment: workplace.environment.merging(
          try stack.stack.jobEnvironment(project: "greeting")
        ) { $1 })
      func made() -> [String] {
        workplace.names(in: "dist").filter {
          $0.hasSuffix(".publish.attestation") || $0.hasSuffix(".intoto.jsonl")
        }.filter { !$0.hasPrefix(".") }
      }
      try run.wait(for: "\(written) files") { _ in made().count >= written }
      run.send(SIGKILL)
      try run.waitForEnd()

      // Whatever has its name is whole.
      let before = try contents(made())
      let document = try SigningDocument(of: try stack.hallmark(arguments, in: workplace))
      #expect(made().count == 40)
      #expect(try contents(Array(before.keys)) == before)
      let kept = document.targets.flatMap(\.files).filter { !$0.written }
        .map { ($0.path as NSString).lastPathComponent }
      #expect(Set(kept) == Set(before.keys))
      let leftovers = workplace.names(in: "dist").filter { $0.hasPrefix(".") }
      #expect(leftovers == [])
      for wheel in wheels { #expect(try stack.verify(wheel, in: workplace).status == 0) }

      // A third run signs nothing.
      let third = try SigningDocument(of: try stack.hallmark(arguments, in: workplace))
      #expect(third.targets.allSatisfy { $0.signatures.allSatisfy { !$0.signed } })
    }

    /// `dist/*` has the evidence of the first run in it.
    @Test func evidenceAmongTheFiles() throws {
      let wheels = try SigningStack.wheels(1, in: workplace)
      let scan = try workplace.write("scan.json", "{}")
      for predicate in ["publish", "urn:example:scan=\(scan)"] {
        let all = workplace.names(in: "dist").map { workplace("dist/\($0)") }
        let outcome = try stack.hallmark(
          ["attest", "--predicate", predicate, "--json"] + all + stack.instance, in: workplace)
        #expect(
          try SigningDocument(of: outcome).targets.map(\.name) == ["sample_0-1.0-py3-none-any.whl"])
      }
      #expect(workplace.names(in: "dist").count == 1 + 2)
      #expect(wheels.count == 1)
    }

    /// One of the two forms of a signature is made from the other.
    @Test(arguments: [".slsa.attestation", ".sigstore.json"])
    func missingHalf(suffix: String) throws {
      let wheel = try SigningStack.wheels(1, in: workplace)[0]
      let predicate = try workplace.write(
        "p.json",
        #"{"buildDefinition":{"buildType":"a:b"},"runDetails":{"builder":{"id":"a:c"}}}"#)
      let arguments =
        ["attest", wheel, "--predicate", "slsa=\(predicate)", "--json"] + stack.instance
      _ = try SigningDocument(of: try stack.hallmark(arguments, in: workplace))
      let before = try TestData.read("\(wheel)\(suffix)")
      try FileManager.default.removeItem(atPath: "\(wheel)\(suffix)")
      let document = try SigningDocument(of: try stack.hallmark(arguments, in: workplace))
      #expect(document.targets[0].signatures.map(\.signed) == [false])
      #expect(document.targets[0].files.filter(\.written).count == 1)
      #expect(try TestData.read("\(wheel)\(suffix)") == before)
    }

    /// What is in the way: another signer's, about another file, another form, no evidence at all.
    @Test(arguments: [
      "signer", "file", "signature", "garbage", "empty", "folder", "another predicate",
    ])
    func inTheWay(what: String) throws {
      let wheels = try SigningStack.wheels(2, in: workplace)
      let target = "\(wheels[0]).publish.attestation"
      let manager = FileManager.default
      func attest(_ wheel: String, project: String = "greeting") throws {
        let outcome = try stack.hallmark(
          ["attest", wheel] + stack.instance, in: workplace, project: project)
        try #require(outcome.status == 0, "\(outcome)")
      }
      switch what {
      case "signer": try attest(wheels[0], project: "stranger")
      case "file":
        try attest(wheels[1])
        try manager.copyItem(atPath: "\(wheels[1]).publish.attestation", toPath: target)
      case "signature":
        let outcome = try stack.hallmark(["sign", wheels[0]] + stack.instance, in: workplace)
        try #require(outcome.status == 0)
        try manager.moveItem(atPath: "\(wheels[0]).sigstore.json", toPath: target)
      case "another predicate":
        let file = try workplace.write("p.json", "{}")
        let outcome = try stack.hallmark(
          ["attest", wheels[0], "--predicate", "urn:example:p=\(file)"] + stack.instance,
          in: workplace)
        try #require(outcome.status == 0)
        try manager.moveItem(atPath: "\(wheels[0]).intoto.jsonl", toPath: target)
      case "folder": try manager.createDirectory(atPath: target, withIntermediateDirectories: true)
      default:
        try Data(what == "empty" ? "".utf8 : "{".utf8).write(to: URL(fileURLWithPath: target))
      }
      let before = workplace.names(in: "dist")
      let bytes = try? TestData.read(target)
      let outcome = try stack.hallmark(["attest"] + wheels + stack.instance, in: workplace)
      #expect(outcome.status == 5, "\(outcome)")
      #expect(outcome.errors.contains("is there already, and is not what would be written"))
      #expect(outcome.errors.contains("--overwrite"))
      #expect(workplace.names(in: "dist") == before)
      #expect((try? TestData.read(target)) == bytes)
      guard what != "folder" else { return }
      let replaced = try stack.hallmark(
        ["attest", "--overwrite"] + wheels + stack.instance, in: workplace)
      #expect(replaced.status == 0, "\(replaced)")
      #expect(try stack.verify(wheels[0], in: workplace).status == 0)
    }
  }
}
