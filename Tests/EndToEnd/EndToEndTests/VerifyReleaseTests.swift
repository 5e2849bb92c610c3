// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport
import Testing

/// A project with a signed tag, built, attested and ready to be verified, approved and published.
struct VerifiableRelease {
  let workplace: Workplace
  let stack: SigningStack
  let project: SampleProject

  /// Makes project, keys, tag, policy and files.
  init(on stack: SigningStack) throws {
    self.stack = stack
    workplace = try Workplace()
    project = try SampleProject(in: workplace)
    for name in ["author", "mallory"] {
      let made = try Program(path: "/usr/bin/ssh-keygen").run([
        "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", workplace(name),
      ])
      try #require(made.status == 0, "\(made)")
    }
    let key = String(decoding: try TestData.read(workplace("author.pub")), as: UTF8.self)
    try workplace.write("allowed", "author@example.com namespaces=\"git\" \(key)")
    try workplace.write(
      "policy.toml",
      """
      approvals = 1
      [[publisher]]
      kind = "Hallmark"
      issuer = "\(stack.stack.url)"
      subject = "\(stack.subject)"
      require = ["publish", "provenance"]
      [[approver]]
      name = "author"
      kind = "SSH"
      key = "\(key.trimmingCharacters(in: .newlines))"
      """)
    try sign("v1.0.0")
    let built = try workplace.hallmark(["build", project.path, "--out", workplace("dist")])
    try #require(built.status == 0, "\(built)")
  }

  /// Tags the commit that is checked out.
  func sign(_ tag: String, as key: String = "author") throws {
    try git(
      ["-c", "gpg.format=ssh", "-c", "user.signingKey=\(workplace(key))"]
        + ["tag", "--force", "--sign", "--message=release", tag])
  }

  func git(_ arguments: [String]) throws {
    let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    let outcome = try Program(path: "/usr/bin/env").run(
      ["git", "-C", project.path] + identity + arguments)
    try #require(outcome.status == 0, "git \(arguments): \(outcome)")
  }

  /// Everything in the folder of the files, as a shell names it.
  var everything: [String] { workplace.names(in: "dist").map { "dist/\($0)" } }

  var trust: [String] {
    ["--policy", "policy.toml", "--trusted-root", stack.stack.announcement.trustedRoot]
  }

  /// Copies a folder.
  func copy(_ folder: String, to other: String) throws {
    let copied = try Program(path: "/bin/cp").run(
      ["-R", workplace(folder), workplace(other)])
    #expect(copied.status == 0, "\(copied)")
  }

  /// One row of the table.
  struct Row: Decodable {
    let question: String
    let file: String?
    let answer: String
    let found: String
    let criterion: String
  }

  /// The document of `--json`.
  struct Document: Decodable {
    let status: Int32
    let findings: [Row]

    /// The questions with an answer other than yes, each once.
    var refused: [String] {
      var seen: [String] = []
      for row in findings where row.answer != "yes" && !seen.contains(row.question) {
        seen.append(row.question)
      }
      return seen
    }
  }

  /// Runs `hallmark verify-release`; the document must be as its schema says.
  func verify(
    _ arguments: [String], signers: Bool = true, name: String = "report.json",
    environment: [String: String] = [:]
  ) throws -> Document {
    let outcome = try workplace.hallmark(
      ["verify-release", "--tag", "v1.0.0", "--project", project.path, "--json"]
        + (signers ? ["--allowed-signers", "allowed"] : []) + trust + arguments,
      environment: ["SSL_CERT_FILE": stack.stack.announcement.tlsCA].merging(environment) { $1 })
    try #require(!outcome.output.isEmpty, "\(outcome)")
    #expect(try JSONSchema("verify-release-v1.json").problems(in: outcome.output) == [])
    try workplace.write(name, outcome.output)
    let document = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
    #expect(outcome.status == document.status, "\(outcome)")
    return document
  }
}

