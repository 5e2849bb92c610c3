// SPDX-License-Identifier: Apache-2.0

import Encodings
import TestSupport
import Testing

@testable import Verification

/// The rows of slsa-verifier's own unit tables whose inputs are literal.
@Suite(.enabled(if: TestData.slsa.isPresent || TestData.isCI)) struct ProvenanceUnitCasesTests {
  /// How one function's rows are run here; `nil` for a row that has no meaning here.
  private static let functions: [String: @Sendable (JSONNode) throws -> String?] = [
    "Test_ParseBuilderID": { row in
      try outcome {
        let builder = try BuilderIdentifier(
          try text(row, "builderID"), needsVersion: try flag(row, "needVersion"))
        let expected = (try text(row, "builderName"), try text(row, "builderVersion"))
        #expect((builder.name, builder.version ?? "") == expected)
      }
    },
    "Test_BuilderIDNew": { row in
      try outcome {
        let builder = try BuilderIdentifier(
          try text(row, "trustedBuilderID"), needsVersion: try flag(row, "needVersion"))
        let version = try text(row, "builderVersion")
        #expect((builder.version ?? "") == version)
      }
    },
    "Test_MatchesLoose": { row in try matches(row, .loose) },
    "Test_MatchesFull": { row in try matches(row, .exact) },
    "Test_IsValidBuilderTag": { row in
      // The other rows are of the looser rule for test repositories.
      guard try !flag(row, "testing") else { return nil }
      return try outcome { try BuilderIdentityRule.checkRelease(try text(row, "ref")) }
    },
    "Test_IsValidJreleaserBuilderTag": { row in
      try outcome { try ProvenanceBuilderRule.checkJReleaserRelease(try text(row, "ref")) }
    },
    "Test_NormalizeGitURI": { row in
      let (uri, expected) = (try text(row, "uri"), try text(row, "expected"))
      #expect(GitReference.normalized(uri) == expected)
      return "pass"
    },
    "Test_ParseGitURIAndRef": { row in
      try outcome {
        let parts = try GitReference.split(try text(row, "uri"))
        let expected = (try text(row, "expectedURI"), try text(row, "expectedRef"))
        #expect((parts.uri, parts.ref ?? "") == expected)
      }
    },
    "Test_VerifyVersionedTag": { row in
      // Rows with a file instead of a tag need slsa-verifier's own test data.
      guard let provenance = try row.optional("prov") else { return nil }
      return try outcome {
        let tag = try GitReference.name(.tag, in: try text(provenance, "tag"))
        try VersionedTagRule.check(tag, expected: try text(row, "tag"))
      }
    },
  ]

  @Test(arguments: [
    ("Test_ParseBuilderID", 8), ("Test_BuilderIDNew", 10), ("Test_MatchesLoose", 30),
    ("Test_MatchesFull", 27), ("Test_IsValidBuilderTag", 8),
    ("Test_IsValidJreleaserBuilderTag", 8), ("Test_NormalizeGitURI", 11),
    ("Test_ParseGitURIAndRef", 4), ("Test_VerifyVersionedTag", 52),
  ])
  func rowsDecideAsExpected(function: String, count: Int) throws {
    let run = try #require(Self.functions[function])
    let cases = try JSONNode(parsing: try TestData.slsa.bytes("unit_cases.json"))
    var ran = 0
    for item in try cases.array(limit: 10_000)
    where try item.required("func").string() == function {
      guard let outcome = try run(try item.required("row")) else { continue }
      ran += 1
      let expected = try item.required("expected").string()
      let name = try item.required("name").string()
      #expect(outcome == expected, "\(name)")
    }
    #expect(ran == count)
  }

  private static func matches(
    _ row: JSONNode, _ match: BuilderIdentifier.Match
  ) throws -> String {
    try outcome {
      let builder = try BuilderIdentifier(try text(row, "trustedBuilderID"))
      try builder.check(
        expected: try text(row, "match"), match, allowsTag: try flag(row, "allowRef"))
    }
  }

  private static func outcome(_ body: () throws -> Void) throws -> String {
    do {
      try body()
      return "pass"
    } catch let error as ProvenanceFailure {
      return error.reason.rawValue
    }
  }

  private static func text(_ row: JSONNode, _ key: String) throws -> String {
    try row.optional(key)?.string() ?? ""
  }

  private static func flag(_ row: JSONNode, _ key: String) throws -> Bool {
    try row.optional(key)?.boolean() ?? false
  }
}
