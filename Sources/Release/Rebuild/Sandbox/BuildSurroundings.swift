// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// Where and how a build ran: what was there, and not what was wished for.
package struct BuildSurroundings: Hashable, Sendable {
  /// Whether it ran in a sandbox.
  package let isSandbox: Bool
  /// The folder of the source, in which the hooks ran.
  package let folder: FilePath
  /// All variables of the hooks.
  package let variables: [String: String]
  /// What was wished for; without a sandbox only a part of it is so.
  package let conditions: Sandbox.Conditions
  /// The number of the user in the sandbox.
  let userID: Int

  /// In what two builds differed that a back end can see, in words.
  ///
  /// - Parameter other: the surroundings of a build that began at least two seconds later.
  /// - Returns: the names of what differed.
  package func differences(from other: BuildSurroundings) -> [String] {
    func variable(_ name: String) -> Bool { variables[name] != other.variables[name] }
    let (one, two) = (conditions, other.conditions)
    // Outside of a sandbox a build sees the machine's own user, name and file system.
    let bothAreSandboxes = isSandbox && other.isSandbox
    let all: [(String, Bool)] = [
      ("time", true), ("path", folder != other.folder), ("umask", one.umask != two.umask),
      ("time zone", variable("TZ")), ("locale", variable("LC_ALL")),
      ("user", bothAreSandboxes && (userID != other.userID || one.userName != two.userName)),
      ("host name", bothAreSandboxes && one.hostName != two.hostName), ("home", variable("HOME")),
      ("hash seed", variable("PYTHONHASHSEED")),
      (
        "order of folders",
        bothAreSandboxes && one.reversesDirectoryOrder != two.reversesDirectoryOrder
      ),
      ("times of files", one.sourceTimeShift != two.sourceTimeShift),
    ]
    return all.filter(\.1).map(\.0)
  }
}
