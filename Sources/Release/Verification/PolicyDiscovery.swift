// SPDX-License-Identifier: Apache-2.0

/// Finds the policy when none is named: the user's configuration, then the enclosing git root of
/// the current folder.
package enum PolicyDiscovery {
  /// A policy file and why it counts.
  package struct Found: Hashable, Sendable {
    /// The file.
    package let path: String
    /// Why it counts, for the line that says so.
    package let origin: String
  }

  /// The name of the policy file.
  package static let filename = "hallmark.toml"

  /// Looks for a policy.
  ///
  /// A git root that belongs to another user does not count, as git itself would refuse it.
  ///
  /// - Parameters:
  ///   - environment: the environment's variables.
  ///   - currentFolder: the absolute path of the current folder.
  /// - Returns: the first policy there is; `nil` if there is none.
  package static func find(
    environment: [String: String], currentFolder: String
  ) -> Found? {
    let configuration =
      environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? environment["HOME"].map { "\($0)/.config" }
    if let configuration {
      let path = "\(configuration)/hallmark/\(filename)"
      if FileReading.exists(path) { return Found(path: path, origin: "the user's configuration") }
    }
    var folder = currentFolder
    while true {
      if FileReading.isPresent("\(folder)/.git") {
        let path = "\(folder == "/" ? "" : folder)/\(filename)"
        guard FileReading.isOwnedByUser(folder), FileReading.exists(path) else { return nil }
        return Found(path: path, origin: "the enclosing git repository")
      }
      guard folder != "/", let slash = folder.lastIndex(of: "/") else { return nil }
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
    }
  }
}
