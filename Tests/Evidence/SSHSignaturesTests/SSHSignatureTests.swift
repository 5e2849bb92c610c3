// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import TestSupport
import Testing

@testable import SSHSignatures

/// A signature made by the tests, part by part, so that each part can be wrong.
struct MadeSignature {
  let secret = Curve25519.Signing.PrivateKey()
  var magic = Array("SSHSIG".utf8)
  var version: UInt32 = 1
  var publicKey: [UInt8]
  var namespace = "test"
  var reserved: [UInt8] = []
  var hash = "sha512"
  var algorithm = "ssh-ed25519"
  var inner: [UInt8] = []
  var trailing: [UInt8] = []
  var value: [UInt8]?

  static let message = Array("a message".utf8)

  init() {
    publicKey = Wire.string("ssh-ed25519") + Wire.string(Array(secret.publicKey.rawRepresentation))
  }

  func bytes() throws -> [UInt8] {
    let digest = Array(SHA512.hash(data: Self.message))
    let signed =
      Array("SSHSIG".utf8) + Wire.string(namespace) + Wire.string(reserved) + Wire.string(hash)
      + Wire.string(digest)
    let signature = try value ?? Array(secret.signature(for: signed))
    return magic + Wire.number(version) + Wire.string(publicKey) + Wire.string(namespace)
      + Wire.string(reserved) + Wire.string(hash)
      + Wire.string(Wire.string(algorithm) + Wire.string(signature) + inner) + trailing
  }
}

/// One thing that is wrong with a signature, and the reason that it must have.
struct Defect: Sendable {
  let reason: SSHError.Reason
  let change: @Sendable (inout MadeSignature) -> Void

  init(_ reason: SSHError.Reason, _ change: @escaping @Sendable (inout MadeSignature) -> Void) {
    self.reason = reason
    self.change = change
  }
}

