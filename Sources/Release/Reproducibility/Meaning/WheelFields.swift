// SPDX-License-Identifier: Apache-2.0

/// Compares two files `WHEEL` (binary distribution format, "File contents") field by field.
enum WheelFields {
  private struct Field: Hashable {
    let name: [UInt8]
    let value: [UInt8]
  }

  static func findings(
    _ published: ArraySlice<UInt8>, _ rebuilt: ArraySlice<UInt8>,
    _ excerpt: @escaping () -> Excerpt?
  ) -> [MemberMeaning.Finding] {
    guard let one = fields(published), let other = fields(rebuilt) else { return [] }
    var found: [MemberMeaning.Finding] = []
    func compare(_ cause: DifferenceCause, _ isPart: (Field) -> Bool) {
      let left = one.filter(isPart)
      let right = other.filter(isPart)
      guard left != right else { return }
      let order = { (one: Field, other: Field) in
        (one.name + [0] + one.value).lexicographicallyPrecedes(other.name + [0] + other.value)
      }
      let isOrder = left.sorted(by: order) == right.sorted(by: order)
      found.append(
        MemberMeaning.Finding(
          cause: isOrder ? .listOrder : cause, published: text(left), rebuilt: text(right),
          excerpt: excerpt))
    }
    let isGenerator = { (field: Field) in isNamed(field, "generator") }
    let isTag = { (field: Field) in isNamed(field, "tag") || isNamed(field, "build") }
    compare(.generatorVersion, isGenerator)
    compare(.wheelTag, isTag)
    compare(.wheelFields) { !isGenerator($0) && !isTag($0) }
    guard found.isEmpty else { return found }
    if TextLines.areEqualButForLineEndings(published, rebuilt) {
      return [MemberMeaning.Finding(cause: .metadataLineEndings)]
    }
    if one != other { return [MemberMeaning.Finding(cause: .listOrder, excerpt: excerpt)] }
    return [MemberMeaning.Finding(cause: .wheelFields, excerpt: excerpt)]
  }

  // Lines `Name: value`; empty lines may only stand at the end, where a second part would start.
  private static func fields(_ bytes: ArraySlice<UInt8>) -> [Field]? {
    guard bytes.count <= 64 << 10 else { return nil }
    var lines = TextLines.split(TextLines.withoutCarriageReturns(bytes)[...])
    while lines.last?.isEmpty == true { lines.removeLast() }
    var fields: [Field] = []
    for line in lines {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
        line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else { return nil }
      fields.append(
        Field(
          name: line[..<colon].map(TextLines.lowercased),
          value: Array(line[(colon + 1)...].drop { $0 == 0x20 })))
    }
    return fields
  }

  private static func isNamed(_ field: Field, _ name: String) -> Bool {
    field.name.elementsEqual(name.utf8)
  }

  private static func text(_ fields: [Field]) -> String? {
    guard !fields.isEmpty else { return nil }
    return fields.prefix(8).map { String(decoding: $0.value.prefix(200), as: UTF8.self) }
      .joined(separator: ", ")
  }
}
