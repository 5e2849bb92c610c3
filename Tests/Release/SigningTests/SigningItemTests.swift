// SPDX-License-Identifier: Apache-2.0

import Encodings
import Signing
import Testing

@Suite struct SigningItemTests {
  @Test func itemsOfAnEarlierRunAreOptional() {
    let item = SigningItem(name: "a", content: .file(SHA256Hash(hashing: [])))
    #expect(item.existing == nil)
  }
}