@Suite struct SSHSignatureTests {
  @Test(
    .enabled(if: SSHKeygen.isPresent),
    arguments: [
      ("ed25519", nil), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521), ("rsa", 2048),
      ("rsa", 3072), ("rsa", 4096),
    ] as [(String, Int?)])
  func `signatures of ssh-keygen hold, and no others`(type: String, bits: Int?) throws {
    let keygen = try SSHKeygen()
    let line = try keygen.key(type, bits: bits)
    let other = try keygen.key("ed25519", name: "other")
    #expect(line.comment == "a comment")
    let listed = try SSHKeygen.program.run(["-l", "-f", "\(keygen.scratch.path)/key.pub"])
    #expect(listed.output.contains(" \(line.key.fingerprint) "))
    for hash in ["sha256", "sha512"] {
      let message = MadeSignature.message
      let signature = try SSHSignature(
        armored: try keygen.sign(message, options: ["-O", "hashalg=\(hash)"]))
      try signature.check(message, for: "test", by: line.key)
      #expect(throws: SSHError.self) { try signature.check([1], for: "test", by: line.key) }
      #expect(throws: SSHError.self) { try signature.check(message, for: "git", by: line.key) }
      #expect(throws: SSHError.self) { try signature.check(message, for: "test", by: other.key) }

      // The text that we write is read by the other side too.
      let signers = try keygen.scratch.write("signers", Array("me \(line.text)\n".utf8))
      let file = try keygen.scratch.write("ours.sig", Array(signature.armored.utf8))
      let verify = Program(path: "/bin/sh")
      let same = try keygen.scratch.write("same", message)
      let line = "exec ssh-keygen -Y verify -f \"$1\" -I me -n test -s \"$2\" < \"$3\""
      let arguments: [String] = ["-c", line, "sh", signers, file, same]
      let outcome = try verify.run(arguments)
      #expect(outcome.status == 0, "\(outcome)")
    }
  }

  @Test func `a signature made part by part holds`() throws {
    let made = MadeSignature()
    let signature = try SSHSignature(parsing: made.bytes())
    let key = try SSHPublicKey(parsing: made.publicKey)
    try signature.check(MadeSignature.message, for: "test", by: key)
    #expect(signature.publicKey == key)
    #expect(try SSHSignature(armored: Array(signature.armored.utf8)) == signature)
  }

  static let defects: [Defect] = [
    Defect(.magic) { $0.magic[5] = 0x58 },
    Defect(.version) { $0.version = 2 },
    Defect(.version) { $0.version = 0 },
    Defect(.namespace) { $0.namespace = "" },
    Defect(.text) { $0.namespace = "two words" },
    Defect(.text) { $0.namespace = "caf\u{e9}" },
    Defect(.reserved) { $0.reserved = [0] },
    Defect(.hash) { $0.hash = "sha1" },
    Defect(.hash) { $0.hash = "sha384" },
    Defect(.algorithm) { $0.algorithm = "ssh-rsa" },
    Defect(.algorithm) { $0.algorithm = "sk-ssh-ed25519@openssh.com" },
    Defect(.trailing) { $0.trailing = [0] },
    Defect(.trailing) { $0.inner = [1, 0, 0, 0, 1] },
    Defect(.keyKind) { $0.publicKey = Wire.string("ssh-dss") + Wire.string([1]) },
    Defect(.certificate) { $0.publicKey = Wire.string("ssh-ed25519-cert-v01@openssh.com") },
    Defect(.truncated) { $0.publicKey = [0, 0] },
    Defect(.truncated) { $0.publicKey = [0xff, 0xff, 0xff, 0xff] },
    Defect(.tooLarge) { $0.trailing = [UInt8](repeating: 0, count: SSHSignature.sizeLimit) },
  ]

  @Test(arguments: defects)
  func `one defect is one reason`(defect: Defect) throws {
    var made = MadeSignature()
    defect.change(&made)
    let bytes = try made.bytes()
    let error = #expect(throws: SSHError.self) { try SSHSignature(parsing: bytes) }
    #expect(error?.reason == defect.reason)
  }

  @Test func `every shorter signature is refused`() throws {
    let bytes = try MadeSignature().bytes()
    for count in 0..<bytes.count {
      let error = #expect(throws: SSHError.self) {
        try SSHSignature(parsing: Array(bytes[..<count]))
      }
      #expect(error?.reason == .truncated)
    }
  }

  @Test(
    arguments: [
      (.invalid, MadeSignature.message + [0], "test", false),
      (.namespace, MadeSignature.message, "other", false),
      (.otherKey, MadeSignature.message, "test", true),
    ] as [(SSHError.Reason, [UInt8], String, Bool)])
  func `what was not signed does not hold`(
    reason: SSHError.Reason, message: [UInt8], namespace: String, withOtherKey: Bool
  ) throws {
    let made = MadeSignature()
    let signature = try SSHSignature(parsing: made.bytes())
    let key = try SSHPublicKey(
      parsing: withOtherKey ? MadeSignature().publicKey : made.publicKey)
    let error = #expect(throws: SSHError.self) {
      try signature.check(message, for: namespace, by: key)
    }
    #expect(error?.reason == reason)
  }

  @Test(arguments: [
    "", "text", "-----BEGIN SSH SIGNATURE-----\n",
    "-----BEGIN SSH SIGNATURE-----\n!\n-----END SSH SIGNATURE-----\n",
    "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    "before\n-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n",
  ])
  func `text that is not one block is refused`(text: String) {
    let error = #expect(throws: SSHError.self) { try SSHSignature(armored: Array(text.utf8)) }
    #expect(error?.reason == .armor)
  }

  @Test func `two blocks and too long texts are refused`() throws {
    let text = Array(try SSHSignature(parsing: MadeSignature().bytes()).armored.utf8)
    #expect(
      #expect(throws: SSHError.self) { try SSHSignature(armored: text + text) }?.reason == .armor)
    let long = text + [UInt8](repeating: 0x0a, count: 2 * SSHSignature.sizeLimit)
    #expect(#expect(throws: SSHError.self) { try SSHSignature(armored: long) }?.reason == .tooLarge)
  }

  @Test(arguments: [
    Wire.string([]) + Wire.string([1]), Wire.string([0x80]) + Wire.string([1]),
    Wire.string([0, 1]) + Wire.string([1]), Wire.string([0]) + Wire.string([1]),
    Wire.string([1]) + Wire.string([0, 0x7f]),
  ])
  func `numbers of ECDSA are positive and short`(value: [UInt8]) throws {
    var made = MadeSignature()
    let secret = P256.Signing.PrivateKey()
    made.publicKey = Self.p256(secret.publicKey)
    made.algorithm = "ecdsa-sha2-nistp256"
    made.value = value
    let bytes = try made.bytes()
    let error = #expect(throws: SSHError.self) { try SSHSignature(parsing: bytes) }
    #expect(error?.reason == .number)
    made.value = Wire.string([1]) + Wire.string([1]) + [0]
    let longer = try made.bytes()
    #expect(
      #expect(throws: SSHError.self) { try SSHSignature(parsing: longer) }?.reason == .trailing)
  }

  @Test func `RSA signs with SHA-256 and SHA-512 alone`() throws {
    let keygen = try SSHKeygen()
    let key = try keygen.key("rsa", bits: 2048).key
    for (algorithm, isRead) in [
      ("ssh-rsa", false), ("rsa-sha2-384", false), ("ssh-ed25519", false), ("rsa-sha2-256", true),
    ] {
      var made = MadeSignature()
      made.publicKey = key.bytes
      made.algorithm = algorithm
      let bytes = try made.bytes()
      if isRead {
        // By another key, so that only the form is right.
        let signature = try SSHSignature(parsing: bytes)
        let error = #expect(throws: SSHError.self) {
          try signature.check(MadeSignature.message, for: "test", by: key)
        }
        #expect(error?.reason == .invalid)
      } else {
        let error = #expect(throws: SSHError.self) { try SSHSignature(parsing: bytes) }
        #expect(error?.reason == .algorithm)
      }
    }
  }

  static func p256(_ key: P256.Signing.PublicKey, curve: String = "nistp256") -> [UInt8] {
    Wire.string("ecdsa-sha2-nistp256") + Wire.string(curve)
      + Wire.string(Array(key.x963Representation))
  }
}

