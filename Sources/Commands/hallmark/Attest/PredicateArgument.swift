// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Attestations
import Encodings
import Verification

/// One `--predicate` of the command line: `publish`, `slsa`, `slsa=FILE` or `TYPE=FILE`.
enum PredicateArgument: Hashable, Sendable {
  /// PyPI's publish attestation, whose predicate is empty.
  case publish
  /// SLSA provenance from the claims of the identity token.
  case provenance
  /// A predicate of any type that lies in a file.
  case file(type: String, path: String)

  /// Bytes of a predicate's file.
  static let sizeLimit = 1 << 20

  /// Reads an argument.
  ///
  /// - Throws: `ValidationError`.
  init(_ text: String) throws {
    switch text {
    case "publish": self = .publish
    case "slsa": self = .provenance
    default:
      let parts = text.utf8.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let type = String(parts[0]), let path = String(parts[1]),
        !path.isEmpty
      else {
        throw ValidationError(
          "--predicate must be publish, slsa, slsa=FILE or TYPE=FILE, where TYPE is a URI.")
      }
      if type == "slsa" {
        self = .file(type: PredicateType.slsaProvenance, path: path)
        return
      }
      guard Self.isURI(type) else {
        throw ValidationError(
          "`\(UntrustedText.printable(type))` is no predicate type; it must be a URI, such as "
            + "https://example.org/scan/v1.")
      }
      guard !type.utf8.elementsEqual(PredicateType.publish.utf8) else {
        throw ValidationError(
          "A publish attestation has no predicate of its own; write --predicate publish.")
      }
      self = .file(type: type, path: path)
    }
  }

  /// The predicate type.
  var type: String {
    switch self {
    case .publish: PredicateType.publish
    case .provenance: PredicateType.slsaProvenance
    case .file(let type, _): type
    }
  }

  /// Whether a text is an absolute URI (RFC 3986 §3): a scheme, a colon, visible ASCII.
  private static func isURI(_ text: String) -> Bool {
    let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
    let isScheme =
      scheme.first.map { isLetter($0) } ?? false
      && scheme.allSatisfy { byte in
        isLetter(byte) || (0x30...0x39).contains(byte) || "+-.".utf8.contains(byte)
      }
    return isScheme && text.utf8.count > scheme.count + 1 && text.utf8.count <= 1024
      && VisibleASCII.holds(text)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }

  /// The predicate in a file, a JSON object.
  ///
  /// - Throws: `CommandFailure` that names the file.
  static func contents(of path: String, type: String) throws(CommandFailure) -> JSONValue {
    do {
      let bytes = try FileReading.bytes(of: path, limit: sizeLimit)
      let node = try JSONNode(parsing: bytes, limits: JSONLimits(size: sizeLimit))
      _ = try node.object()
      if type.utf8.elementsEqual(PredicateType.slsaProvenance.utf8) { _ = try ProvenanceV1(node) }
      return node.value
    } catch let error as FileError {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the predicate cannot be used: \(error)", place: path,
          help: ["expected the predicate alone, one JSON object of the type \(type)"]))
    }
  }
}
