// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SystemPackage

/// What the processes below one use at a moment, read from `/proc`.
///
/// A process namespace has one root, to which all orphans go, so the tree below `bwrap` is complete.
/// Without a sandbox all orphans go to the driver.
struct SandboxUsage: Hashable, Sendable {
  /// Processes and threads.
  var processes = 0
  /// Bytes of memory that belong to processes, also those that they share.
  var memory = 0
  /// Bytes in the sandbox's file systems.
  var disk = 0
  /// Files in the sandbox's file systems.
  var files = 0

  /// Most files on the sandbox's disk; each costs the kernel memory.
  static let fileLimit = 500_000

  /// Looks at all processes below one.
  ///
  /// - Parameters:
  ///   - root: the process.
  ///   - isSandbox: whether it is a sandbox, whose file systems count.
  init(below root: Int32, isSandbox: Bool = true) {
    let children = Self.allChildren()
    var pending = children[root] ?? []
    var isFirst = isSandbox
    while let pid = pending.popLast() {
      pending += children[pid] ?? []
      let status = Self.fields(of: pid)
      processes += status["Threads"] ?? 1
      let shared = status["RssShmem"] ?? 0
      memory += ((status["RssAnon"] ?? status["VmRSS"] ?? 0) + shared) << 10
      if isFirst {
        // The sandbox's root process sees its file systems.
        for folder in Sandbox.writable + ["/dev/shm"] {
          guard let use = Platform.use(ofFileSystem: "/proc/\(pid)/root\(folder)") else { continue }
          disk += use.bytes
          files += use.files
        }
        isFirst = false
      }
    }
  }

  /// The limit that is exceeded, if any.
  func exceeded(_ limits: Sandbox.Limits) -> Sandbox.Limits.Kind? {
    if processes >= limits.processes { return .processes }
    if files > Self.fileLimit { return .disk }
    if memory + disk > limits.memory { return disk > memory ? .disk : .memory }
    return nil
  }

  /// Whether a process has ended, and only its number is still there.
  static func hasEnded(_ process: Int32) -> Bool {
    // A list of open files that is full must not look like an end.
    status(of: process).map { $0.state == "Z" || $0.state == "X" } ?? !Platform.isAlive(process)
  }

  /// The children of a process.
  static func children(of process: Int32) -> [Int32] { allChildren()[process] ?? [] }

  private static func allChildren() -> [Int32: [Int32]] {
    var children: [Int32: [Int32]] = [:]
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    for name in names {
      guard let pid = Int32(name), let parent = status(of: pid)?.parent else { continue }
      children[parent, default: []].append(pid)
    }
    return children
  }

  private static func status(of pid: Int32) -> (state: String, parent: Int32)? {
    // `pid (name) state ppid …`, where the name may hold anything.
    guard let bytes = try? FileTree.read(FilePath("/proc/\(pid)/stat"), limit: 4096),
      let end = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let words = bytes[end...].split(separator: UInt8(ascii: " "))
    guard words.count > 2, let parent = Int32(String(decoding: words[2], as: UTF8.self)) else {
      return nil
    }
    return (String(decoding: words[1], as: UTF8.self), parent)
  }

  private static func fields(of pid: Int32) -> [String: Int] {
    guard let bytes = try? FileTree.read(FilePath("/proc/\(pid)/status"), limit: 1 << 16) else {
      return [:]
    }
    var fields: [String: Int] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == ":" })
      if words.count > 1, let number = Int(words[1]) { fields[String(words[0])] = number }
    }
    return fields
  }
}
