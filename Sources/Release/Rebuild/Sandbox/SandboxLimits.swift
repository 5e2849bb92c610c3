// SPDX-License-Identifier: Apache-2.0

extension Sandbox {
  /// What a build may use; what goes beyond is ended and named.
  package struct Limits: Hashable, Sendable {
    /// The kinds of limits, as errors name them.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
      /// Processes and threads.
      case processes
      /// Memory, including what lies in temporary files.
      case memory
      /// Bytes and files on the sandbox's disk.
      case disk
      /// Wall clock, and processor time of one process.
      case time
      /// What the build prints, or the size of one file that it makes.
      case output
    }

    /// Most processes and threads at a time.
    package var processes: Int
    /// Most bytes of memory of all processes and temporary files together.
    package var memory: Int
    /// Most bytes of temporary files in each of the sandbox's two file systems.
    package var disk: Int
    /// Most seconds by the clock.
    package var seconds: Int
    /// Most bytes of one file and of all that is printed.
    package var output: Int

    /// Makes limits; the defaults let packages with compiled code be built.
    package init(
      processes: Int = 1024, memory: Int = 4 << 30, disk: Int = 2 << 30, seconds: Int = 1800,
      output: Int = 512 << 20
    ) {
      self.processes = processes
      self.memory = memory
      self.disk = disk
      self.seconds = seconds
      self.output = output
    }

    /// A limit in words, such as `512 processes`.
    package func text(_ kind: Kind) -> String {
      switch kind {
      case .processes: "\(processes) processes and threads"
      case .memory: "\(Self.size(memory)) of memory"
      case .disk: "\(Self.size(disk)) of disk"
      case .time: "\(seconds) seconds"
      case .output: "\(Self.size(output)) of output"
      }
    }

    private static func size(_ bytes: Int) -> String {
      bytes.isMultiple(of: 1 << 30) ? "\(bytes >> 30) GiB" : "\(bytes >> 20) MiB"
    }

    /// The limits that the kernel enforces on each process, by their names in Python's module
    /// `resource`.
    var perProcess: [String: Int] {
      [
        "RLIMIT_NPROC": processes,
        // Address space is reserved more freely than it is used; ``memory`` is watched besides.
        "RLIMIT_AS": memory + 8 << 30,
        "RLIMIT_CPU": seconds,
        "RLIMIT_FSIZE": output,
        "RLIMIT_CORE": 0,
      ]
    }
  }
}
