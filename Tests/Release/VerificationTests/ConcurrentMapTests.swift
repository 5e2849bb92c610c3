// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import Verification

@Suite struct ConcurrentMapTests {
  @Test(arguments: [0, 1, 2, 7, 100], [0, 1, 2, 50])
  func resultsAreInOrder(width: Int, count: Int) async {
    let results = await (0..<count).map { $0 }.concurrentMap(width: width) { number in
      // Later ones end earlier.
      for _ in 0..<(count - number) { await Task.yield() }
      return number * 2
    }
    #expect(results == (0..<count).map { $0 * 2 })
  }

  @Test func aSliceBeginsElsewhere() async {
    #expect(await [1, 2, 3, 4][2...].concurrentMap(width: 2) { $0 } == [3, 4])
  }

  @Test(arguments: [1, 3])
  func noMoreThanTheWidthAtATime(width: Int) async {
    let current = Counter()
    _ = await (0..<64).map { $0 }.concurrentMap(width: width) { _ in
      current.enter()
      for _ in 0..<10 { await Task.yield() }
      current.leave()
    }
    #expect((1...width).contains(current.most))
  }

  /// How many are inside, and how many ever were.
  private final class Counter: Sendable {
    private let state = Mutex((inside: 0, most: 0))

    var most: Int { state.withLock(\.most) }

    func enter() {
      state.withLock {
        $0.inside += 1
        $0.most = max($0.most, $0.inside)
      }
    }

    func leave() { state.withLock { $0.inside -= 1 } }
  }
}
