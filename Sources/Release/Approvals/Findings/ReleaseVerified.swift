// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings

/// A report of `hallmark verify-release` under which an approval is given: its digest, and what it
/// answered with yes.
package struct ReleaseVerified: Hashable, Sendable {
  /// Why a report is none to put a signature under.
  package enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// An answer is not yes.
    case notYes(question: String, file: String?, found: String)
    /// A question that it must answer is not in it.
    case notAsked(question: String, file: String?)
    /// It is about other files, or other contents of them.
    case otherFiles
    /// It was made under another policy.
    case otherPolicy

    /// One sentence.
    package var description: String {
      switch self {
      case .notYes(let question, let file, let found):
        "not every answer in it is yes: \(question)" + (file.map { " (\($0))" } ?? "") + " \(found)"
      case .notAsked(let question, let file):
        "it does not say: \(question)" + (file.map { " (\($0))" } ?? "")
      case .otherFiles: "it is about other files, or other contents of them"
      case .otherPolicy: "it was made under another version of the policy"
      }
    }
  }

  /// The SHA-256 of the report.
  package let report: SHA256Hash
  /// The tag.
  package let tag: String
  /// The commit that the tag stands for.
  package let commit: String?
  /// The questions, each once, in their order.
  package let questions: [String]

  /// Takes over a report about files.
  ///
  /// - Parameters:
  ///   - findings: the report.
  ///   - bytes: its bytes.
  ///   - files: the files that are to be approved.
  ///   - policy: the digest of the policy under which they are.
  /// - Throws: ``Problem``.
  package init(
    _ findings: ReleaseFindings, bytes: [UInt8], about files: [Subject], under policy: SHA256Hash
  ) throws(Problem) {
    if let other = findings.findings.first(where: { $0.answer != .yes }) {
      throw .notYes(question: other.question.text, file: other.file, found: other.found)
    }
    func keys(_ subjects: [Subject]) -> Set<[UInt8]> {
      Set(subjects.map { Array($0.name.utf8) + [0] + ($0.sha256?.bytes ?? []) })
    }
    guard !findings.findings.isEmpty, findings.files.count == files.count,
      keys(findings.files) == keys(files)
    else { throw .otherFiles }
    func isAnswered(_ question: ReleaseQuestion, _ file: String? = nil) -> Bool {
      findings.findings.contains { finding in
        finding.question == question
          && file.map { finding.file?.utf8.elementsEqual($0.utf8) ?? false } ?? true
      }
    }
    guard isAnswered(.tagVersion) else {
      throw .notAsked(question: ReleaseQuestion.tagVersion.text, file: nil)
    }
    for file in files where !isAnswered(.rebuilt, file.name) {
      throw .notAsked(question: ReleaseQuestion.rebuilt.text, file: file.name)
    }
    guard findings.policy == nil || findings.policy == policy else { throw .otherPolicy }
    report = SHA256Hash(hashing: bytes)
    tag = findings.tag
    commit = findings.commit
    questions = ReleaseQuestion.allCases.filter { question in
      findings.findings.contains { $0.question == question }
    }.map(\.rawValue)
  }

  init(_ node: JSONNode) throws(DocumentError) {
    try node.allowOnly(["report", "tag", "commit", "questions"])
    let report = try node.required("report")
    try report.allowOnly(["sha256"])
    let text = try report.required("sha256")
    guard let digest = SHA256Hash(hexadecimal: try text.string()) else {
      throw text.error("expected 64 lower-case hexadecimal digits")
    }
    self.report = digest
    tag = try node.required("tag").string()
    commit = try node.optional("commit")?.string()
    var questions: [String] = []
    for item in try node.required("questions").array(limit: 100) {
      questions.append(try item.string())
    }
    self.questions = questions
  }

  /// The JSON form.
  var json: JSONValue {
    var object = JSONObject([
      ("report", ["sha256": .string(report.hexadecimal)]), ("tag", .string(tag)),
    ])
    object["commit"] = commit.map { .string($0) }
    object["questions"] = .array(questions.map { .string($0) })
    return .object(object)
  }
}
