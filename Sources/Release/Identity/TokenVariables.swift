// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Identity tokens in environment variables that are named by their audience.
///
/// GitLab puts a token into each variable that a job lists under `id_tokens`. The name for an
/// audience is the audience in upper case, everything but `A` to `Z`, digits and `_` replaced by
/// `_`, a leading digit too, and then `_ID_TOKEN`: `SIGSTORE_ID_TOKEN` for `sigstore`,
/// `TESTPYPI_ID_TOKEN` for `testpypi`, `HTTPS___EXAMPLE_ORG_ID_TOKEN` for `https://example.org`.
///
/// Descriptions and dumps leave out the values.
package struct TokenVariables: IdentityTokenSource {
  private let values: [String: String]
  private let isGitLab: Bool

  /// What the name of every variable ends with.
  private static let suffix = "_ID_TOKEN"

  /// Takes the tokens out of an environment.
  package init(environment: [String: String]) {
    values = environment.filter { name, value in
      name.utf8.count > Self.suffix.utf8.count && name.hasSuffix(Self.suffix) && !value.isEmpty
    }
    isGitLab = AmbientIdentity.isSet("GITLAB_CI", in: environment)
  }

  /// The name of the variable for an audience.
  package static func name(audience: String) -> String {
    var name: [UInt8] = []
    for byte in audience.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"): name.append(byte - 0x20)
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): name.append(byte)
      case UInt8(ascii: "0")...UInt8(ascii: "9") where !name.isEmpty: name.append(byte)
      default: name.append(UInt8(ascii: "_"))
      }
    }
    return String(decoding: name, as: UTF8.self) + suffix
  }

  /// Whether there is a variable for an audience.
  package func holds(audience: String) -> Bool { values[Self.name(audience: audience)] != nil }

  /// The token in the audience's variable.
  ///
  /// - Throws: ``IdentityError``.
  package func token(audience: String) throws(IdentityError) -> IdentityToken {
    let name = Self.name(audience: audience)
    guard let value = values[name] else {
      throw IdentityError(
        .notConfigured, "there is no identity token in the variable \(name)",
        notes: isGitLab ? ["this is a job of GitLab CI/CD"] : [],
        help: [
          "let the job in .gitlab-ci.yml ask for it: `id_tokens: {\(name): {aud: \(audience)}}`"
        ])
    }
    do {
      return try IdentityToken(surroundedBySpace: Array(value.utf8))
    } catch {
      throw IdentityError(
        .malformed, "the variable \(name) holds no identity token: \(error)")
    }
  }
}

extension TokenVariables: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The names of the variables.
  package var description: String { "[token variables \(values.keys.sorted())]" }
  /// The names of the variables.
  package var debugDescription: String { description }
  /// Nothing of the values.
  package var customMirror: Mirror { Mirror(self, children: ["names": values.keys.sorted()]) }
}
