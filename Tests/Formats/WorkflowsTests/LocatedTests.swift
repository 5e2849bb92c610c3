// SPDX-License-Identifier: Apache-2.0

import Testing
import Workflows

@Suite struct LocatedTests {
  @Test func placesCount() {
    #expect(Located("a", 0..<1) == Located("a", 0..<1))
    #expect(Located("a", 0..<1) != Located("a", 1..<2))
  }
}
