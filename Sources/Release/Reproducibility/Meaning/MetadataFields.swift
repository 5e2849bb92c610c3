// SPDX-License-Identifier: Apache-2.0

internal import PythonPackaging

/// Compares core metadata (`METADATA`, `PKG-INFO`) field by field.
enum MetadataFields {
  private typealias Finding = MemberMeaning.Finding

  static func findings(
    _ published: ArraySlice<UInt8>, _ rebuilt: ArraySlice<UInt8>,
    _ excerpt: @escaping () -> Excerpt?
  ) -> [MemberMeaning.Finding] {
    if TextLines.areEqualButForLineEndings(published, rebuilt) {
      return [Finding(cause: .metadataLineEndings)]
    }
    guard let one = try? CoreMetadata(parsing: Array(published)),
      let other = try? CoreMetadata(parsing: Array(rebuilt))
    else { return [] }
    let left = FieldValues(one)
    let right = FieldValues(other)
    var found: [Finding] = []
    var names: Set<String> = Set(left.values.keys)
    names.formUnion(right.values.keys)
    var licences: [String] = []
    var others: [String] = []
    var isReordered = false
    for name in names.sorted() {
      let before = left.values[name] ?? []
      let after = right.values[name] ?? []
      guard before != after else { continue }
      if before.sorted(by: precedes) == after.sorted(by: precedes) {
        isReordered = true
      } else if name == "metadata-version" {
        found.append(
          Finding(
            cause: .metadataVersion, published: one.metadataVersion,
            rebuilt: other.metadataVersion))
      } else if name == "requires-dist", before.map(plain) == after.map(plain) {
        let place = zip(before, after).first { $0 != $1 }
        found.append(
          Finding(
            cause: .requiresDistForm, published: place.map { text($0.0) },
            rebuilt: place.map { text($0.1) }))
      } else if name.utf8.starts(with: "licen".utf8) {
        licences.append(name)
      } else {
        others.append(name)
      }
    }
    for (cause, names) in [(DifferenceCause.licenceFields, licences), (.metadataFields, others)]
    where !names.isEmpty {
      found.append(
        Finding(
          cause: cause, published: surplus(of: left, over: right, names),
          rebuilt: surplus(of: right, over: left, names)))
    }
    if let finding = description(one.description, other.description) { found.append(finding) }
    if found.isEmpty, isReordered || left.order != right.order {
      found.append(Finding(cause: .listOrder))
    }
    if found.isEmpty { found.append(Finding(cause: .metadataForm)) }
    found[0].excerpt = excerpt
    return found
  }

  /// Values by the lower-case name of their field, and the order in which fields stand.
  private struct FieldValues {
    var values: [String: [[UInt8]]] = [:]
    var order: [String] = []
    var spelling: [String: String] = [:]

    init(_ metadata: CoreMetadata) {
      for field in metadata.fields where !field.name.utf8.elementsEqual("Description".utf8) {
        let name = String(
          decoding: field.name.utf8.map(TextLines.lowercased), as: UTF8.self)
        values[name, default: []].append(Array(field.value.utf8))
        order.append(name)
        spelling[name] = field.name
      }
    }
  }

  private static func description(_ one: String?, _ other: String?) -> Finding? {
    let left = Array((one ?? "").utf8)[...]
    let right = Array((other ?? "").utf8)[...]
    guard left != right else { return nil }
    if TextLines.areEqualButForLineEndings(left, right) {
      return Finding(cause: .metadataLineEndings, published: "the description")
    }
    let cause = TextComparison(path: "description", left, right).cause
    return Finding(
      cause: cause == .clockInContents ? cause : .metadataFields,
      published: "description of \(left.count) bytes",
      rebuilt: "description of \(right.count) bytes")
  }

  // A requirement without what older writers put in: parentheses, spaces, the other quotes.
  private static func plain(_ requirement: [UInt8]) -> [UInt8] {
    requirement.compactMap { byte in
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "("), UInt8(ascii: ")"): nil
      case UInt8(ascii: "'"): UInt8(ascii: "\"")
      default: TextLines.lowercased(byte)
      }
    }
  }

  // The values that only one side has.
  private static func surplus(
    of side: FieldValues, over other: FieldValues, _ names: [String]
  ) -> String? {
    var shown: [String] = []
    for name in names {
      var rest = other.values[name] ?? []
      for value in side.values[name] ?? [] {
        if let place = rest.firstIndex(of: value) {
          rest.remove(at: place)
        } else {
          shown.append("\(side.spelling[name] ?? name): \(text(value.prefix(60)))")
        }
      }
    }
    guard !shown.isEmpty else { return nil }
    return shown.prefix(3).joined(separator: ", ")
      + (shown.count > 3 ? " and \(shown.count - 3) more" : "")
  }

  private static func precedes(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.lexicographicallyPrecedes(other)
  }

  private static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes.prefix(200)), as: UTF8.self)
  }
}
