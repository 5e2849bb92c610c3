// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A tag object of git (git's `Documentation/gitformat-signature`, `git-mktag(1)`), read and not
/// verified.
///
/// ```
/// object 1f3c…                      what is tagged
/// type commit
/// tag v1.0.0                        the name that was given, signed with the rest
/// tagger Name <address> 1767312000 +0100
///
/// The message
/// -----BEGIN SSH SIGNATURE-----     from the last line that begins a signature to the end
/// ```
/// Signed is everything before that line. The headers must be these, in this order; others may
/// follow them.
package struct TagObject: Hashable, Sendable {
  /// The most bytes of an object.
  package static let sizeLimit = 1 << 20

  /// How a tag is signed, by the line with which the signature begins.
  package enum Form: String, CaseIterable, Hashable, Sendable {
    /// By `ssh-keygen -Y sign`.
    case ssh = "-----BEGIN SSH SIGNATURE-----"
    /// By OpenPGP.
    case openPGP = "-----BEGIN PGP SIGNATURE-----"
    /// By OpenPGP, in an older form.
    case openPGPMessage = "-----BEGIN PGP MESSAGE-----"
    /// By X.509.
    case x509 = "-----BEGIN SIGNED MESSAGE-----"
  }

  /// A signature, in its text form.
  package struct Signature: Hashable, Sendable {
    /// The form.
    package let form: Form
    /// The text, with the lines that begin and end it.
    package let text: [UInt8]
  }

  /// Why bytes are not a tag object.
  package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence.
    package let description: String
  }

  /// The id of what is tagged, in hexadecimal.
  package let object: String
  /// What kind of object that is, such as `commit`.
  package let type: String
  /// The name in the object, which the ref that leads here need not have.
  package let name: [UInt8]
  /// Who tagged, by their own account.
  package let tagger: String
  /// When, by their own account.
  package let time: Timestamp
  /// What a signature is over.
  package let payload: [UInt8]
  /// The signature, if there is one.
  package let signature: Signature?

  /// Reads an object's contents.
  ///
  /// - Throws: ``Problem``.
  package init(parsing bytes: [UInt8]) throws(Problem) {
    guard bytes.count <= Self.sizeLimit else {
      throw Problem(description: "it is larger than \(Self.sizeLimit) bytes")
    }
    var rest = bytes[...]
    func header(_ key: String) throws(Problem) -> [UInt8] {
      let line = rest.prefix { $0 != 0x0a }
      let start = Array("\(key) ".utf8)
      guard line.starts(with: start), line.count < rest.count else {
        throw Problem(description: "it has no `\(key)` where one belongs")
      }
      rest = rest[(line.endIndex + 1)...]
      return Array(line.dropFirst(start.count))
    }
    let object = try header("object")
    guard Self.isObjectID(object) else {
      throw Problem(description: "what it tags has no usable id")
    }
    self.object = String(decoding: object, as: UTF8.self)
    type = String(decoding: try header("type"), as: UTF8.self)
    name = try header("tag")
    let line = try header("tagger")
    guard let time = Self.time(of: line) else {
      throw Problem(description: "it does not say when it was made")
    }
    self.time = time
    tagger = String(decoding: line.prefix(through: line.lastIndex(of: 0x3e) ?? 0), as: UTF8.self)
    (payload, signature) = Self.split(bytes)
  }

  /// Whether bytes are an object's id: SHA-1 or SHA-256 in hexadecimal.
  static func isObjectID(_ bytes: some Collection<UInt8>) -> Bool {
    [40, 64].contains(bytes.count)
      && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// The time at the end of `Name <address> SECONDS ZONE`.
  private static func time(of line: [UInt8]) -> Timestamp? {
    guard let end = line.lastIndex(of: 0x3e) else { return nil }
    let words = line[(end + 1)...].split(separator: 0x20)
    guard words.count == 2, words[0].count <= 12,
      let seconds = DecimalText.parse(words[0]), words[1].count == 5,
      let sign = words[1].first, "+-".utf8.contains(sign),
      words[1].dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Timestamp(unixSeconds: Int64(seconds))
  }

  /// What is signed, and the signature: like git, from the last line that begins one.
  private static func split(_ bytes: [UInt8]) -> ([UInt8], Signature?) {
    var found: (start: Int, form: Form)?
    var start = 0
    while start < bytes.count {
      let line = bytes[start...]
      if bytes[start] == UInt8(ascii: "-"),
        let form = Form.allCases.first(where: { line.starts(with: $0.rawValue.utf8) })
      {
        found = (start, form)
      }
      guard let end = line.firstIndex(of: 0x0a) else { break }
      start = end + 1
    }
    guard let found else { return (bytes, nil) }
    return (
      Array(bytes[..<found.start]),
      Signature(form: found.form, text: Array(bytes[found.start...]))
    )
  }
}
