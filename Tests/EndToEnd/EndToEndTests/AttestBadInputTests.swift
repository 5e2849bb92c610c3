// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension SigningStackTests {
  /// What cannot be signed, by whom it cannot be, and where: words, status, and nothing written.
  struct BadInput {
    let stack: SigningStack
    let workplace: Workplace
    static let digest = String(repeating: "0a", count: 32)

    init() throws {
      stack = try SigningStack.shared()
      workplace = try Workplace()
    }

    private func expectRefusal(
      _ arguments: [String], _ status: Int32, _ sentence: String, project: String = "greeting",
      instance: [String]? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let before = Set(try FileManager.default.subpathsOfDirectory(atPath: workplace.path))
      let outcome = try stack.hallmark(
        arguments + (instance ?? stack.instance), in: workplace, project: project)
      #expect(outcome.status == status, "\(outcome)", sourceLocation: sourceLocation)
      #expect(outcome.errors.contains(sentence), "\(outcome)", sourceLocation: sourceLocation)
      #expect(outcome.output == "", sourceLocation: sourceLocation)
      #expect(
        Set(try FileManager.default.subpathsOfDirectory(atPath: workplace.path)) == before,
        sourceLocation: sourceLocation)
    }

    @Test(
      arguments: [
        (["attest"], 2, "name at least one file"), (["sign"], 2, "missing expected argument"),
        (["attest", "absent.whl"], 1, "no such file"), (["sign", "absent"], 1, "no such file"),
        (["sign", "dist"], 1, "it is a folder"), (["sign", "fifo"], 1, "not a regular file"),
        (["sign", ""], 1, "no such file"), (["attest", "note.txt"], 1, "no index would take"),
        (["attest", "wrong-1.0-py3-none-any.whl"], 1, "the file name says `wrong`"),
        (["attest", "sample_0-2.0-py3-none-any.whl"], 1, "the file name says `2.0`"),
        (["attest", "broken-1.0.tar.gz"], 1, "no index would take"),
        (["sign", "note.txt", "copy/note.txt", "--output-dir", "."], 2, "would both get"),
        (
          ["attest", "--predicate", "slsa", "note.txt"], 1,
          "provenance is made from the token of a job on GitHub or GitLab"
        ),
        (["attest", "note.txt", "--predicate", "scan"], 2, "--predicate must be publish, slsa"),
        (["attest", "note.txt", "--predicate", "scan="], 2, "--predicate must be publish"),
        (["attest", "note.txt", "--predicate", "scan=x"], 2, "is no predicate type"),
        (["attest", "note.txt", "--predicate", "a b:c=x"], 2, "is no predicate type"),
        (
          ["attest", "note.txt", "--predicate", "https://docs.pypi.org/attestations/publish/v1=x"],
          2, "write --predicate publish"
        ),
        (
          ["attest", "note.txt", "--predicate", "slsa", "--predicate", "slsa=good.json"], 2,
          "names the type https://slsa.dev/provenance/v1 twice"
        ),
        (["attest", "note.txt", "--predicate", "a:b=absent"], 1, "no such file"),
        (["attest", "note.txt", "--predicate", "a:b=note.txt"], 1, "the predicate cannot be used"),
        (["attest", "note.txt", "--predicate", "a:b=list.json"], 1, "expected an object"),
        (
          ["attest", "note.txt", "--predicate", "a:b=twice.json"], 1, "the predicate cannot be used"
        ),
        (
          ["attest", "note.txt", "--predicate", "slsa=good.json"], 1, "`buildDefinition` is missing"
        ),
        (["attest", "note.txt", "--together"], 1, "provenance is made from the token"),
        (["attest", "note.txt", "--together", "--predicate", "publish"], 2, "is about one file"),
        (
          ["attest", "note.txt", "copy/note.txt", "--together", "--predicate", "a:b=good.json"], 2,
          "the files are in several folders"
        ),
        (
          [
            "attest", "note.txt", "copy/note.txt", "--together", "--predicate", "a:b=good.json",
            "--output-dir", ".",
          ], 2, "two files are named `note.txt`"
        ),
        (["attest", "--rekor-version", "3", "note.txt"], 2, "--rekor-version must be 1 or 2"),
        (["attest", "--rekor-version", "2", "note.txt"], 2, "has no place for the timestamp"),
        (["sign", "--rekor-version", "2", "note.txt"], 1, "no log of version 2"),
      ] as [([String], Int32, String)])
    func arguments(arguments: [String], status: Int32, sentence: String) throws {
      let wheel = try SigningStack.wheels(1, in: workplace)[0]
      let manager = FileManager.default
      for name in ["wrong-1.0-py3-none-any.whl", "sample_0-2.0-py3-none-any.whl"] {
        try manager.copyItem(atPath: wheel, toPath: workplace(name))
      }
      try manager.createDirectory(
        atPath: workplace("copy"), withIntermediateDirectories: true)
      for (name, text) in [
        ("note.txt", "note"), ("copy/note.txt", "copy"), ("broken-1.0.tar.gz", "broken"),
        ("good.json", "{}"), ("list.json", "[]"), ("twice.json", #"{"a":1,"a":2}"#),
      ] {
        try workplace.write(name, text)
      }
      mkfifo(workplace("fifo"), 0o600)
      try expectRefusal(arguments, status, sentence)
    }

    @Test(
      arguments: [
        ("", "names no file"), ("HASH", "no blank between"), ("HASH  a\nHASH  a\n", "named twice"),
        ("0a  short\n", "does not begin with a SHA-256"), ("HASH  a\r\n", "carriage return"),
        ("HASH  ../a\n", "cannot be the name of a subject"),
        ("HASH  /etc/passwd\n", "cannot be the name of a subject"),
        ("HASH  a/./b\n", "cannot be the name of a subject"),
        ("HASH  a//b\n", "cannot be the name of a subject"),
        ("\\HASH  a\\nb\n", "cannot be the name of a subject"),
        ("\\HASH  a\\\\b\n", "cannot be the name of a subject"),
        ("HASH  a\u{202e}b\n", "cannot be the name of a subject"),
        ("HASH   a\n", "cannot be the name of a subject"),
      ])
    func lists(text: String, sentence: String) throws {
      let list = text.replacingOccurrences(of: "HASH", with: Self.digest)
      let predicate = try workplace.write("p.json", "{}")
      let file = try workplace.write("SUMS", list)
      let common = ["attest", "--predicate", "a:b=\(predicate)"]
      try expectRefusal(common + ["--subjects", file], 1, sentence)
      try expectRefusal(
        common + ["--subjects-base64", Data(list.utf8).base64EncodedString()], 1, sentence)
    }

    @Test func listsOfOtherForms() throws {
      let predicate = try workplace.write("p.json", "{}")
      let many = (0...1024).map { "\(Self.digest)  file-\($0)\n" }.joined()
      let file = try workplace.write("SUMS", many)
      let common = ["attest", "--predicate", "a:b=\(predicate)"]
      try expectRefusal(common + ["--subjects", file], 2, "about 1024 files at most")
      try expectRefusal(common + ["--subjects", file, file], 2, "not several of them")
      try expectRefusal(common + ["--subjects", workplace("absent")], 1, "no such file")
      try expectRefusal(common + ["--subjects-base64", "###"], 1, "not canonical base64")
      try expectRefusal(
        ["attest", "--subjects", file, "--predicate", "publish"], 2, "leave out the list")
    }

    /// Files of instances that cannot be used, and of another one than the services'.
    @Test func instances() throws {
      let note = try workplace.write("note.txt", "note")
      let garbage = try workplace.write("garbage.json", "{}")
      let announcement = stack.stack.announcement
      for (options, status, sentence) in [
        (["--trust-config", "absent"], 1, "no such file"),
        (["--trust-config", garbage], 1, "the trust configuration cannot be used"),
        (["--trusted-root", announcement.trustedRoot], 2, "are given together"),
        (["--trust-config", garbage, "--staging"], 2, "Only one of"),
        (
          ["--trusted-root", garbage, "--signing-config", announcement.signingConfig], 1,
          "the trusted root cannot be used"
        ),
        (
          ["--trusted-root", announcement.trustedRoot, "--signing-config", garbage], 1,
          "the signing configuration cannot be used"
        ),
      ] as [([String], Int32, String)] {
        let word = sentence.prefix(1).lowercased() + sentence.dropFirst()
        try expectRefusal(["sign", note], status, word, instance: options)
      }
      let other = try Stack(data: workplace("other"), in: workplace)
      let outcome = try stack.hallmark(
        [
          "sign", note, "--trusted-root", other.announcement.trustedRoot, "--signing-config",
          announcement.signingConfig,
        ], in: workplace)
      #expect(outcome.status == 3, "\(outcome)")
      #expect(outcome.errors.contains("certificate authority"), "\(outcome)")
      #expect(!FileManager.default.fileExists(atPath: "\(note).sigstore.json"))
      #expect(try other.server.stop() == 0)
    }

    /// Services that are not there: undecided, and after some files are signed, what is missing.
    @Test(arguments: ["caUrls", "rekorTlogUrls"])
    func unreachable(member: String) throws {
      let note = try workplace.write("note.txt", "note")
      let bytes = try TestData.read(stack.stack.announcement.trustConfig)
      var document = try #require(
        JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
      var config = try #require(document["signingConfig"] as? [String: Any])
      var services = try #require(config[member] as? [[String: Any]])
      services[0]["url"] = "http://127.0.0.1:1"
      config[member] = services
      document["signingConfig"] = config
      let file = try workplace.write(
        "config.json",
        String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self))
      try expectRefusal(
        ["sign", note], 6, "127.0.0.1:1", instance: ["--trust-config", file])
    }

    /// Tokens that are not good: refused before or by the authority, and never shown.
    @Test(arguments: ["audience", "signature", "garbage", "empty"])
    func tokens(what: String) throws {
      let note = try workplace.write("note.txt", "note")
      var token = try stack.stack.identityToken(
        audience: what == "audience" ? "hallmark" : "sigstore", project: "greeting")
      switch what {
      case "signature":
        let parts = token.split(separator: ".")
        token = "\(parts[0]).\(parts[1]).\(String(repeating: "A", count: 342))"
      case "garbage": token = "not-a-token"
      case "empty": token = ""
      default: break
      }
      let file = try workplace.write("token", token)
      let outcome = try workplace.hallmark(
        ["sign", note, "--identity-token-file", file, "--tls-ca", stack.stack.announcement.tlsCA]
          + stack.instance)
      #expect(outcome.status == 4, "\(outcome)")
      #expect(token.isEmpty || !outcome.errors.contains(token))
      #expect(!FileManager.default.fileExists(atPath: "\(note).sigstore.json"))
    }

    @Test func noIdentity() throws {
      let note = try workplace.write("note.txt", "note")
      let outcome = try workplace.hallmark(["sign", note] + stack.instance)
      #expect(outcome.status == 6, "\(outcome)")
      #expect(outcome.errors.contains("no identity was found"))
    }

    /// A folder that cannot be written to: nothing is left, and the command says which.
    @Test func folderOfOthers() throws {
      let note = try workplace.write("note.txt", "note")
      let file = try workplace.write("file", "a file")
      let outcome = try stack.hallmark(
        ["sign", note, "--output-dir", "\(file)/below"] + stack.instance, in: workplace)
      #expect(outcome.status == 1, "\(outcome)")
      #expect(outcome.errors.contains("cannot make the folder"))
    }
  }
}
