// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport

@testable import SSHSignatures

/// Keys and signatures by the real `ssh-keygen`.
struct SSHKeygen {
  static let program = Program(path: "/usr/bin/ssh-keygen")
  /// Whether the program is there.
  static var isPresent: Bool { FileManager.default.isExecutableFile(atPath: program.path) }

  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Makes a key.
  func key(_ type: String, bits: Int? = nil, name: String = "key") throws -> SSHKeyLine {
    let path = "\(scratch.path)/\(name)"
    var arguments = ["-q", "-t", type, "-N", "", "-C", "a comment", "-f", path]
    if let bits { arguments += ["-b", "\(bits)"] }
    let outcome = try Self.program.run(arguments)
    guard outcome.status == 0 else { throw Failed(outcome: outcome) }
    return try SSHKeyLine(parsing: TestData.read(path + ".pub"))
  }

  /// Signs a message.
  func sign(
    _ message: [UInt8], key name: String = "key", namespace: String = "test",
    options: [String] = []
  ) throws -> [UInt8] {
    let file = try scratch.write("message", message)
    try? FileManager.default.removeItem(atPath: file + ".sig")
    let outcome = try Self.program.run(
      ["-Y", "sign", "-f", "\(scratch.path)/\(name)", "-n", namespace] + options + [file])
    guard outcome.status == 0 else { throw Failed(outcome: outcome) }
    return try TestData.read(file + ".sig")
  }

  struct Failed: Error { let outcome: Program.Outcome }
}

/// SSH's wire format, written by the tests.
enum Wire {
  static func string(_ text: String) -> [UInt8] { string(Array(text.utf8)) }

  static func string(_ bytes: [UInt8]) -> [UInt8] { number(UInt32(bytes.count)) + bytes }

  static func number(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }

  static func positive(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    let digits = Array(bytes.drop { $0 == 0 })
    return string((digits.first ?? 0) >= 0x80 ? [0] + digits : digits)
  }
}
