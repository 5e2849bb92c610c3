// SPDX-License-Identifier: Apache-2.0

import Reproducibility
import Testing

@Suite("The ladder of verdicts")
struct RebuildVerdictTests {
  @Test(
    "only the first two rungs pass",
    arguments: [
      (RebuildVerdict.identical, 1, "identical", true),
      (.identicalGiven([.zipTime: 3]), 2, "identical-given", true),
      (.equivalentMetadata, 3, "equivalent-metadata", false),
      (.different, 4, "different", false),
      (.cannotRebuild, 5, "cannot-rebuild", false),
    ])
  func ladder(verdict: RebuildVerdict, rung: Int, name: String, passes: Bool) {
    #expect(verdict.rung == rung)
    #expect(verdict.name == name)
    #expect(verdict.passes == passes)
  }
}
