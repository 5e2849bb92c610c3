// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Signing
import Testing

@Suite struct SigningItemTests {
  @Test func statementsAreSignedInCanonicalForm() throws {
    let statement = Statement(
      subjects: [Subject(name: "a", sha256: SHA256Hash(hashing: []))], predicateType: "p",
      predicate: ["b": 1, "a": 2])
    let item = try SigningItem(name: "a", statement)
    #expect(item.content == .statement(try statement.payload()))
    #expect(item.existing == nil)
  }
}
