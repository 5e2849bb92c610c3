// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings
package import Verification

/// One question about a release with its answer.
package struct ReleaseFinding: Hashable, Sendable {
  /// An answer; what is not known is no yes.
  package enum Answer: String, CaseIterable, Hashable, Sendable {
    /// It is so.
    case yes
    /// It is not.
    case no
    /// It cannot be told.
    case unknown
  }

  /// The question.
  package let question: ReleaseQuestion
  /// The file that it is about; `nil` for the release as a whole.
  package let file: String?
  /// The answer.
  package let answer: Answer
  /// By what it is answered.
  package let criterion: String
  /// What was found.
  package let found: String
  /// What a person can do.
  package let help: String?
  /// The exit status that belongs to it.
  package let status: ExitStatus

  /// Records an answer.
  ///
  /// - Parameters:
  ///   - question: the question.
  ///   - file: the file that it is about.
  ///   - answer: the answer.
  ///   - criterion: by what it is answered.
  ///   - found: what was found.
  ///   - help: what a person can do.
  ///   - unknownBecause: the status of an unknown answer, if it is not that something is missing.
  package init(
    _ question: ReleaseQuestion, file: String? = nil, _ answer: Answer, by criterion: String,
    found: String, help: String? = nil, unknownBecause: ExitStatus = .undecided
  ) {
    self.question = question
    self.file = file
    self.answer = answer
    self.criterion = criterion
    self.found = found
    self.help = answer == .yes ? nil : help
    status =
      switch answer {
      case .yes: .done
      case .no: question.statusOfNo
      case .unknown: unknownBecause == .done ? .undecided : unknownBecause
      }
  }
}

/// Every question about a release and its answer, as `hallmark verify-release --json` prints them
/// (`hallmark.verify-release/v1`, Documentation/schemas/verify-release-v1.json).
package struct ReleaseFindings: Hashable, Sendable {
  /// When it was asked.
  package enum Phase: String, CaseIterable, Hashable, Sendable {
    /// Before the release is published.
    case before
    /// After it.
    case after
  }

  /// The schema's name.
  package static let schema = "hallmark.verify-release/v1"
  /// Most bytes of a document.
  package static let sizeLimit = 16 << 20
  /// Most answers.
  package static let limit = 100_000

  /// When it was asked.
  package let phase: Phase
  /// The project.
  package let project: String
  /// The version.
  package let version: String
  /// The tag.
  package let tag: String
  /// The commit that the tag stands for; `nil` if it could not be had.
  package let commit: String?
  /// The digest of the policy's file, if one counted.
  package let policy: SHA256Hash?
  /// The files that it is about.
  package let files: [Subject]
  /// The answers.
  package let findings: [ReleaseFinding]

  /// Collects answers.
  package init(
    phase: Phase, project: String, version: String, tag: String, commit: String?,
    policy: SHA256Hash?, files: [Subject], findings: [ReleaseFinding]
  ) {
    self.phase = phase
    self.project = project
    self.version = version
    self.tag = tag
    self.commit = commit
    self.policy = policy
    self.files = files
    self.findings = findings
  }

  /// The exit status: the worst of all answers; undecided where nothing was asked.
  package var status: ExitStatus {
    findings.isEmpty ? .undecided : ExitStatus.worst(of: findings.map(\.status))
  }

  /// Reads a document.
  ///
  /// The status in it is not taken at its word, but follows from the answers.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    let node = try JSONNode(parsing: bytes, limits: JSONLimits(size: Self.sizeLimit))
    let schema = try node.required("schema")
    guard try schema.string().utf8.elementsEqual(Self.schema.utf8) else {
      throw schema.error("expected `\(Self.schema)`")
    }
    phase = try Self.word(try node.required("phase"))
    let release = try node.required("release")
    project = try release.required("project").string()
    version = try release.required("version").string()
    tag = try node.required("tag").string()
    commit = try node.optional("commit")?.string()
    policy = try node.optional("policy").map { node throws(DocumentError) in
      try Self.digest(try node.required("sha256"))
    }
    var files: [Subject] = []
    for item in try node.required("files").array(limit: ReleaseRecord.fileLimit) {
      files.append(
        Subject(
          name: try item.required("name").string(),
          sha256: try Self.digest(try item.required("sha256"))))
    }
    self.files = files
    var findings: [ReleaseFinding] = []
    for item in try node.required("findings").array(limit: Self.limit) {
      let status = try item.required("status")
      let finding = ReleaseFinding(
        try Self.word(try item.required("question")), file: try item.optional("file")?.string(),
        try Self.word(try item.required("answer")), by: try item.required("criterion").string(),
        found: try item.required("found").string(), help: try item.optional("help")?.string(),
        unknownBecause: ExitStatus(
          rawValue: Int32(clamping: try status.integer())) ?? .undecided)
      guard try status.integer() == Int64(finding.status.rawValue) else {
        throw status.error("it is not the status of the answer")
      }
      findings.append(finding)
    }
    self.findings = findings
    let status = try node.required("status")
    guard try status.integer() == Int64(self.status.rawValue) else {
      throw status.error("it is not the worst of the answers")
    }
  }

  private static func word<Word: RawRepresentable<String>>(
    _ node: JSONNode
  ) throws(DocumentError) -> Word {
    let text = try node.string()
    guard let word = Word(rawValue: text) else { throw node.error("`\(text)` is not known here") }
    return word
  }

  private static func digest(_ node: JSONNode) throws(DocumentError) -> SHA256Hash {
    guard let digest = SHA256Hash(hexadecimal: try node.string()) else {
      throw node.error("expected 64 lower-case hexadecimal digits")
    }
    return digest
  }

  /// The document.
  package var json: JSONValue {
    [
      "schema": .string(Self.schema), "status": .integer(Int64(status.rawValue)),
      "phase": .string(phase.rawValue),
      "release": ["project": .string(project), "version": .string(version)],
      "tag": .string(tag), "commit": commit.map { .string($0) } ?? .null,
      "policy": policy.map { ["sha256": .string($0.hexadecimal)] } ?? .null,
      "files": .array(
        files.map { file in
          ["name": .string(file.name), "sha256": .string(file.sha256?.hexadecimal ?? "")]
        }),
      "findings": .array(
        findings.map { finding in
          var object = JSONObject([
            ("question", .string(finding.question.rawValue)),
            ("text", .string(finding.question.text)),
            ("answer", .string(finding.answer.rawValue)),
            ("criterion", .string(finding.criterion)), ("found", .string(finding.found)),
            ("status", .integer(Int64(finding.status.rawValue))),
          ])
          object["file"] = finding.file.map { .string($0) }
          object["help"] = finding.help.map { .string($0) }
          return .object(object)
        }),
    ]
  }
}
