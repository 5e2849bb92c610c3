// SPDX-License-Identifier: Apache-2.0

/// The filter of system calls for builds (seccomp, classic BPF), as `bwrap --seccomp` reads it.
///
/// Refused is what would get around the limits or ask much of the kernel: memory that belongs to no
/// process and no file system (`memfd_create`, `shmget`), namespaces and file systems of one's own,
/// keys, `bpf`, `io_uring`. It looks to programs as if the kernel were older.
enum SandboxFilter {
  // Numbers of <asm/unistd.h>; those from 424 on are the same everywhere.
  private struct Architecture {
    /// `AUDIT_ARCH_…`.
    let code: UInt32
    let clone: UInt32
    let refused: [UInt32]
  }

  private static let everywhere: [UInt32] = [
    425,  // io_uring_setup
    428, 429, 430, 431, 432, 433,  // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick
    435,  // clone3, whose flags a filter cannot see
    442, 447,  // mount_setattr, memfd_secret
  ]

  private static let architectures = [
    "x86_64": Architecture(
      code: 0xC000_003E, clone: 56,
      // shmget, pivot_root, mount, umount2, add_key, request_key, keyctl, unshare,
      // perf_event_open, setns, memfd_create, bpf, userfaultfd
      refused: [29, 155, 165, 166, 248, 249, 250, 272, 298, 308, 319, 321, 323]),
    "aarch64": Architecture(
      code: 0xC000_00B7, clone: 220,
      refused: [194, 41, 40, 39, 217, 218, 219, 97, 241, 268, 279, 280, 282]),
  ]

  // Of <linux/bpf_common.h>: load a word, jump if equal, if not less, if a bit is set, return.
  private static let load: UInt16 = 0x20
  private static let ifEqual: UInt16 = 0x15
  private static let ifAtLeast: UInt16 = 0x35
  private static let ifAnyBit: UInt16 = 0x45
  private static let answer: UInt16 = 0x06

  private static let allow: UInt32 = 0x7FFF_0000
  private static let noSuchCall: UInt32 = 0x0005_0000 | 38
  private static let notPermitted: UInt32 = 0x0005_0000 | 1
  /// `CLONE_NEWNS`, `…CGROUP`, `…UTS`, `…IPC`, `…USER`, `…PID`, `…NET`.
  private static let newNamespaces: UInt32 = 0x7E02_0000
  /// Calls of the x32 ABI have this bit.
  private static let x32: UInt32 = 0x4000_0000

  /// The program for an architecture, if it is one that is known.
  static func program(for name: String) -> [UInt8]? {
    guard let architecture = architectures[name] else { return nil }
    let refused = architecture.refused + everywhere
    var code: [UInt8] = []
    func add(_ operation: UInt16, _ value: UInt32, then: Int = 0, else other: Int = 0) {
      for shift in [0, 8] { code.append(UInt8(truncatingIfNeeded: operation >> UInt16(shift))) }
      code += [UInt8(clamping: then), UInt8(clamping: other)]
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        code.append(UInt8(truncatingIfNeeded: value >> shift))
      }
    }
    // The architecture, then the number, stand at 4 and 0 of `struct seccomp_data`.
    add(load, 4)
    add(ifEqual, architecture.code, then: 1)
    add(answer, noSuchCall)
    add(load, 0)
    add(ifAtLeast, x32, then: refused.count + 2)
    add(ifEqual, architecture.clone, then: refused.count + 2)
    for (index, number) in refused.enumerated() {
      add(ifEqual, number, then: refused.count - index)
    }
    add(answer, allow)
    add(answer, noSuchCall)
    // The first argument of `clone`.
    add(load, 16)
    add(ifAnyBit, newNamespaces, else: 1)
    add(answer, notPermitted)
    add(answer, allow)
    return code
  }
}
