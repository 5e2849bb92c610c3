// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension SigningStackTests {
  /// Every file that is made, judged by this client, sigstore-python and pypi-attestations.
  @Suite(.enabled(if: Clients.areExpected, Clients.reason))
  struct MadeFiles {
    let stack: SigningStack
    let workplace: Workplace

    init() throws {
      stack = try SigningStack.shared()
      workplace = try Workplace()
    }

    @Test func signatures() throws {
      let files = try [
        workplace.write("report.txt", "report"), workplace.write("odd name é.bin", "odd"),
      ]
      let outcome = try stack.hallmark(
        ["sign", "--json"] + files + stack.instance, in: workplace)
      let document = try SigningDocument(of: outcome)
      #expect(document.targets.count == 2)
      for file in files {
        #expect(try stack.verify(file, in: workplace).status == 0)
        let verdict = try stack.sigstore(file, bundle: "\(file).sigstore.json")
        #expect(verdict.status == 0, "\(verdict)")
      }
    }

    @Test func publishAttestations() throws {
      let wheels = try SigningStack.wheels(3, in: workplace)
      let outcome = try stack.hallmark(["attest"] + wheels + stack.instance, in: workplace)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(
        outcome.output.split(separator: "\n").map(String.init)
          == wheels.map { "\($0).publish.attestation" })
      for wheel in wheels {
        let verdict = try stack.pypiAttestations(wheel, ["\(wheel).publish.attestation"])
        #expect(verdict.output == "https://docs.pypi.org/attestations/publish/v1\n", "\(verdict)")
        #expect(try stack.verify(wheel, in: workplace).status == 0)
      }
    }

    /// Provenance from a file: an attestation object and a bundle with the same signature.
    @Test func provenanceFromAFile() throws {
      let wheel = try SigningStack.wheels(1, in: workplace)[0]
      let predicate = try workplace.write(
        "provenance.json",
        """
        {"buildDefinition":{"buildType":"urn:example:build","externalParameters":{}},
         "runDetails":{"builder":{"id":"urn:example:builder"}}}
        """)
      let outcome = try stack.hallmark(
        ["attest", wheel, "--predicate", "slsa=\(predicate)", "--json"] + stack.instance,
        in: workplace)
      let document = try SigningDocument(of: outcome)
      #expect(document.targets.map { $0.files.map(\.form) } == [["attestation", "bundle"]])
      #expect(document.targets.map(\.signatures.count) == [1])
      let verdict = try stack.pypiAttestations(wheel, ["\(wheel).slsa.attestation"])
      #expect(verdict.output == "https://slsa.dev/provenance/v1\n", "\(verdict)")
      #expect(try stack.sigstore(wheel, bundle: "\(wheel).sigstore.json").status == 0)
      #expect(try stack.verify(wheel, in: workplace).status == 0)
    }

    /// Predicates of other types, with a number that has no canonical form, are lines of one file.
    @Test func otherPredicates() throws {
      let file = try workplace.write("tool", "tool")
      let scan = try workplace.write("scan.json", #"{"score":9.8,"list":[1,{"b":1,"a":2}]}"#)
      let arguments =
        [
          "attest", file, "--predicate", "https://example.org/scan/v1=\(scan)", "--predicate",
          "urn:example:other=\(scan)", "--json",
        ] + stack.instance
      let document = try SigningDocument(of: try stack.hallmark(arguments, in: workplace))
      #expect(document.targets.map(\.signatures.count) == [2])
      let text = try String(contentsOfFile: "\(file).intoto.jsonl", encoding: .utf8)
      let lines = text.split(separator: "\n")
      #expect(lines.count == 2)
      for line in lines {
        let bundle = try workplace.write("line.json", String(line))
        #expect(try stack.sigstore(file, bundle: bundle).status == 0)
      }
      let again = try SigningDocument(of: try stack.hallmark(arguments, in: workplace))
      #expect(again.targets.allSatisfy { $0.signatures.allSatisfy { !$0.signed } })
      #expect(try String(contentsOfFile: "\(file).intoto.jsonl", encoding: .utf8) == text)
    }

    @Test func together() throws {
      let wheels = try SigningStack.wheels(3, in: workplace)
      let scan = try workplace.write("scan.json", "{}")
      let outcome = try stack.hallmark(
        ["attest", "--together", "--predicate", "urn:example:scan=\(scan)", "--json"] + wheels
          + stack.instance, in: workplace)
      let document = try SigningDocument(of: outcome)
      #expect(document.targets.map(\.subjects.count) == [3])
      for wheel in wheels {
        let verdict = try stack.sigstore(wheel, bundle: workplace("dist/multiple.intoto.jsonl"))
        #expect(verdict.status == 0, "\(verdict)")
      }
    }

    /// Lists of checksums, as text and as base64; what `sha256sum` wrote, and `hallmark hash`.
    @Test(arguments: [false, true])
    func lists(isBase64: Bool) throws {
      let wheels = try SigningStack.wheels(2, in: workplace)
      let scan = try workplace.write("scan.json", "{}")
      var list = try Program(path: "/usr/bin/env").run(
        ["sha256sum"] + wheels.map { ($0 as NSString).lastPathComponent }, in: workplace("dist")
      ).output
      if isBase64 { list = Data(list.utf8).base64EncodedString() }
      let source =
        isBase64
        ? ["--subjects-base64", list] : ["--subjects", try workplace.write("SUMS", list)]
      let outcome = try stack.hallmark(
        ["attest", "--predicate", "urn:example:scan=\(scan)", "--output-dir", workplace("new/out")]
          + source + stack.instance, in: workplace)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(workplace.names(in: "new/out") == ["multiple.intoto.jsonl"])
      for wheel in wheels {
        let verdict = try stack.sigstore(
          wheel, bundle: workplace("new/out/multiple.intoto.jsonl"))
        #expect(verdict.status == 0, "\(verdict)")
      }
    }
  }
}
