// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import PyPIAttestations
import Sigstore
import SystemPackage
import Verification

/// What an earlier run left of a target's files, read and not verified.
struct ExistingOutputs: Sendable {
  /// A file that is not what would be written.
  struct Foreign: Hashable, Sendable {
    /// Its path.
    let path: String
    /// Why it is not kept.
    let problem: String
  }

  /// A bundle and the file that it was found in.
  struct Found: Hashable, Sendable {
    /// The file's path.
    let path: String
    /// The bundle's text.
    let text: [UInt8]
  }

  /// The bundles, by position of what they sign.
  private(set) var found: [Int: Found] = [:]
  /// The files that hold all that they should.
  private(set) var complete: Set<SigningTarget.Output> = []
  /// The files that are in the way.
  private(set) var foreign: [Foreign] = []

  /// Reads the files of a target.
  init(of target: SigningTarget) {
    for output in target.outputs {
      let path = target.path(of: output).string
      guard FileReading.isPresent(path) else { continue }
      do {
        try add(path, output, of: target)
      } catch let error as Problem {
        foreign.append(Foreign(path: path, problem: error.sentence))
      } catch {
        foreign.append(Foreign(path: path, problem: "\(error)"))
      }
    }
  }

  private struct Problem: Error {
    let sentence: String
  }

  private mutating func add(
    _ path: String, _ output: SigningTarget.Output, of target: SigningTarget
  ) throws {
    let bytes = try FileReading.bytes(of: path, limit: Evidence.sizeLimit)
    var here: [Int: Found] = [:]
    for bundle in try Self.bundles(in: bytes, output.form) {
      let position = try Self.position(of: bundle, in: target)
      let item = Found(path: path, text: Array(bundle.json.compactText.utf8))
      guard here.updateValue(item, forKey: position) == nil else {
        throw Problem(sentence: "it says the same thing twice")
      }
      // Both forms of a signature are written from one; of two, neither would be the right one.
      if let other = found[position], try !Self.isSame(other, item) {
        throw Problem(sentence: "it holds another signature than `\(other.path)`")
      }
    }
    guard !here.isEmpty else { throw Problem(sentence: "it holds no signature") }
    // The bundle comes last, and has more than an attestation object.
    found.merge(here) { $1 }
    if output.form != .lines || here.count == target.count { complete.insert(output) }
  }

  private static func isSame(_ one: Found, _ other: Found) throws -> Bool {
    let one = try Bundle(parsing: one.text)
    let other = try Bundle(parsing: other.text)
    return one == other || PyPIAttestation(one) == PyPIAttestation(other)
  }

  private static func bundles(
    in bytes: [UInt8], _ form: SigningTarget.Form
  ) throws -> [Bundle] {
    switch form {
    case .bundle: [try Bundle(parsing: bytes)]
    case .attestation: [try PyPIAttestation(parsing: bytes).bundle]
    case .lines:
      try bytes.split(separator: UInt8(ascii: "\n")).map { try Bundle(parsing: Array($0)) }
    }
  }

  /// Which of the target's signatures a bundle seems to be.
  private static func position(of bundle: Bundle, in target: SigningTarget) throws -> Int {
    switch (target.content, bundle.content) {
    case (.file, .messageSignature): return 0
    case (.file, .envelope):
      throw Problem(sentence: "it is an attestation, not the signature of a file")
    case (.statements, .messageSignature):
      throw Problem(sentence: "it is the signature of a file, not an attestation")
    case (.statements(let statements), .envelope(let envelope)):
      let statement = try Statement(parsing: envelope.payload)
      guard
        let position = statements.firstIndex(where: {
          $0.predicateType.utf8.elementsEqual(statement.predicateType.utf8)
        })
      else {
        throw Problem(sentence: "it is an attestation of the type `\(statement.predicateType)`")
      }
      return position
    }
  }
}
