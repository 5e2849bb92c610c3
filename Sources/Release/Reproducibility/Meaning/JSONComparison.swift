// SPDX-License-Identifier: Apache-2.0

internal import Encodings

/// Compares JSON documents by value, and bills of materials without what each writing makes anew.
///
/// Values are compared as the bytes of one compact text, because `String` equality is canonical
/// equivalence.
enum JSONComparison {
  private static let limits = JSONLimits(size: 8 << 20, depth: 64, values: 300_000)

  /// The cause of a difference of two documents; `nil` if one of them is not JSON.
  ///
  /// The order of a list says nothing where a build tool writes the file (`isGenerated`).
  static func cause(
    _ published: ArraySlice<UInt8>, _ rebuilt: ArraySlice<UInt8>, isGenerated: Bool
  ) -> DifferenceCause? {
    guard let one = try? JSONReader.parse(Array(published), limits: limits),
      let other = try? JSONReader.parse(Array(rebuilt), limits: limits)
    else { return nil }
    let isSame = bytes(sorted(one)) == bytes(sorted(other))
    if !isSame { return .jsonValues }
    return isGenerated ? .listOrder : .jsonOrder
  }

  /// The cause of a difference of two bills of materials (CycloneDX or SPDX); `nil` if one of them
  /// is not JSON.
  static func billOfMaterials(
    _ published: ArraySlice<UInt8>, _ rebuilt: ArraySlice<UInt8>
  ) -> DifferenceCause? {
    guard let one = try? JSONReader.parse(Array(published), limits: limits),
      let other = try? JSONReader.parse(Array(rebuilt), limits: limits)
    else { return nil }
    let left = withoutIdentifiers(one)
    let right = withoutIdentifiers(other)
    if bytes(left) == bytes(right) {
      return bytes(one) == bytes(other) ? .listOrder : .sbomNondeterminism
    }
    return bytes(sorted(left)) == bytes(sorted(right)) ? .listOrder : .sbomContents
  }

  private static func bytes(_ value: JSONValue) -> [UInt8] { Array(value.compactText.utf8) }

  // Members by name, elements by their text.
  private static func sorted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements):
      let all = elements.map { element in
        let element = sorted(element)
        return (key: bytes(element), value: element)
      }
      return .array(all.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value))
    case .object(let object):
      let members = object.members
        .map { (key: $0.key, value: sorted($0.value)) }
        .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      return .object(members.map { ($0.key, $0.value) })
    default: return value
    }
  }

  // Without serial number and time of the document, and with each file URL's path left out.
  private static func withoutIdentifiers(_ value: JSONValue) -> JSONValue {
    guard case .object(var top) = value else { return withoutPaths(value) }
    top["serialNumber"] = nil
    top["documentNamespace"] = nil
    for (member, time) in [("metadata", "timestamp"), ("creationInfo", "created")] {
      if case .object(var object)? = top[member] {
        object[time] = nil
        top[member] = .object(object)
      }
    }
    return withoutPaths(.object(top))
  }

  private static func withoutPaths(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text):
      let mark = "file:///"
      guard TextLines.contains(mark, in: Array(text.utf8)[...]) else { return value }
      var result: [UInt8] = []
      var rest = Array(text.utf8)[...]
      while let byte = rest.first {
        if rest.starts(with: mark.utf8) {
          result += mark.utf8
          rest = rest.drop { $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "?") && $0 > 0x20 }
        } else {
          result.append(byte)
          rest = rest.dropFirst()
        }
      }
      return .string(String(decoding: result, as: UTF8.self))
    case .array(let elements): return .array(elements.map(withoutPaths))
    case .object(let object):
      return .object(object.members.map { ($0.key, withoutPaths($0.value)) })
    default: return value
    }
  }
}
