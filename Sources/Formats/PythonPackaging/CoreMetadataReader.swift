// SPDX-License-Identifier: Apache-2.0

/// Splits core metadata into fields and body, byte by byte and in linear time.
enum CoreMetadataReader {
  static func read(
    _ bytes: [UInt8], limits: CoreMetadataLimits
  ) throws(PackagingError) -> (fields: [CoreMetadata.Field], body: String?) {
    guard bytes.count <= limits.size else {
      throw .metadata(line: nil, reason: "the file is longer than \(limits.size) bytes")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw .metadata(line: nil, reason: "the file is not UTF-8")
    }
    var names: [String] = []
    var values: [[UInt8]] = []
    var position = 0
    var lineNumber = 0
    while position < bytes.count {
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      var line = bytes[position..<end]
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      position = min(end + 1, bytes.count)
      lineNumber += 1
      if line.isEmpty { break }
      guard !line.contains(0), !line.contains(UInt8(ascii: "\r")) else {
        throw .metadata(line: lineNumber, reason: "a control character stands in a field")
      }
      if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") {
        guard !values.isEmpty else {
          throw .metadata(line: lineNumber, reason: "the first line continues nothing")
        }
        values[values.count - 1].append(UInt8(ascii: "\n"))
        values[values.count - 1].append(contentsOf: continuation(line))
        continue
      }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
        line[..<colon].allSatisfy({ $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") })
      else { throw .metadata(line: lineNumber, reason: "expected `Field: value`") }
      guard names.count < limits.fields else {
        throw .metadata(line: lineNumber, reason: "more than \(limits.fields) fields")
      }
      names.append(String(decoding: line[..<colon], as: UTF8.self))
      values.append(Array(line[(colon + 1)...]))
    }
    let fields = zip(names, values).map { name, value in
      CoreMetadata.Field(name: name, value: String(decoding: trimmed(value), as: UTF8.self))
    }
    let body = bytes[position...]
    let hasBody = !body.allSatisfy(\.isASCIIWhitespace)
    return (fields, hasBody ? String(decoding: body, as: UTF8.self) : nil)
  }

  // Old descriptions mark each continued line with seven spaces and a bar.
  private static func continuation(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let marker = Array("       |".utf8)
    return line.starts(with: marker) ? line.dropFirst(marker.count) : line
  }

  private static func trimmed(_ value: [UInt8]) -> ArraySlice<UInt8> {
    let front = value.drop { $0.isASCIIWhitespace }
    return front.dropLast(front.reversed().prefix { $0.isASCIIWhitespace }.count)
  }
}
