// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Ctrl-C and termination: the work is cancelled, cleans up after itself, and then the process ends
/// by the signal that came, so that a shell sees what happened.
enum Interruption {
  /// Runs work that can be interrupted.
  ///
  /// Does not return when a signal came.
  static func run<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let caught = CaughtSignal()
    let task = Task { try await work() }
    let queue = DispatchQueue(label: "hallmark.signals")
    let sources = Platform.endingSignals().map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        caught.record(number)
        task.cancel()
      }
      source.resume()
      return source
    }
    let result = await task.result
    for source in sources { source.cancel() }
    if let number = caught.number { Platform.end(by: number) }
    return try result.get()
  }

  /// The first signal that came.
  private final class CaughtSignal: Sendable {
    private let first = Mutex<Int32?>(nil)

    var number: Int32? { first.withLock { $0 } }

    func record(_ number: Int32) {
      first.withLock { $0 = $0 ?? number }
    }
  }
}
