// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SystemPackage

/// What a build without a sandbox leaves running.
///
/// The build's first process takes over all orphans and ends them, also those in sessions of their
/// own. Should it be killed itself, what it left is known by the build's own folder, which no other
/// process has in its environment or works in.
struct StrayProcesses: Sendable {
  /// The build's temporary folder, whose name is random.
  let folder: FilePath

  // The driver itself gives up after ten seconds.
  static let patience = Duration.seconds(12)

  /// Ends all of a build.
  ///
  /// - Parameter driver: the build's first process, which is asked first and leads its group.
  func end(_ driver: Int32) async {
    // Apart from the task, which may be cancelled.
    await Task.detached {
      let start = ContinuousClock.now
      if !SandboxUsage.hasEnded(driver) { Platform.terminate(driver) }
      while !SandboxUsage.hasEnded(driver), ContinuousClock.now - start < Self.patience {
        try? await Task.sleep(for: .milliseconds(20))
      }
      Platform.killGroup(driver)
      await endRest()
    }.value
  }

  /// Ends what is left after the build's first process.
  func endRest() async {
    await Task.detached {
      for _ in 0..<100 {
        let strays = find()
        if strays.isEmpty { return }
        for stray in strays { Platform.kill(stray) }
        try? await Task.sleep(for: .milliseconds(20))
      }
    }.value
  }

  /// Processes whose environment or working folder is the build's.
  func find() -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let wanted = Array(folder.string.utf8)
    return names.compactMap { Int32($0) }.filter { process in
      guard process != Platform.processIdentifier else { return false }
      let place = "/proc/\(process)"
      let working = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(place)/cwd")
      if let working, FilePath(working).starts(with: folder) { return true }
      let environment = try? FileTree.read(FilePath("\(place)/environ"), limit: 8 << 20)
      return environment?.contains(wanted) ?? false
    }
  }
}
