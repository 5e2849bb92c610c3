// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import HTTPTypes

/// Server-driven content negotiation (RFC 9110 §12.5.1).
///
/// `Accept: application/vnd.pypi.simple.v1+json, text/html;q=0.01` prefers JSON; `*/*` and an absent
/// field take the first of the offered types.
enum ContentNegotiation {
  /// Chooses the offered media type that the client likes most.
  ///
  /// - Parameters:
  ///   - offered: media types without parameters, the server's favourite first.
  ///   - accept: the value of the `Accept` field.
  /// - Returns: one of the types, or `nil` if the client accepts none.
  static func choose(from offered: [String], accept: String?) -> String? {
    guard let accept, !accept.isEmpty else { return offered.first }
    let ranges = ranges(in: accept)
    var best: (type: String, quality: Int)?
    for type in offered {
      let quality = quality(of: type, in: ranges)
      if quality > best?.quality ?? 0 { best = (type, quality) }
    }
    return best?.type
  }

  /// Whether the client names a type itself, not only by a wildcard.
  static func names(_ type: String, accept: String?) -> Bool {
    guard let accept else { return false }
    return ranges(in: accept).contains { $0.type == type && $0.quality > 0 }
  }

  private struct MediaRange {
    let type: String
    let quality: Int
  }

  private static func quality(of type: String, in ranges: [MediaRange]) -> Int {
    let family = (type.split(separator: "/").first ?? "") + "/*"
    // The most specific range decides, RFC 9110 §12.5.1.
    for candidate in [type, String(family), "*/*"] {
      if let range = ranges.first(where: { $0.type == candidate }) { return range.quality }
    }
    return 0
  }

  private static func ranges(in accept: String) -> [MediaRange] {
    // 64 ranges are more than any client sends.
    accept.split(separator: ",").prefix(64).map { item in
      let parts = item.split(separator: ";")
      let type = (parts.first ?? "").trimmed.lowercased()
      let weight = parts.dropFirst().map { $0.trimmed.lowercased() }.first { $0.hasPrefix("q=") }
      return MediaRange(type: type, quality: weight.map { thousandths($0.dropFirst(2)) } ?? 1000)
    }
  }

  // `qvalue` of RFC 9110 §12.4.2: 0 to 1 with at most three decimals; anything else counts as 0.
  private static func thousandths(_ text: Substring) -> Int {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, first == 0x30 || first == 0x31, bytes.count <= 5 else {
      return 0
    }
    guard bytes.count > 1 else { return first == 0x31 ? 1000 : 0 }
    guard bytes[1] == UInt8(ascii: ".") else { return 0 }
    var value = Int(first - 0x30) * 1000
    var unit = 100
    for digit in bytes.dropFirst(2) {
      guard digit >= 0x30, digit <= 0x39 else { return 0 }
      value += Int(digit - 0x30) * unit
      unit /= 10
    }
    return min(value, 1000)
  }
}

extension Substring {
  /// Without spaces and tabs at both ends.
  var trimmed: Substring {
    var text = self
    while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
    while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
    return text
  }
}

extension Request {
  /// The value of the `Accept` field; several fields are one list.
  var accept: String? {
    let values = headers[values: .accept]
    return values.isEmpty ? nil : values.joined(separator: ",")
  }
}
