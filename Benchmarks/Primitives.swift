// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings

/// The cryptography alone, without any format around it: keys, signatures and digests are made
/// before the clock runs, so what is timed is the least that a verifier with this library pays.
struct Primitives {
  private let p256 = P256.Signing.PrivateKey()
  private let p384 = P384.Signing.PrivateKey()
  private let p521 = P521.Signing.PrivateKey()
  private let ed25519 = Curve25519.Signing.PrivateKey()
  private let message = [UInt8](repeating: 0x61, count: 2_048)
  private let node = [UInt8](repeating: 0x61, count: 65)

  /// Seconds for one operation of each kind; for `sha256` per byte of a long message.
  func costs() async throws -> JSONObject {
    let short = SHA256.hash(data: message)
    let long = SHA384.hash(data: message)
    let (key256, key384, key521, key25519) = (
      p256.publicKey, p384.publicKey, p521.publicKey, ed25519.publicKey
    )
    let signature256 = try p256.signature(for: short)
    let signature384 = try p384.signature(for: long)
    let signature521 = try p521.signature(for: long)
    let signature25519 = try ed25519.signature(for: message)
    let bulk = [UInt8](repeating: 0x61, count: 1 << 20)
    var costs = JSONObject()
    func time(_ name: String, _ count: Int, per unit: Int = 1, _ operation: () -> Bool) async {
      var valid = true
      let measurement = await Measurement {
        for _ in 0..<count { valid = operation() && valid }
      }
      precondition(valid)
      costs[name] = .number("\(measurement.processor / Double(count * unit))")
    }
    await time("p256", 400) { key256.isValidSignature(signature256, for: short) }
    await time("p384", 60) { key384.isValidSignature(signature384, for: long) }
    await time("p521", 30) { key521.isValidSignature(signature521, for: long) }
    await time("ed25519", 200) { key25519.isValidSignature(signature25519, for: message) }
    await time("node", 20_000) { SHA256.hash(data: node) == SHA256.hash(data: node) }
    // Two hashes per round, so that the result is used.
    if case .number(let text) = costs["node"], let both = Double(text) {
      costs["node"] = .number("\(both / 2)")
    }
    var digest = short
    await time("sha256", 20, per: bulk.count) {
      digest = SHA256.hash(data: bulk)
      return true
    }
    precondition(digest != short)
    var longDigest = long
    await time("sha384", 20, per: bulk.count) {
      longDigest = SHA384.hash(data: bulk)
      return true
    }
    precondition(longDigest != long)
    return costs
  }
}
