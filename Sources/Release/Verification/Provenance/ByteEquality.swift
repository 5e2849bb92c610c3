// SPDX-License-Identifier: Apache-2.0

// Names from signed documents are compared as UTF-8 bytes: equality of `String` is canonical
// equivalence, under which the Kelvin sign is a `K`.

extension Sequence<String> {
  /// Whether one of the texts has the same bytes.
  func contains(bytesOf text: String) -> Bool {
    contains { $0.utf8.elementsEqual(text.utf8) }
  }
}

extension Dictionary where Key == String {
  /// The value of the key with the same bytes.
  func value(bytesOf text: String) -> Value? {
    first { $0.key.utf8.elementsEqual(text.utf8) }?.value
  }
}

extension Sequence<UInt8> {
  /// The bytes as text; they are slices of texts here.
  var text: String { String(decoding: Array(self), as: UTF8.self) }
}
