// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport
import Testing

@testable import SSHSignatures

/// What `ssh-keygen -Y verify` allows and what this module allows, side by side.
@Suite(.enabled(if: SSHKeygen.isPresent)) struct AllowedSignersTests {
  private static let message = Array("object 1\n".utf8)
  private static let time = "2026-06-01T12:00:00Z"

  private static func refusal(
    _ file: String, _ signature: [UInt8], at time: String = time, over message: [UInt8] = message
  ) throws -> AllowedSigners.Refusal? {
    let signature = try SSHSignature(armored: signature)
    let time = try Timestamp(rfc3339: time)
    do throws(AllowedSigners.Refusal) {
      _ = try AllowedSigners(parsing: Array(file.utf8)).signer(
        of: signature, over: message, at: time)
      return nil
    } catch {
      return error
    }
  }

  private func program(_ keygen: SSHKeygen, _ file: String, at time: String) throws -> Bool {
    let list = try keygen.scratch.write("allowed", file)
    let digits = time.filter { !"-:TZ".contains($0) } + "Z"
    // Like git: whose key it is, then whether that name may.
    let script = """
      principal="$(ssh-keygen -Y find-principals -f "$1" -s "$2" -Overify-time=$3)" || exit 1
      ssh-keygen -Y verify -n git -f "$1" -I "$principal" -s "$2" -Overify-time=$3 < "$4"
      """
    let path = keygen.scratch.path
    return try Program(path: "/bin/sh").run(
      ["-c", script, "sh", list, "\(path)/message.sig", digits, "\(path)/message"]
    ).status == 0
  }

  @Test(
    arguments: [
      ("me@example.com KEY", time, true),
      ("# a comment\n\n  me@example.com KEY a comment\r\n", time, true),
      ("me@example.com namespaces=\"git\" KEY", time, true),
      ("me@example.com namespaces=\"file,git\" KEY", time, true),
      ("me@example.com namespaces=\"file\" KEY", time, false),
      ("me@example.com valid-after=\"20260601115959Z\" KEY", time, true),
      ("me@example.com valid-after=\"20260601120001Z\" KEY", time, false),
      ("me@example.com valid-before=\"20260601120000Z\" KEY", time, true),
      ("me@example.com valid-before=\"20260601115959Z\" KEY", time, false),
      ("other@example.com OTHER", time, false),
      ("other@example.com OTHER\nme@example.com KEY", time, true),
      ("me@example.com valid-before=\"20250101Z\" KEY\nnow@example.com KEY", time, true),
      ("", time, false),
      ("me@example.com cert-authority KEY", time, false),
    ])
  func `ssh-keygen allows the same`(lines: String, time: String, allowed: Bool) throws {
    let keygen = try SSHKeygen()
    let key = try keygen.key("ed25519").key.line
    let other = try keygen.key("ed25519", name: "other").key.line
    let signature = try keygen.sign(Self.message, namespace: "git")
    let file = lines.replacingOccurrences(of: "KEY", with: key)
      .replacingOccurrences(of: "OTHER", with: other)
    #expect(try (Self.refusal(file, signature, at: time) == nil) == allowed)
    #expect(try program(keygen, file, at: time) == allowed)
  }

  @Test func `each refusal has its reason`() throws {
    let keygen = try SSHKeygen()
    let key = try keygen.key("ed25519").key
    let other = try keygen.key("ed25519", name: "other").key
    let signature = try keygen.sign(Self.message, namespace: "git")
    let foreign = try keygen.sign(Self.message, namespace: "file")
    #expect(
      try Self.refusal("a \(other.line)", signature)
        == .unknownKey(fingerprint: key.fingerprint))
    #expect(try Self.refusal("a \(key.line)", signature) == nil)
    for refused in [
      try Self.refusal("a \(key.line)", signature, over: [1]),
      try Self.refusal("a \(key.line)", foreign),
    ] {
      guard case .invalid? = refused else {
        Issue.record("\(String(describing: refused))")
        continue
      }
    }
    #expect(
      try Self.refusal("a,b namespaces=\"file\" \(key.line)", signature)
        == .namespace(names: "a, b"))
    #expect(
      try Self.refusal("a valid-before=\"20200101Z\" \(key.line)", signature)
        == .time(names: "a"))
  }

  @Test func `comments and empty lines are nothing`() {
    let signers = AllowedSigners(parsing: Array("# a@example.com\n\n  \n\r\n\t# x\r\n".utf8))
    #expect(signers.lines.isEmpty)
    #expect(signers.unusable.isEmpty)
  }

  @Test func `lines that are not understood add nobody and are named`() throws {
    let keygen = try SSHKeygen()
    let key = try keygen.key("ed25519").key.line
    let signers = AllowedSigners(
      parsing: Array("*@example.com \(key)\na \(key)\nb valid-after=\"20260101\" \(key)\nx".utf8))
    #expect(signers.lines.map(\.principals) == [["a"]])
    #expect(signers.unusable.map(\.number) == [1, 3, 4])
  }

  @Test func `the sentences say which`() {
    let all: [AllowedSigners.Refusal] = [
      .unknownKey(fingerprint: "F"), .invalid("P"), .namespace(names: "N"), .time(names: "T"),
    ]
    #expect(Set(all.map(\.sentence)).count == all.count)
    for (refusal, text) in zip(all, ["F", "P", "N", "T"]) {
      #expect(refusal.sentence.contains(text))
    }
  }
}
