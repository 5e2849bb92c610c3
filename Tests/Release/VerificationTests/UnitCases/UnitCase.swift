// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport
import Testing

@testable import Verification

/// One row of slsa-verifier's unit tables (`unit_cases.json`).
///
/// The rows were taken from Go sources, so a value may be an expression: `{"_go": "a + b"}`, or
/// `{"_call": "url.Parse", "args": […]}`. What is defined beside the tables is in ``constants``.
struct UnitCase {
  /// Its place in the file, from 0.
  let index: Int
  /// The folder of the table: `gcb`, `gha`, `vsa` or another.
  let area: String
  /// The table.
  let function: String
  /// What the row is called.
  let name: String
  /// `pass` or the name of the error.
  let expected: String
  /// The row.
  let row: JSONNode

  /// All rows.
  static func all() throws -> [UnitCase] {
    try JSONNode(parsing: try TestData.slsa.bytes("unit_cases.json")).array(limit: 10_000)
      .enumerated().map { index, item in
        let folders = try item.required("file").string().components(separatedBy: "/")
        return UnitCase(
          index: index, area: folders[folders.count > 3 ? 2 : 1],
          function: try item.required("func").string(),
          name: try item.required("name").string(),
          expected: try item.required("expected").string(), row: try item.required("row"))
      }
  }

  /// A row is not run here for this reason.
  struct NotRun: Error {
    let reason: String
  }

  /// What slsa-verifier defines beside the tables.
  private static let constants: [String: String] = [
    "common.GoBuilderID": TrustedBuilders.go,
    "common.GenericDelegatorBuilderID": TrustedBuilders.delegator,
    "common.GenericLowPermsDelegatorBuilderID": TrustedBuilders.lowPermissionsDelegator,
    "common.ContainerBasedBuilderID": TrustedBuilders.containerBased,
    "common.NpmCLIHostedBuilderID": TrustedBuilders.npmHosted,
    "common.BYOBBuildTypeV0": delegatorType, "slsav1.BYOBBuildType": delegatorType,
    "common.ContainerBasedBuildTypeV01Draft": "https://slsa.dev/container-based-build/v0.1?draft",
    "common.NpmCLIBuildTypeV1": GitHubProvenance.npmBuildTypeV1,
    "common.NpmCLIBuildTypeV2": "https://github.com/npm/cli/gha/v2",
    "builderGoSlsa3GitURL": TrustedBuilders.go,
    "certOidcIssuer": WorkflowIdentity.gitHubIssuer,
    "httpsGithubCom": "https://github.com/", "gi": "git+",
    "trustedBuilderRepository": "slsa-framework/slsa-github-generator",
    "e2eTestRepository": "slsa-framework/example-package",
    "testProvTriggerURI": "git+https://github.com/sigstore/sigstore-js@refs/heads/main",
    "intoto.PayloadType": "application/vnd.in-toto+json",
    "intoto.PredicateSPDX": "https://spdx.dev/Document",
    "intoto_slsav1.PredicateSLSAProvenance": "https://slsa.dev/provenance/v1",
  ]

  /// The build type of delegated builds.
  static let delegatorType =
    "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0"

  /// A member as text, `nil` if it is absent or null.
  func text(_ key: String) throws -> String? {
    try row.optional(key).map { try Self.text($0) }
  }

  /// A member as text that must be there.
  func required(_ key: String) throws -> String { try Self.text(try row.required(key)) }

  /// A member as a flag; absent is false.
  func flag(_ key: String) throws -> Bool { try row.optional(key)?.boolean() ?? false }

  /// The text that a value or expression stands for.
  static func text(_ node: JSONNode) throws -> String {
    if let expression = try? node.required("_go").string() {
      return try expression.components(separatedBy: " + ").reduce(into: "") { text, part in
        text += try constants[part] ?? literal(part, of: expression)
      }
    }
    if let call = try? node.required("_call").string() {
      let argument = try #require(try node.required("args").array(limit: 4).first)
      switch call {
      case "Must", "url.Parse": return try text(argument)
      case "base64.StdEncoding.EncodeToString": return Base64.encode(Array(try text(argument).utf8))
      default: throw NotRun(reason: "the expression \(call) is not evaluated")
      }
    }
    return try node.string()
  }

  /// Expressions lost the quotes of their literals; a name without a dot or slash is no literal.
  private static func literal(_ part: String, of expression: String) throws -> String {
    guard part.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "@") }),
      !part.utf8.contains(UInt8(ascii: "("))
    else { throw NotRun(reason: "the value of \(expression) is not in the table") }
    return part
  }
}
