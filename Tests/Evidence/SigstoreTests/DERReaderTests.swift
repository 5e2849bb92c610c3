// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Certificates

/// Object identifiers have one form; two texts of one would be two extensions to one reader and one to
/// another.
@Suite struct DERReaderTests {
  @Test(
    arguments: [
      ([0x2a, 0x86, 0x48], true), ([0x2b, 0x06, 0x01], true), ([0x2a], true),
      ([0x2b, 0x83, 0xbf, 0x30], true), ([], false), ([0x2a, 0x86], false),
      ([0x2b, 0x80, 0x08], false), ([0x80, 0x2b], false), ([0x2b, 0x06, 0x80, 0x01], false),
      ([0x2b, 0x83, 0x80, 0x30], true),
    ] as [([UInt8], Bool)])
  func objectIdentifiers(content: [UInt8], isOne: Bool) throws {
    let bytes = [0x06, UInt8(content.count)] + content
    var reader = DERReader(bytes, in: bytes.indices)
    let found = try? reader.next(DERReader.Tag.objectIdentifier).content
    #expect((found.map { Array(bytes[$0]) } == content) == isOne)
  }
}
