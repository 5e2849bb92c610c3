// SPDX-License-Identifier: Apache-2.0

extension RandomAccessCollection where Self: Sendable, Element: Sendable, Index == Int {
  /// The results of an asynchronous operation on every element, in the elements' order, with at most
  /// `width` operations under way at a time.
  ///
  /// The bound keeps open files and memory few however long the list is; the order keeps what is
  /// printed the same however many processors there are. An operation that throws nothing reports
  /// its failure as its result, so one bad element does not stop the others.
  ///
  /// - Parameters:
  ///   - width: how many at a time, at least 1; the number of processors is a good choice.
  ///   - operation: runs outside of the caller's actor, for different elements at the same time.
  /// - Returns: one result per element.
  package func concurrentMap<Result: Sendable>(
    width: Int, _ operation: @escaping @Sendable @concurrent (Element) async -> Result
  ) async -> [Result] {
    await withTaskGroup(of: (Int, Result).self) { group in
      var next = startIndex
      func start(_ group: inout TaskGroup<(Int, Result)>) {
        guard next < endIndex else { return }
        let (index, element) = (next, self[next])
        group.addTask { (index, await operation(element)) }
        next += 1
      }
      for _ in 0..<Swift.max(1, width) { start(&group) }
      var results: [Result?] = Array(repeating: nil, count: count)
      while let (index, result) = await group.next() {
        results[index - startIndex] = result
        start(&group)
      }
      return results.compactMap(\.self)
    }
  }
}
