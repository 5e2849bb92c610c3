// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Testing

@testable import Rebuild

@Suite("Where environments are kept")
struct EnvironmentStoreTests {
  @Test("without a folder of the user's own nothing is resolved or run")
  func placeIsNeeded() async throws {
    let store = EnvironmentStore(cache: FilePath())
    let interpreter = try await Interpreter(python: "python3")
    let error = await #expect(throws: RebuildError.self) {
      try await store.lock(EnvironmentStore.Question(["hatchling"]), for: interpreter)
    }
    #expect(error?.reason == .environment)
    #expect(error?.help?.contains("XDG_CACHE_HOME") == true)
  }
}
