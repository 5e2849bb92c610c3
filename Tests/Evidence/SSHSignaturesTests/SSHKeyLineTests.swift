// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import Testing

@testable import SSHSignatures

@Suite struct SSHKeyLineTests {
  private static let point = [UInt8](Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)
  private static let blob = Wire.string("ssh-ed25519") + Wire.string(point)
  private static let key = "ssh-ed25519 \(Base64.encode(blob))"

  @Test func `names, options, key and comment are read`() throws {
    let text =
      "author@example.com,backup namespaces=\"git,file\",valid-after=\"20260101Z\","
      + "valid-before=\"202701021530Z\" \(Self.key) a comment\r\n"
    let line = try SSHKeyLine(parsing: Array(text.utf8), form: .allowedSigner)
    #expect(line.principals == ["author@example.com", "backup"])
    #expect(line.namespaces == ["git", "file"])
    #expect(line.validAfter?.rfc3339 == "2026-01-01T00:00:00Z")
    #expect(line.validBefore?.rfc3339 == "2027-01-02T15:30:00Z")
    #expect(line.comment == "a comment")
    #expect(line.key.bytes == Self.blob)
    let again = try SSHKeyLine(parsing: Array(line.text.utf8))
    #expect(again.principals == [])
    #expect(again.text == line.text)
    #expect(again.validBefore == line.validBefore)
    #expect(again.namespaces == line.namespaces)
    #expect(try SSHKeyLine(parsing: Array("\t\(Self.key)".utf8)).comment == "")
    let quoted = try SSHKeyLine(
      parsing: Array("\"a b,c\" \(Self.key)".utf8), form: .allowedSigner)
    #expect(quoted.principals == ["a b", "c"])
  }

  @Test func `a key counts for its purposes and in its time`() throws {
    func allows(_ options: String, _ time: String, _ namespace: String = "git") throws -> Bool {
      try SSHKeyLine(parsing: Array("\(options) \(Self.key)".utf8))
        .allows(namespace: namespace, at: Timestamp(rfc3339: time))
    }
    let span = "valid-after=\"20260101Z\",valid-before=\"20260201Z\""
    #expect(try allows("", "2026-01-15T00:00:00Z"))
    #expect(try allows(span, "2026-01-15T00:00:00Z"))
    #expect(try allows(span, "2026-01-01T00:00:00Z"))
    #expect(try allows(span, "2026-02-01T00:00:00Z"))
    #expect(try !allows(span, "2025-12-31T23:59:59Z"))
    #expect(try !allows(span, "2026-02-01T00:00:01Z"))
    #expect(try allows("namespaces=\"file,git\"", "2026-01-15T00:00:00Z"))
    #expect(try !allows("namespaces=\"file,git\"", "2026-01-15T00:00:00Z", "gi"))
  }

  @Test(
    arguments: [
      (.line, ""), (.line, "ssh-ed25519"), (.line, "a\nb"), (.line, "ssh-ed25519 !!!!"),
      (.line, "ssh-rsa KEY"), (.line, "KEYLINE\u{1}"), (.line, "valid-before=\"20270101Z\""),
      (.option, "command=\"true\" KEYLINE"), (.option, "no-pty KEYLINE"),
      (.option, "hello KEYLINE"),
      (.option, "valid-before=\"20270101Z\",valid-before=\"20280101Z\" KEYLINE"),
      (.option, "namespaces=\"git*\" KEYLINE"), (.option, "namespaces=\"\" KEYLINE"),
      (.option, "namespaces KEYLINE"), (.option, "valid-after KEYLINE"),
      (.option, "cert-authority=\"x\" KEYLINE"),
      (.certificate, "cert-authority KEYLINE"),
      (.certificate, "ssh-ed25519-cert-v01@openssh.com KEY"),
      (.time, "valid-before=\"20270101\" KEYLINE"), (.time, "valid-before=\"2027Z\" KEYLINE"),
      (.time, "valid-before=\"20270230Z\" KEYLINE"), (.time, "valid-before=\"20270101X\" KEYLINE"),
      (.time, "valid-before=\"2027010\u{e9}Z\" KEYLINE"),
      (.time, "valid-before=\"20270101246000Z\" KEYLINE"),
      (.time, "valid-after=\"20270101Z\",valid-before=\"20270101Z\" KEYLINE"),
      (.keyKind, "valid-before=\"20270101Z\" ssh-dss KEY"),
      (.truncated, "ssh-ed25519 AAAA"),
    ] as [(SSHError.Reason, String)])
  func `one defect is one reason`(reason: SSHError.Reason, text: String) {
    let line =
      text
      .split(separator: "KEYLINE", omittingEmptySubsequences: false).joined(separator: Self.key)
      .split(separator: "KEY", omittingEmptySubsequences: false)
      .joined(separator: Base64.encode(Self.blob))
    let error = #expect(throws: SSHError.self) { try SSHKeyLine(parsing: Array(line.utf8)) }
    #expect(error?.reason == reason)
  }

