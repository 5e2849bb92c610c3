// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Rebuild

/// GnuPG's status lines, one of them wrong at a time.
@Suite struct OpenPGPStatusTests {
  private static let good = """
    [GNUPG:] NEWSIG
    [GNUPG:] GOODSIG 0123456789ABCDEF Author <author@example.com>
    [GNUPG:] VALIDSIG FPR 2026-01-02 1767312000 0 4 0 22 10 00 PRIMARY

    """

  private static func signer(
    _ status: String, isSuccess: Bool = true
  ) throws -> (name: String, fingerprint: String) {
    try OpenPGPKeys.signer(status: Array(status.utf8), isSuccess: isSuccess)
  }

  @Test func `one good signature names the primary key`() throws {
    let signer = try Self.signer(Self.good)
    #expect(signer.name == "Author <author@example.com>")
    #expect(signer.fingerprint == "PRIMARY")
  }

  @Test(arguments: [
    "", good + good, good.replacing("VALIDSIG", with: "OTHER"),
    good.replacing("GOODSIG", with: "OTHER"), good.replacing("NEWSIG", with: "OTHER"),
    good.replacing("GOODSIG", with: "EXPSIG"), good.replacing("GOODSIG", with: "EXPKEYSIG"),
    good.replacing("GOODSIG", with: "REVKEYSIG"), good.replacing("GOODSIG", with: "BADSIG"),
    good + "[GNUPG:] NO_PUBKEY 0123\n", good.replacing("22 10 00", with: "22 2 00"),
    good.replacing("22 10 00", with: "22 1 00"), good.replacing("22 10 00", with: "22 3 00"),
    good.replacing(" 4 0 22 10 00 PRIMARY", with: ""),
  ])
  func `anything else is refused`(status: String) {
    #expect(throws: OpenPGPKeys.Refusal.self) { try Self.signer(status) }
  }

  @Test func `the program's own status counts too`() {
    #expect(throws: OpenPGPKeys.Refusal.self) { try Self.signer(Self.good, isSuccess: false) }
  }
}