extension SigningStackTests {
  /// A release from its build to its verification at the index, and what is refused on the way.
  @Suite(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")
        && FileManager.default.isExecutableFile(atPath: "/usr/bin/bwrap")))
  struct VerifyRelease {
    @Test func `a release is verified, approved, published and verified again`() throws {
      let release = try VerifiableRelease(on: SigningStack.shared())
      let workplace = release.workplace
      // `dist/*` names the build's record and logs too; the record is the provenance.
      let attested = try release.stack.hallmark(
        ["attest"] + release.everything + ["--predicate", "publish", "--predicate", "slsa"]
          + release.stack.instance, in: workplace)
      #expect(attested.status == 0, "\(attested)")
      let bundle = try JSONNode(
        parsing: TestData.read(workplace("dist/greeting-1.0.0.tar.gz.sigstore.json")))
      let provenance = String(
        decoding: try bundle.required("dsseEnvelope").required("payload").bytes(), as: UTF8.self)
      for text in [
        "urn:hallmark:buildtype:hermetic-build:v1", "swh:1:rev:\(try release.project.head())",
        "urn:hallmark:builder:local", "pkg:pypi/hatchling@", "bubblewrap",
      ] { #expect(provenance.contains(text), "\(text) is not there: \(provenance)") }

      let before = try release.verify(["--dist", "dist"])
      #expect(before.refused == [], "\(before)")
      #expect(before.findings.filter { $0.question == "rebuilt" }.map(\.found).count == 2)
      #expect(before.findings.contains { $0.question == "attested-commit" })

      try checkBadReports(release)
      let approved = try workplace.hallmark(
        ["approve", "dist", "--ssh-key", "author", "--yes", "--verified", "report.json"]
          + release.trust)
      #expect(approved.status == 0, "\(approved)")
      #expect(approved.errors.contains("verified: tag-signed"), "\(approved)")

      let published = try release.stack.hallmark(
        ["publish"] + release.everything + [
          "--index", "\(release.stack.stack.url)/legacy/", "--patience", "5",
        ] + release.trust, in: workplace)
      #expect(published.status == 0, "\(published)")

      let index = ["greeting==1.0.0", "--index", "\(release.stack.stack.url)/simple/"]
      let after = try release.verify(index + ["--dist", "dist"])
      #expect(after.refused == [], "\(after)")
      #expect(
        Set(after.findings.map(\.question)).isSuperset(of: [
          "tag-signed", "tag-version", "rebuilt", "index-bytes", "index-complete", "attested",
          "attested-commit", "approved",
        ]))
      // Without CI's files, what the index serves is judged by itself, and approvals are unknown.
      let alone = try release.verify(index)
      #expect(alone.refused == ["approved"])
      #expect(alone.status == 6)
      try checkTags(release, index)
    }

    /// Reports under which nothing may be approved.
    private func checkBadReports(_ release: VerifiableRelease) throws {
      let report = String(
        decoding: try TestData.read(release.workplace("report.json")), as: UTF8.self)
      for (index, (old, new)) in [
        (#""answer":"yes""#, #""answer":"no""#), (#""status":0"#, #""status":5"#),
        (#""sha256":""#, #""sha256":"0"#), ("verify-release/v1", "verify/v1"),
      ].enumerated() {
        let path = try release.workplace.write(
          "bad\(index).json", report.replacingOccurrences(of: old, with: new))
        let refused = try release.workplace.hallmark(
          ["approve", "dist", "--ssh-key", "author", "--yes", "--verified", path] + release.trust)
        #expect(refused.status == 3, "\(old): \(refused)")
      }
      #expect(!release.workplace.names(in: "dist").contains { $0.hasSuffix(".approval.json") })
    }

    /// Tags that are not what they were, with a published release.
    private func checkTags(_ release: VerifiableRelease, _ index: [String]) throws {
      let workplace = release.workplace
      // The build is taken from a folder, since only the tag is looked at.
      try release.copy("dist", to: "built")
      let more = index + ["--dist", "dist", "--rebuilt", "built"]
      #expect(try release.verify(more).refused == [])
      let itself = try release.verify(index + ["--dist", "dist", "--rebuilt", "dist"])
      #expect(itself.refused == ["rebuilt"])
      #expect(itself.findings.contains { $0.found.contains("the very file") })
      let none = try release.verify(more, signers: false)
      #expect(none.refused == ["tag-signed"])
      #expect(none.status == 6)
      #expect(try release.verify(more + ["--allow-unsigned-tag"], signers: false).refused == [])

      try release.sign("v1.0.0", as: "mallory")
      let foreign = try release.verify(more)
      #expect(foreign.refused == ["tag-signed"])
      #expect(foreign.status == 3)

      try release.git(["tag", "--force", "v1.0.0"])
      let light = try release.verify(more)
      #expect(light.refused == ["tag-signed"])
      #expect(light.status == 3)
      #expect(light.findings.contains { $0.found.contains("lightweight") })

      let old = try release.project.head()
      try release.git(["commit", "--quiet", "--allow-empty", "--message=moved"])
      try release.sign("v1.0.0")
      let moved = try release.verify(more + ["--commit", old])
      // The record of the build names the old commit.
      #expect(moved.refused == ["tag-unmoved", "rebuilt", "attested-commit"])
      #expect(moved.status == 5)
      #expect(moved.findings.contains { $0.found.contains("it was built of \(old)") })
      let record = try String(
        decoding: TestData.read(workplace("built/greeting-1.0.0.build.json")), as: UTF8.self)
      let head = try release.project.head()
      for (text, answer, found) in [
        (record.replacingOccurrences(of: old, with: head), "yes", ""),
        (
          record.replacingOccurrences(of: old, with: head)
            .replacingOccurrences(of: #""isDirty": false"#, with: #""isDirty": true"#), "no",
          "not those of a commit"
        ),
        (
          record.replacingOccurrences(of: old, with: head)
            .replacingOccurrences(of: #""name": "greeting-1.0.0.tar.gz""#, with: #""name": "x""#),
          "no", "does not have this file"
        ),
        ("{}", "unknown", "build record cannot be used"), (nil, "yes", ""),
      ] as [(String?, String, String)] {
        try FileManager.default.removeItem(atPath: workplace("built/greeting-1.0.0.build.json"))
        if let text { try workplace.write("built/greeting-1.0.0.build.json", text) }
        let rows = try release.verify(more).findings.filter { $0.question == "rebuilt" }
        let sdist = try #require(rows.first { $0.file?.hasSuffix(".tar.gz") == true })
        #expect(
          sdist.answer == answer && (found.isEmpty || sdist.found.contains(found)), "\(sdist)")
        #expect(
          sdist.criterion.contains("without a build record") == (text == nil), "\(sdist)")
      }
    }

    @Test func `files, indexes and evidence that are not right are told`() throws {
      let release = try VerifiableRelease(on: SigningStack.shared())
      let workplace = release.workplace
      let wheel = "greeting-1.0.0-py3-none-any.whl"
      let files = FileManager.default
      try files.copyItem(atPath: workplace("dist"), toPath: workplace("good"))
      // One line more in a module, with a RECORD that agrees.
      let script = """
        import base64, csv, hashlib, io, sys, zipfile
        path = sys.argv[1]
        with zipfile.ZipFile(path) as archive:
            members = [(item, archive.read(item)) for item in archive.infolist()]
        changed = {}
        for item, data in members:
            if item.filename.endswith("__init__.py"):
                data += b"import os\\n"
            changed[item.filename] = data
        rows = []
        record = [name for name in changed if name.endswith("RECORD")][0]
        for row in csv.reader(io.StringIO(changed[record].decode())):
            if row[1]:
                digest = hashlib.sha256(changed[row[0]]).digest()
                row[1] = "sha256=" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
                row[2] = len(changed[row[0]])
            rows.append(row)
        text = io.StringIO()
        csv.writer(text, lineterminator="\\n").writerows(rows)
        changed[record] = text.getvalue().encode()
        with zipfile.ZipFile(path, "w") as archive:
            for item, _ in members:
                archive.writestr(item, changed[item.filename], item.compress_type)
        """
      let changed = try Program(path: "/usr/bin/env").run([
        "python3", "-I", "-c", script, workplace("dist/\(wheel)"),
      ])
      try #require(changed.status == 0, "\(changed)")
      let tampered = try release.verify(["--dist", "dist"])
      #expect(tampered.refused == ["rebuilt"], "\(tampered)")
      #expect(tampered.status == 5)
      #expect(
        tampered.findings.filter { $0.answer == "no" }.map(\.file) == [wheel], "\(tampered)")
      let text = try workplace.hallmark(
        [
          "verify-release", "--tag", "v1.0.0", "--project", release.project.path, "--dist", "dist",
          "--allowed-signers", "allowed", "--rebuilt", "good",
        ])
      #expect(text.status == 5, "\(text)")
      for words in ["no       is it what the tagged commit makes?", "help: ", "1 no"] {
        #expect(text.output.contains(words), "\(text)")
      }

      // An index that serves the changed wheel, and attests nothing.
      let server = try AnsweringServer()
      defer { server.stop() }
      func serve(_ names: [String], from folder: String) throws {
        var listed: [String] = []
        for name in names {
          let bytes = try TestData.read(workplace("\(folder)/\(name)"))
          server.answer("/files/\(name)", with: bytes)
          listed.append(
            #"{"filename":"\#(name)","url":"\#(server.url)/files/\#(name)","hashes":{"sha256":"\#(SHA256Hash(hashing: bytes).hexadecimal)"}}"#
          )
        }
        server.answer(
          "/simple/greeting/",
          with: Array(
            (#"{"meta":{"api-version":"1.1"},"name":"greeting","versions":["1.0.0"],"files":["#
              + listed.joined(separator: ",") + "]}").utf8))
      }
      let options = [
        "greeting==1.0.0", "--index", "\(server.url)/simple/", "--dist", "good", "--rebuilt",
        "built",
      ]
      try release.copy("good", to: "built")
      try serve([wheel, "greeting-1.0.0.tar.gz"], from: "dist")
      let other = try release.verify(options)
      #expect(other.status == 3, "no attestation is refused, and that comes first")
      for question in ["rebuilt", "index-bytes", "attested"] {
        #expect(other.refused.contains(question), "\(question): \(other)")
      }
      try serve([wheel], from: "good")
      let fewer = try release.verify(options)
      #expect(fewer.refused.contains("index-complete"), "\(fewer)")
      #expect(fewer.refused.contains("index-bytes"), "\(fewer)")
      #expect(!fewer.refused.contains("rebuilt"), "\(fewer)")
      #expect(
        try release.verify(
          ["greeting==2.0.0", "--index", "\(server.url)/simple/"], expecting: 6) == nil)
    }
  }
}

extension VerifiableRelease {
  /// Runs it where there is nothing to ask about.
  fileprivate func verify(_ arguments: [String], expecting status: Int32) throws -> Document? {
    let outcome = try workplace.hallmark(
      ["verify-release", "--tag", "v1.0.0", "--project", project.path, "--json"] + trust
        + arguments)
    #expect(outcome.status == status, "\(outcome)")
    return outcome.output.isEmpty
      ? nil : try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
  }
}
