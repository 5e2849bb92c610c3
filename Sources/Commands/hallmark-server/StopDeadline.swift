// SPDX-License-Identifier: Apache-2.0

import Foundation
import ServiceLifecycle
import Verification

/// Ends the process when stopping takes too long.
///
/// A client that keeps its connection open must not keep the server. Every write is a transaction,
/// so nothing is lost by it.
struct StopDeadline: Service {
  /// Seconds between the request to stop and the end.
  static let seconds: TimeInterval = 4

  func run() async throws {
    try await gracefulShutdown()
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: Self.seconds)
      Foundation.exit(ExitStatus.done.rawValue)
    }
  }
}
