// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The keys that may sign tags, in the form of `gpg.ssh.allowedSignersFile` (ssh-keygen(1),
/// "ALLOWED SIGNERS"): a line per key with the names of those who hold it.
///
/// Every line only adds a signer, so one that is not understood (a certificate authority, a
/// pattern, a time without `Z`) adds nobody, and is named where a signature finds no signer.
package struct AllowedSigners: Sendable {
  /// The most bytes of a file.
  package static let sizeLimit = 1 << 20
  /// The purpose for which git signs.
  package static let namespace = "git"

  /// A line that adds nobody.
  package struct UnusableLine: Hashable, Sendable {
    /// Its number, from 1.
    package let number: Int
    /// Why.
    package let problem: String
  }

  /// Why a signature is not by an allowed signer.
  package enum Refusal: Error, Hashable, Sendable {
    /// No line has the key.
    case unknownKey(fingerprint: String)
    /// The signature does not hold.
    case invalid(String)
    /// The key is not for tags.
    case namespace(names: String)
    /// The key did not count when the tag says that it was made.
    case time(names: String)

    /// One sentence.
    package var sentence: String {
      switch self {
      case .unknownKey(let fingerprint):
        "it is signed by a key that is not allowed, \(fingerprint)"
      case .invalid(let problem): "its signature does not hold: \(problem)"
      case .namespace(let names): "the key of \(names) is not allowed to sign for git"
      case .time(let names): "the key of \(names) does not count at the time of the tag"
      }
    }
  }

  /// The lines that count.
  package let lines: [SSHKeyLine]
  /// Those that do not.
  package let unusable: [UnusableLine]

  /// Reads a file of at most ``sizeLimit`` bytes.
  package init(parsing bytes: [UInt8]) {
    var lines: [SSHKeyLine] = []
    var unusable: [UnusableLine] = []
    let all = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (index, raw) in all.enumerated() {
      let line = raw.drop { $0 == 0x20 || $0 == 0x09 }
      guard let first = line.first, first != UInt8(ascii: "#"), first != 0x0d else { continue }
      do {
        lines.append(try SSHKeyLine(parsing: Array(line), form: .allowedSigner))
      } catch {
        unusable.append(UnusableLine(number: index + 1, problem: "\(error)"))
      }
    }
    self.lines = lines
    self.unusable = unusable
  }

  /// Whose signature over a message of a time it is.
  ///
  /// - Parameters:
  ///   - signature: the signature.
  ///   - message: what is signed.
  ///   - time: the time in the message at which the key must count, as git asks `ssh-keygen`.
  /// - Returns: the names of the line.
  /// - Throws: ``Refusal``.
  package func signer(
    of signature: SSHSignature, over message: [UInt8], at time: Timestamp
  ) throws(Refusal) -> [String] {
    var refusal = Refusal.unknownKey(fingerprint: signature.publicKey.fingerprint)
    for line in lines where line.key == signature.publicKey {
      do {
        try signature.check(message, for: Self.namespace, by: line.key)
      } catch {
        throw .invalid("\(error)")
      }
      if line.allows(namespace: Self.namespace, at: time) { return line.principals }
      let names = line.principals.joined(separator: ", ")
      let allowsGit = line.namespaces?.contains { $0.utf8.elementsEqual("git".utf8) } ?? true
      refusal = allowsGit ? .time(names: names) : .namespace(names: names)
    }
    throw refusal
  }
}
