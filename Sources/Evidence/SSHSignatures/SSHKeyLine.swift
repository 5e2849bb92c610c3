// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A line with a public key.
///
/// It is as in a `.pub` file or `authorized_keys` (sshd(8)), or as in `allowed_signers`
/// (ssh-keygen(1)), where whose it is comes first:
///
/// ```
/// ssh-ed25519 AAAA… comment
/// valid-before="20280101Z" ssh-ed25519 AAAA… comment
/// author@example.com,backup namespaces="git,file",valid-after="20260101Z" ssh-ed25519 AAAA… comment
/// ```
/// Read are the options that concern signatures; any other, and `cert-authority`, is an error. Times
/// are in UTC and end with `Z`; names are compared as they are, so patterns are errors too.
package struct SSHKeyLine: Hashable, Sendable {
  /// What a line begins with.
  package enum Form: Hashable, Sendable {
    /// The key, or options and the key.
    case key
    /// The names of those who hold the key.
    case allowedSigner
  }

  /// The most bytes of a line.
  package static let sizeLimit = 16 << 10

  /// Whose key it is; empty in lines that do not say.
  package let principals: [String]
  /// What the key may sign for; `nil` means anything.
  package let namespaces: [String]?
  /// The time from which it counts.
  package let validAfter: Timestamp?
  /// The time until which it counts.
  package let validBefore: Timestamp?
  /// The key.
  package let key: SSHPublicKey
  /// What stands after the key.
  package let comment: String

  /// Reads a line, without or with the line break at its end.
  ///
  /// - Throws: ``SSHError``.
  package init(parsing bytes: [UInt8], form: Form = .key) throws(SSHError) {
    guard bytes.count <= Self.sizeLimit else {
      throw SSHError(.tooLarge, "the line is longer than \(Self.sizeLimit) bytes")
    }
    var line = bytes[...]
    if line.last == 0x0a { line = line.dropLast() }
    if line.last == 0x0d { line = line.dropLast() }
    guard let text = String(validating: line, as: UTF8.self),
      !line.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f })
    else { throw SSHError(.line, "it is not one line of text") }
    var words = Words(rest: text.utf8[...])

    principals =
      form == .allowedSigner
      ? try Self.names(Self.unquoted(try words.next("whose key it is")), "principal", .line) : []
    var name = try words.next("a key")
    var options = Options()
    let isKind =
      SSHPublicKey.Kind(rawValue: name) != nil || SSHPublicKey.Kind.isCertificate(name)
    if !isKind {
      options = try Options(name)
      name = try words.next("a key")
    }
    namespaces = options.namespaces
    validAfter = options.validAfter
    validBefore = options.validBefore
    let kind = try SSHPublicKey.Kind(name: name)
    let encoded = try words.next("a key")
    do {
      key = try SSHPublicKey(parsing: try Base64.decode(encoded))
    } catch let error as SSHError {
      throw error
    } catch {
      throw SSHError(.line, "the key is not in base64: \(error)")
    }
    guard key.kind == kind else {
      throw SSHError(.line, "the key is of another kind than the line says")
    }
    comment = words.remainder
  }

  /// Whether the key counts for a purpose at a time.
  package func allows(namespace: String, at time: Timestamp) -> Bool {
    if let namespaces, !namespaces.contains(where: { $0.utf8.elementsEqual(namespace.utf8) }) {
      return false
    }
    if let validAfter, time < validAfter { return false }
    if let validBefore, validBefore < time { return false }
    return true
  }

  /// The line in the form ``Form/key``; reading it again gives the same but for the names.
  package var text: String {
    var options: [String] = []
    if let namespaces { options.append("namespaces=\"\(namespaces.joined(separator: ","))\"") }
    if let validAfter { options.append("valid-after=\"\(Self.text(validAfter))\"") }
    if let validBefore { options.append("valid-before=\"\(Self.text(validBefore))\"") }
    return (options.isEmpty ? "" : options.joined(separator: ",") + " ") + key.line
      + (comment.isEmpty ? "" : " " + comment)
  }

  private static func text(_ time: Timestamp) -> String {
    String(decoding: time.rfc3339.utf8.filter { !"-:T".utf8.contains($0) }, as: UTF8.self)
  }

  /// Names between commas.
  fileprivate static func names(
    _ text: String, _ what: String, _ reason: SSHError.Reason
  ) throws(SSHError) -> [String] {
    var names: [String] = []
    for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let name = String(decoding: part, as: UTF8.self)
      guard !name.isEmpty, !name.utf8.contains(where: { "*?!\"".utf8.contains($0) }) else {
        throw SSHError(reason, "`\(name)` is not a \(what); patterns are not supported")
      }
      names.append(name)
    }
    return names
  }

  fileprivate static func unquoted(_ text: String) -> String {
    let bytes = text.utf8
    let quote = UInt8(ascii: "\"")
    let isQuoted = bytes.count >= 2 && bytes.first == quote && bytes.last == quote
    return isQuoted ? String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self) : text
  }

  /// Words between blanks; blanks within quotes do not count.
  private struct Words {
    var rest: Substring.UTF8View

    mutating func next(_ what: String) throws(SSHError) -> String {
      skipBlanks()
      var isQuoted = false
      let end =
        rest.firstIndex { byte in
          if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
          return !isQuoted && (byte == 0x20 || byte == 0x09)
        } ?? rest.endIndex
      let word = rest[..<end]
      guard !word.isEmpty else { throw SSHError(.line, "the line ends before \(what)") }
      rest = rest[end...]
      return String(decoding: word, as: UTF8.self)
    }

    var remainder: String {
      mutating get {
        skipBlanks()
        return String(decoding: rest, as: UTF8.self)
      }
    }

    private mutating func skipBlanks() {
      rest = rest[(rest.firstIndex { $0 != 0x20 && $0 != 0x09 } ?? rest.endIndex)...]
    }
  }

  /// `name="value"` between commas.
  private struct Options {
    var namespaces: [String]?
    var validAfter: Timestamp?
    var validBefore: Timestamp?

    init() {}

    init(_ text: String) throws(SSHError) {
      var seen: Set<String> = []
      for part in Self.parts(text) {
        let equals = part.utf8.firstIndex(of: UInt8(ascii: "="))
        let name = equals.map { String(part[..<$0]) } ?? part
        let value = equals.map { SSHKeyLine.unquoted(String(part[part.utf8.index(after: $0)...])) }
        guard seen.insert(name).inserted else {
          throw SSHError(.option, "the option `\(name)` is there twice")
        }
        switch (name, value) {
        case ("namespaces", let value?):
          namespaces = try SSHKeyLine.names(value, "namespace", .option)
        case ("valid-after", let value?): validAfter = try Self.time(value)
        case ("valid-before", let value?): validBefore = try Self.time(value)
        case ("cert-authority", nil):
          throw SSHError(
            .certificate,
            "the key is of an SSH certificate authority; only plain keys are supported"
          )
        default:
          throw SSHError(
            .option, "`\(part)` is neither a supported kind of key nor an option for signatures")
        }
      }
      if let validAfter, let validBefore, validBefore <= validAfter {
        throw SSHError(.time, "the key's time ends before it begins")
      }
    }

    private static func parts(_ text: String) -> [String] {
      var parts: [[UInt8]] = [[]]
      var isQuoted = false
      for byte in text.utf8 {
        if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        if byte == UInt8(ascii: ","), !isQuoted {
          parts.append([])
        } else {
          parts[parts.count - 1].append(byte)
        }
      }
      return parts.map { String(decoding: $0, as: UTF8.self) }
    }

    /// `YYYYMMDDZ`, `YYYYMMDDHHMMZ` or `YYYYMMDDHHMMSSZ`.
    private static func time(_ text: String) throws(SSHError) -> Timestamp {
      let digits = text.utf8.dropLast().map { String(UnicodeScalar($0)) }
      let known = [8: "000000", 12: "00", 14: ""]
      guard text.utf8.last == UInt8(ascii: "Z"), let more = known[digits.count] else {
        throw SSHError(.time, "`\(text)` is not a time such as 20260131Z or 20260131120000Z")
      }
      let all = digits + more.map { String($0) }
      func part(_ range: Range<Int>) -> String { all[range].joined() }
      let date = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))"
      do {
        return try Timestamp(
          rfc3339: "\(date)T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z")
      } catch {
        throw SSHError(.time, "`\(text)` is not a time")
      }
    }
  }
}
