// SPDX-License-Identifier: Apache-2.0

/// The sections of a `setup.cfg`, read as Python's configparser does.
struct SetupConfiguration {
  private var values: [String: SetuptoolsMetadata.Value] = [:]
  private var isKnown = true

  init(parsing bytes: [UInt8]) {
    guard bytes.count <= SetuptoolsMetadata.sizeLimit,
      let text = String(validating: bytes, as: UTF8.self)
    else {
      isKnown = false
      return
    }
    var section = ""
    var last: String?
    for line in text.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline) {
      let words = line.trimmed
      guard let first = words.first, first != "#", first != ";" else { continue }
      if line.first == " " || line.first == "\t", let last {
        // What goes on over several lines is no name and no list of versions.
        values[last] = .computed
        continue
      }
      if first == "[", let end = words.lastIndex(of: "]") {
        section = String(words[words.index(after: words.startIndex)..<end])
        last = nil
        continue
      }
      guard let equals = words.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
        isKnown = false
        return
      }
      let option = words[..<equals].trimmed.lowercased()
      let key = section + "\n" + String(option.map { $0 == "-" ? "_" : $0 })
      let value = words[words.index(after: equals)...].trimmed
      let isDirective = value.hasPrefix("attr:") || value.hasPrefix("file:")
      values[key] =
        isDirective || value.isEmpty || values[key] != nil ? .computed : .text(String(value))
      last = key
    }
  }

  func value(_ option: String, of section: String) -> SetuptoolsMetadata.Value {
    guard isKnown else { return .computed }
    return values[section + "\n" + option] ?? .absent
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var rest = self
    while let first = rest.utf8.first, first.isASCIIWhitespace { rest = rest.dropFirst() }
    while let last = rest.utf8.last, last.isASCIIWhitespace { rest = rest.dropLast() }
    return rest
  }
}
