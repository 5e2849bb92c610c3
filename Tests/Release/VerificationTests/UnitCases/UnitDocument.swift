// SPDX-License-Identifier: Apache-2.0

import Encodings

@testable import Verification

/// Statements for rows that give only a part of one.
///
/// slsa-verifier's tables fill Go structures; what a row leaves out is filled in here, because
/// provenance is read strictly.
enum UnitDocument {
  static let digest = String(repeating: "0", count: 64)

  /// What slsa-github-generator's Go builder calls its builds.
  static let generatorType = "https://github.com/slsa-framework/slsa-github-generator/go@v1"

  /// Provenance v0.2.
  static func v02(
    builder: String, type: String, predicate: JSONValue = .object([]),
    subjects: JSONValue? = nil
  ) throws -> GitHubProvenance {
    try read(
      statement(
        type: "https://slsa.dev/provenance/v0.2", subjects,
        merged(["builder": ["id": .string(builder)], "buildType": .string(type)], predicate)),
      builder: builder)
  }

  /// Provenance v1.
  static func v1(
    builder: String, type: String, predicate: JSONValue = .object([]),
    subjects: JSONValue? = nil
  ) throws -> GitHubProvenance {
    try read(
      statement(
        type: "https://slsa.dev/provenance/v1", subjects,
        merged(
          [
            "buildDefinition": ["buildType": .string(type)],
            "runDetails": ["builder": ["id": .string(builder)]],
          ], predicate)), builder: builder)
  }

  /// Provenance of slsa-github-generator's Go builder with this environment.
  static func generator(environment: JSONValue) throws -> GitHubProvenance {
    try v02(
      builder: TrustedBuilders.go, type: generatorType,
      predicate: ["invocation": ["environment": environment]])
  }

  /// A statement; without subjects it gets one.
  static func statement(
    type: String, _ subjects: JSONValue?, _ predicate: JSONValue
  ) -> JSONValue {
    [
      "_type": "https://in-toto.io/Statement/v0.1", "predicateType": .string(type),
      "subject": subjects ?? [["name": "file", "digest": ["sha256": .string(digest)]]],
      "predicate": predicate,
    ]
  }

  private static func read(_ statement: JSONValue, builder: String) throws -> GitHubProvenance {
    try GitHubProvenance(payload: Array(statement.compactText.utf8), builder: builder)
  }

  /// The members of both, deeply; the second's win.
  static func merged(_ left: JSONValue, _ right: JSONValue) -> JSONValue {
    guard case .object(var result) = left, case .object(let other) = right else { return right }
    for member in other.members {
      result[member.key] = result[member.key].map { merged($0, member.value) } ?? member.value
    }
    return .object(result)
  }

  /// A Go structure in the names of its JSON; what is in maps keeps its keys.
  static func json(_ node: JSONNode) throws -> JSONValue {
    switch node.value {
    case .object(let object):
      if object["_go"] != nil || object["_call"] != nil { return .string(try UnitCase.text(node)) }
      var result = JSONObject()
      for member in object.members where member.key != "_type" {
        let value = JSONNode(member.value, path: member.key)
        switch member.key {
        case "StatementHeader": break
        case "Environment", "ExternalParameters", "InternalParameters", "Digest":
          result[name(member.key)] = try map(value)
        default: result[name(member.key)] = try json(value)
        }
      }
      return .object(result)
    case .array: return .array(try node.array(limit: 100).map { try json($0) })
    default: return node.value
    }
  }

  private static func map(_ node: JSONNode) throws -> JSONValue {
    guard case .object(let object) = node.value else { return node.value }
    return .object(object.members.filter { $0.key != "_type" }.map { ($0.key, $0.value) })
  }

  private static func name(_ field: String) -> String {
    switch field {
    case "URI": "uri"
    case "ID": "id"
    default: field.prefix(1).lowercased() + field.dropFirst()
    }
  }
}
