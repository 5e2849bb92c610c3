// SPDX-License-Identifier: Apache-2.0

import Encodings

extension TransportRequest {
  /// The address of `rel="next"` in a `Link` header, which must be of the same host
  /// (RFC 8288).
  func nextPage(_ link: String) throws(TransportError) -> ServiceURL? {
    for part in link.utf8.prefix(8192).split(separator: UInt8(ascii: ",")) {
      let fields = part.split(separator: UInt8(ascii: ";")).map { field in
        field.filter { $0 != 0x20 }
      }
      guard let target = fields.first, target.first == UInt8(ascii: "<"),
        target.last == UInt8(ascii: ">"),
        fields.dropFirst().contains(where: { $0.elementsEqual("rel=\"next\"".utf8) })
      else { continue }
      let text = String(decoding: target.dropFirst().dropLast(), as: UTF8.self)
      guard let next = try? url.resolving(text), next.hasSameOrigin(as: url) else {
        throw error(.badAnswer, "the list's next page is on another host")
      }
      return next
    }
    return nil
  }
}
