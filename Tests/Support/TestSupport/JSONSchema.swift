// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The part of JSON Schema (draft 2020-12) that the project's schemas use, to check documents
/// against them; a keyword that it does not know is a failure, so that none is passed over.
package struct JSONSchema {
  private let root: [String: Any]
  private static let annotations: Set = ["$schema", "title", "description", "$defs"]

  /// Reads a schema of the project by its file name.
  package init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Documentation/schemas").standardized
    let object = try JSONSerialization.jsonObject(
      with: Data(contentsOf: folder.appendingPathComponent(name)))
    root = object as? [String: Any] ?? [:]
  }

  /// What is wrong with a document, by place; empty if it fits.
  package func problems(in text: String) throws -> [String] {
    let document = try JSONSerialization.jsonObject(
      with: Data(text.utf8), options: .fragmentsAllowed)
    return check(document, root, "$")
  }

  private func check(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    var problems: [String] = []
    for (keyword, rule) in schema where !Self.annotations.contains(keyword) {
      switch keyword {
      case "$ref": problems += check(value, resolved(rule), place)
      case "type": problems += isType(value, rule) ? [] : ["\(place): not \(rule)"]
      case "const": problems += isEqual(value, rule) ? [] : ["\(place): not \(rule)"]
      case "enum":
        let allowed = rule as? [Any] ?? []
        problems += allowed.contains { isEqual(value, $0) } ? [] : ["\(place): \(value)"]
      case "pattern":
        let matches = (value as? String)?.range(of: "\(rule)", options: .regularExpression) != nil
        problems += matches ? [] : ["\(place): not of the form \(rule)"]
      case "required":
        let object = value as? [String: Any] ?? [:]
        problems += (rule as? [String] ?? []).filter { object[$0] == nil }
          .map { "\(place): no \($0)" }
      case "properties", "additionalProperties": break
      case "items":
        for (index, item) in (value as? [Any] ?? []).enumerated() {
          problems += check(item, rule as? [String: Any] ?? [:], "\(place)[\(index)]")
        }
      default: problems.append("the schema's keyword \(keyword) is not known here")
      }
    }
    return problems + members(value, schema, place)
  }

  private func members(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    guard let object = value as? [String: Any] else { return [] }
    let known = schema["properties"] as? [String: [String: Any]] ?? [:]
    var problems: [String] = []
    for (name, member) in object {
      if let rule = known[name] {
        problems += check(member, rule, "\(place).\(name)")
      } else if let rule = schema["additionalProperties"] as? [String: Any] {
        problems += check(member, rule, "\(place).\(name)")
      } else if schema["additionalProperties"] as? Bool == false {
        problems.append("\(place).\(name): not in the schema")
      }
    }
    return problems
  }

  private func resolved(_ reference: Any) -> [String: Any] {
    let path = "\(reference)".split(separator: "/").dropFirst()
    return path.reduce(root) { $0[String($1)] as? [String: Any] ?? [:] }
  }

  private func isEqual(_ value: Any, _ other: Any) -> Bool {
    (value as? NSObject)?.isEqual(other) ?? false
  }

  private func isType(_ value: Any, _ rule: Any) -> Bool {
    (rule as? [String] ?? ["\(rule)"]).contains { name in
      switch name {
      case "object": value is [String: Any]
      case "array": value is [Any]
      case "string": value is String
      case "null": value is NSNull
      case "boolean": (value as? NSNumber)?.isBoolean ?? false
      case "integer":
        (value as? NSNumber).map { !$0.isBoolean && $0 == NSNumber(value: $0.int64Value) } ?? false
      default: false
      }
    }
  }
}

extension NSNumber {
  fileprivate var isBoolean: Bool { String(cString: objCType) == "c" }
}
