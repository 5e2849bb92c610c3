// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import Identity

/// Makes tokens that nobody signed, which is all that a client looks at.
enum PlainToken {
  static let now = Timestamp(unixSeconds: 1_790_000_000)

  static func text(_ payload: String, header: String = #"{"alg":"RS256"}"#) -> String {
    [header, payload, "SIGNATURE"].map { Base64.encodeURL(Array($0.utf8)) }
      .joined(separator: ".")
  }
}
