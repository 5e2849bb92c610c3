// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What some work cost: processor time of the whole process, and time on the wall.
struct Measurement {
  /// Seconds of processor time, of all threads.
  let processor: Double
  /// Seconds of it that were not spent in the kernel.
  let user: Double
  /// Seconds on the wall.
  let wall: Double

  /// Measures work.
  init(_ work: () async throws -> Void) async rethrows {
    let start = (
      Self.now(CLOCK_PROCESS_CPUTIME_ID), Self.now(CLOCK_MONOTONIC), Self.userSeconds
    )
    try await work()
    user = Self.userSeconds - start.2
    processor = Self.now(CLOCK_PROCESS_CPUTIME_ID) - start.0
    wall = Self.now(CLOCK_MONOTONIC) - start.1
  }

  private static var userSeconds: Double {
    var times = tms()
    _ = times_(&times)
    return Double(times.tms_utime) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

private func times_(_ buffer: inout tms) -> clock_t { times(&buffer) }