/// Hardware keys, imitated: nothing but the key's flags and counter is different.
@Suite struct HardwareKeyTests {
  private static let application = "ssh:"

  private static func signed(by flags: UInt8, counter: UInt32) -> [UInt8] {
    let inner =
      Array("SSHSIG".utf8) + Wire.string("test") + Wire.string("") + Wire.string("sha512")
      + Wire.string(Array(SHA512.hash(data: MadeSignature.message)))
    return Array(SHA256.hash(data: Array(application.utf8))) + [flags] + Wire.number(counter)
      + Array(SHA256.hash(data: inner))
  }

  private static func signature(
    _ kind: SSHPublicKey.Kind, flags: UInt8 = 1, written: UInt8? = nil, counter: UInt32 = 7,
    writtenCounter: UInt32? = nil
  ) throws -> SSHSignature {
    let message = signed(by: flags, counter: counter)
    var made = MadeSignature()
    made.algorithm = kind.rawValue
    if kind == .hardwareP256 {
      let secret = P256.Signing.PrivateKey()
      made.publicKey =
        Wire.string(kind.rawValue) + Wire.string("nistp256")
        + Wire.string(Array(secret.publicKey.x963Representation)) + Wire.string(application)
      let raw = try secret.signature(for: message).rawRepresentation
      made.value = Wire.positive(raw.prefix(32)) + Wire.positive(raw.suffix(32))
    } else {
      made.publicKey =
        Wire.string(kind.rawValue) + Wire.string(Array(made.secret.publicKey.rawRepresentation))
        + Wire.string(application)
      made.value = Array(try made.secret.signature(for: message))
    }
    made.inner = [written ?? flags] + Wire.number(writtenCounter ?? counter)
    return try SSHSignature(parsing: made.bytes())
  }

  @Test(arguments: [SSHPublicKey.Kind.hardwareEd25519, .hardwareP256])
  func `a touched key counts`(kind: SSHPublicKey.Kind) throws {
    func reason(_ signature: SSHSignature) -> SSHError.Reason? {
      do {
        try signature.check(MadeSignature.message, for: "test", by: signature.publicKey)
        return nil
      } catch {
        return error.reason
      }
    }
    #expect(try reason(Self.signature(kind)) == nil)
    #expect(try reason(Self.signature(kind, flags: 5)) == nil)
    #expect(try reason(Self.signature(kind, flags: 0)) == .presence)
    #expect(try reason(Self.signature(kind, flags: 4)) == .presence)
    #expect(try reason(Self.signature(kind, flags: 0, written: 1)) == .invalid)
    #expect(try reason(Self.signature(kind, counter: 7, writtenCounter: 8)) == .invalid)
  }

  @Test func `flags and counter must be there`() throws {
    var made = MadeSignature()
    made.algorithm = SSHPublicKey.Kind.hardwareEd25519.rawValue
    made.publicKey =
      Wire.string(made.algorithm) + Wire.string(Array(made.secret.publicKey.rawRepresentation))
      + Wire.string(Self.application)
    for inner in [[], [1], [1, 0, 0, 0]] as [[UInt8]] {
      made.inner = inner
      let bytes = try made.bytes()
      let error = #expect(throws: SSHError.self) { try SSHSignature(parsing: bytes) }
      #expect(error?.reason == .truncated)
    }
  }
}