  @Test(arguments: ["*@example.com", "!author", "a,,b", ",", "al?ce"])
  func `whose key it is are names, not patterns`(principals: String) {
    let error = #expect(throws: SSHError.self) {
      try SSHKeyLine(parsing: Array("\(principals) \(Self.key)".utf8), form: .allowedSigner)
    }
    #expect(error?.reason == .line)
  }

  @Test func `a line that is too long or not UTF-8 is refused`() {
    let long = Array("\(Self.key) ".utf8) + [UInt8](repeating: 0x61, count: SSHKeyLine.sizeLimit)
    #expect(#expect(throws: SSHError.self) { try SSHKeyLine(parsing: long) }?.reason == .tooLarge)
    let broken = Array("\(Self.key) ".utf8) + [0xff]
    #expect(#expect(throws: SSHError.self) { try SSHKeyLine(parsing: broken) }?.reason == .line)
  }

  @Test(
    arguments: [
      (.key, Wire.string("ssh-ed25519") + Wire.string([1, 2, 3])),
      (.trailing, blob + [0]),
      (.key, SSHSignatureTests.p256(P256.Signing.PrivateKey().publicKey, curve: "nistp384")),
      (
        .key,
        Wire.string("ecdsa-sha2-nistp256") + Wire.string("nistp256")
          + Wire.string([4] + [UInt8](repeating: 1, count: 64))
      ),
      (
        .key,
        Wire.string("ecdsa-sha2-nistp256") + Wire.string("nistp256")
          + Wire.string([UInt8](P256.Signing.PrivateKey().publicKey.compressedRepresentation))
      ),
      (.key, Wire.string("ssh-rsa") + Wire.string([1, 0, 1]) + Wire.string([0x7f, 1, 1])),
      (.number, Wire.string("ssh-rsa") + Wire.string([0, 1, 0, 1]) + Wire.string([0x7f])),
      (.truncated, Wire.string("sk-ssh-ed25519@openssh.com") + Wire.string(point)),
      (.tooLarge, blob + [UInt8](repeating: 0, count: SSHPublicKey.sizeLimit)),
      (.text, Wire.string("ssh ed25519") + Wire.string(point)),
    ] as [(SSHError.Reason, [UInt8])])
  func `a key with a defect is refused`(reason: SSHError.Reason, bytes: [UInt8]) {
    let error = #expect(throws: SSHError.self) { try SSHPublicKey(parsing: bytes) }
    #expect(error?.reason == reason)
  }

  @Test func `a key of a line is that of its kind`() {
    #expect(SSHPublicKey.Kind.allCases.filter(\.isHardware).count == 2)
    let p256 = SSHSignatureTests.p256(P256.Signing.PrivateKey().publicKey)
    let error = #expect(throws: SSHError.self) {
      try SSHKeyLine(parsing: Array("ssh-ed25519 \(Base64.encode(p256))".utf8))
    }
    #expect(error?.reason == .line)
  }
}
