// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Testing

@testable import Verification

/// How the rows about packages of npm are run.
///
/// A row has one of a package's two attestations; the other one is made to agree with what is
/// expected, so that the row's decides.
enum PackageUnitCases {
  static let tables: UnitCases.Tables = [
    "Test_verifyPublishPredicateName": { try publish($0, .name) },
    "Test_verifyPublishPredicateVersion": { try publish($0, .version) },
    "Test_verifyProvenanceSubjectName": { try provenance($0, .name) },
    "Test_verifyProvenanceSubjectVersion": { try provenance($0, .version) },
  ]

  private enum Part { case name, version }

  private static func payload(_ row: UnitCase) throws -> JSONValue {
    let text = try UnitCase.text(
      try row.row.required("att").required("Envelope").required("Payload"))
    return try JSONReader.parse(try Base64.decode(text))
  }

  private static func expectations(
    _ row: UnitCase, _ part: Part
  ) throws -> (NpmPackageExpectations, name: String, version: String) {
    switch part {
    case .name:
      let name = try row.required("subject")
      guard name.utf8.dropFirst().allSatisfy({ $0 != UInt8(ascii: "@") }) else {
        throw UnitCase.NotRun(reason: "no provenance can agree with a name that has a version")
      }
      return (NpmPackageExpectations(name: name, version: nil), name, "1.0.0")
    case .version:
      let version = try row.required("version")
      return (NpmPackageExpectations(name: nil, version: version), "@a/b", version)
    }
  }

  private static func publish(_ row: UnitCase, _ part: Part) throws {
    let (expected, name, version) = try expectations(row, part)
    let statement = UnitDocument.merged(
      UnitDocument.statement(type: "", nil, .object([])), try payload(row))
    try NpmPackageRule(
      provenance: try build(subject: "\(name)@\(version)"), publish: try parsed(statement)
    ).check(expected)
  }

  private static func provenance(_ row: UnitCase, _ part: Part) throws {
    let (expected, name, version) = try expectations(row, part)
    let statement = UnitDocument.statement(
      type: "https://github.com/npm/attestation/tree/main/specs/publish/v0.1", nil,
      ["name": .string(name), "version": .string(version)])
    let payload = try payload(row)
    let provenance = try GitHubProvenance(
      payload: Array(payload.compactText.utf8), builder: try row.required("builderID"))
    try NpmPackageRule(provenance: provenance, publish: try parsed(statement)).check(expected)
  }

  private static func parsed(_ statement: JSONValue) throws -> Statement {
    try Statement(parsing: Array(statement.compactText.utf8))
  }

  private static func build(subject: String) throws -> GitHubProvenance {
    try UnitDocument.v02(
      builder: TrustedBuilders.npmHosted, type: GitHubProvenance.npmBuildTypeV1,
      subjects: [
        [
          "name": .string("pkg:npm/" + subject.replacing("@", with: "%40", maxReplacements: 1)),
          "digest": ["sha512": .string(String(repeating: "0", count: 128))],
        ]
      ])
  }
}
