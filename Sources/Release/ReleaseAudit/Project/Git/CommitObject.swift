// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A commit object of git as far as its signature needs it (git's
/// `Documentation/gitformat-signature`): the signature stands in the header `gpgsig`, further lines
/// indented by a blank, and is over everything but that header.
struct CommitObject {
  /// The most bytes of an object.
  static let sizeLimit = 1 << 20

  /// When it was committed, by the committer's own account.
  let time: Timestamp
  /// The signature in its text form.
  let signature: [UInt8]?
  /// What the signature is over.
  let payload: [UInt8]

  /// Reads an object's contents; nil where they are none.
  init?(parsing bytes: [UInt8]) {
    guard bytes.count <= Self.sizeLimit else { return nil }
    var payload: [UInt8] = []
    var signature: [UInt8]?
    var time: Timestamp?
    var isSignature = false
    var offset = 0
    while offset < bytes.count {
      let end = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
      let line = bytes[offset..<end]
      offset = min(end + 1, bytes.count)
      if line.isEmpty {
        payload.append(0x0A)
        payload += bytes[offset...]
        break
      }
      if isSignature, line.first == 0x20 {
        signature? += Array(line.dropFirst()) + [0x0A]
        continue
      }
      isSignature = line.starts(with: "gpgsig ".utf8) && signature == nil
      if isSignature {
        signature = Array(line.dropFirst(7)) + [0x0A]
        continue
      }
      if line.starts(with: "committer ".utf8) {
        let words = line.split(separator: 0x20)
        if words.count >= 3, let seconds = DecimalText.parse(words[words.count - 2]) {
          time = Timestamp(unixSeconds: Int64(clamping: seconds))
        }
      }
      payload += Array(line) + [0x0A]
    }
    guard let time else { return nil }
    self.time = time
    self.signature = signature
    self.payload = payload
  }
}
