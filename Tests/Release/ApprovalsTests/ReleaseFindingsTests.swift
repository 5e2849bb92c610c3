// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Testing
import Verification

@testable import Approvals

@Suite struct ReleaseFindingsTests {
  static let files = [
    Subject(name: "greeting-1.0.0-py3-none-any.whl", sha256: SHA256Hash(hashing: [1])),
    Subject(name: "greeting-1.0.0.tar.gz", sha256: SHA256Hash(hashing: [2])),
  ]
  private static let policy = SHA256Hash(hashing: [9])

  private static func finding(
    _ question: ReleaseQuestion, _ answer: ReleaseFinding.Answer = .yes, file: String? = nil,
    status: Verification.ExitStatus = .undecided
  ) -> ReleaseFinding {
    ReleaseFinding(
      question, file: file, answer, by: "a look", found: "something", help: "do something",
      unknownBecause: status)
  }

  private static func findings(
    _ list: [ReleaseFinding], files: [Subject] = files, policy: SHA256Hash? = policy
  ) -> ReleaseFindings {
    ReleaseFindings(
      phase: .before, project: "greeting", version: "1.0.0", tag: "v1.0.0", commit: "abc",
      policy: policy, files: files, findings: list)
  }

  private static func bytes(_ findings: ReleaseFindings) -> [UInt8] {
    Array(findings.json.compactText.utf8)
  }

  private static let good = findings([
    finding(.tagSigned), finding(.tagVersion), finding(.rebuilt, file: files[0].name),
    finding(.rebuilt, file: files[1].name),
  ])

  @Test(arguments: ReleaseQuestion.allCases, ReleaseFinding.Answer.allCases)
  func `each answer has its status and is read as it was written`(
    question: ReleaseQuestion, answer: ReleaseFinding.Answer
  ) throws {
    let made = Self.findings([Self.finding(question, answer)])
    let expected: Verification.ExitStatus =
      switch answer {
      case .yes: .done
      case .no: question.statusOfNo
      case .unknown: .undecided
      }
    #expect(made.status == expected)
    #expect(made.findings[0].help == (answer == .yes ? nil : "do something"))
    #expect(try ReleaseFindings(parsing: Self.bytes(made)) == made)
    #expect(!question.text.isEmpty)
  }

  @Test func `the worst answer counts, and no question is no yes`() {
    let no = Self.finding(.tagSigned, .no)
    let differs = Self.finding(.rebuilt, .no)
    let refused = Self.finding(.attested, .unknown, status: .authenticationRefused)
    let unknown = Self.finding(.rebuilt, .unknown)
    #expect(Self.findings([unknown, refused, differs, no]).status == .rejected)
    #expect(Self.findings([unknown, refused, differs]).status == .differs)
    #expect(Self.findings([unknown, refused]).status == .authenticationRefused)
    #expect(Self.findings([unknown, Self.finding(.tagSigned)]).status == .undecided)
    #expect(Self.finding(.attested, .unknown, status: .done).status == .undecided)
    #expect(Self.findings([]).status == .undecided)
    #expect(Self.good.status == .done)
  }

  @Test(arguments: [
    ("verify-release/v1", "verify-release/v2"), ("\"before\"", "\"later\""),
    ("\"answer\":\"yes\"", "\"answer\":\"no\""), ("\"answer\":\"yes\"", "\"answer\":\"maybe\""),
    ("\"tag-signed\"", "\"tag-sealed\""), ("\"status\":0", "\"status\":3"),
    ("\"sha256\":\"", "\"sha256\":\"x"), ("\"tag\":\"v1.0.0\"", "\"tag\":1"),
    ("\"found\":", "\"lost\":"),
  ])
  func `a document that contradicts itself is refused`(old: String, new: String) throws {
    let text = String(decoding: Self.bytes(Self.good), as: UTF8.self)
    let changed = text.replacing(old, with: new)
    #expect(changed != text)
    #expect(throws: DocumentError.self) { try ReleaseFindings(parsing: Array(changed.utf8)) }
  }

  @Test func `a report about these files, all yes, is what is signed`() throws {
    let bytes = Self.bytes(Self.good)
    let verified = try ReleaseVerified(
      Self.good, bytes: bytes, about: Self.files.reversed(), under: Self.policy)
    #expect(verified.questions == ["tag-signed", "tag-version", "rebuilt"])
    #expect(verified.report == SHA256Hash(hashing: bytes))
    var statement = ApprovalCase().statement
    statement = ApprovalStatement(
      approver: "author", time: statement.time, policy: statement.policy,
      release: statement.release, previous: nil, verified: verified)
    let payload = try statement.statement.payload()
    #expect(try ApprovalStatement(parsing: payload) == statement)
    let text = String(decoding: payload, as: UTF8.self)
    for (old, new) in [
      ("\"report\":{", "\"report\":{\"extra\":1,"), ("\"tag\":", "\"extra\":1,\"tag\":"),
      ("\"report\":{\"sha256\":\"", "\"report\":{\"sha256\":\"x"),
      ("\"questions\":[", "\"questions\":[1,"),
    ] {
      let changed = text.replacing(old, with: new)
      #expect(changed != text)
      #expect(throws: DocumentError.self) { try ApprovalStatement(parsing: Array(changed.utf8)) }
    }
  }

  @Test func `any other report is refused`() {
    func problem(
      _ findings: ReleaseFindings, about files: [Subject] = Self.files,
      under policy: SHA256Hash = Self.policy
    ) -> ReleaseVerified.Problem? {
      do throws(ReleaseVerified.Problem) {
        _ = try ReleaseVerified(
          findings, bytes: Self.bytes(findings), about: files, under: policy)
        return nil
      } catch {
        return error
      }
    }
    #expect(problem(Self.good) == nil)
    #expect(problem(Self.findings(Self.good.findings, policy: nil)) == nil)
    for missing in 1..<Self.good.findings.count {
      var findings = Self.good.findings
      let left = findings.remove(at: missing)
      #expect(
        problem(Self.findings(findings))
          == .notAsked(question: left.question.text, file: left.file))
    }
    for answer in [ReleaseFinding.Answer.no, .unknown] {
      let made = Self.findings(Self.good.findings + [Self.finding(.attested, answer)])
      guard case .notYes? = problem(made) else {
        Issue.record("\(answer)")
        continue
      }
    }
    let changed = [Self.files[0], Subject(name: Self.files[1].name, sha256: Self.policy)]
    let renamed = [Self.files[0], Subject(name: "x", sha256: SHA256Hash(hashing: [2]))]
    for files in [[Self.files[0]], Self.files + [Self.files[0]], changed, renamed, []] {
      #expect(problem(Self.good, about: files) == .otherFiles)
    }
    #expect(problem(Self.findings([])) == .otherFiles)
    #expect(problem(Self.good, under: SHA256Hash(hashing: [8])) == .otherPolicy)
  }
}
