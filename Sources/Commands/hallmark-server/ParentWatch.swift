// SPDX-License-Identifier: Apache-2.0

import Foundation
import ServiceLifecycle

/// Ends when standard input does: a program that holds the other end of a pipe and goes away, in
/// whatever manner, leaves no server behind.
struct ParentWatch: Service {
  func run() async throws {
    let (ended, continuation) = AsyncStream<Void>.makeStream()
    // Reading blocks, so it has a thread of its own; it ends with the process.
    Thread.detachNewThread {
      while let data = try? FileHandle.standardInput.read(upToCount: 1024), !data.isEmpty {}
      continuation.finish()
    }
    await withGracefulShutdownHandler {
      for await _ in ended {}
    } onGracefulShutdown: {
      continuation.finish()
    }
  }
}
