// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

extension Sandbox {
  /// What a build can see of the place where it runs.
  package struct Conditions: Hashable, Sendable {
    /// Where the source lies: a folder below `/build`.
    package var sourcePath: FilePath
    /// The mask of permissions.
    package var umask: Int
    /// The time zone, as in the variable `TZ`.
    package var timeZone: String
    /// The locale, as in the variable `LC_ALL`.
    package var locale: String
    /// The number of user and group; below root it is another one for each build.
    package var userID: Int
    /// The user's name.
    package var userName: String
    /// The host's name.
    package var hostName: String
    /// The home folder, which is empty, below `/build`.
    package var home: FilePath
    /// The seed of Python's hashes, as in the variable `PYTHONHASHSEED`.
    package var hashSeed: String
    /// Whether folders list their entries in the other direction.
    package var reversesDirectoryOrder: Bool
    /// Seconds that are added to the files' times.
    package var sourceTimeShift: Int64

    /// The conditions of every build that counts.
    package static let standard = Conditions(
      sourcePath: "/build/src", umask: 0o022, timeZone: "UTC", locale: "C.UTF-8", userID: 65534,
      userName: "hallmark", hostName: "hallmark", home: "/build/home", hashSeed: "0",
      reversesDirectoryOrder: false, sourceTimeShift: 0)

    /// All of them changed: what comes out the same does not depend on any.
    package static let varied = Conditions(
      sourcePath: "/build/elsewhere/in another/source", umask: 0o077, timeZone: "JST-9",
      locale: "C", userID: 1234, userName: "builder", hostName: "elsewhere",
      home: "/build/users/builder", hashSeed: "4242", reversesDirectoryOrder: true,
      sourceTimeShift: 3 * 86_400 + 7)

    /// The variables of the build, but those that are the caller's to give.
    func variables(environment: FilePath, toolchains: [FilePath] = []) -> [String: String] {
      [
        "PATH": path(environment, toolchains: toolchains), "HOME": home.string, "TMPDIR": "/tmp",
        "USER": userName, "LOGNAME": userName, "TZ": timeZone, "LC_ALL": locale, "LANG": locale,
        "PYTHONHASHSEED": hashSeed, "PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1",
        "NO_COLOR": "1",
      ]
    }

    /// Where programs are found: in the environment, in toolchains, in the system.
    func path(_ environment: FilePath, toolchains: [FilePath]) -> String {
      let folders = ([environment] + toolchains).map { "\($0)/bin" }
      return (folders + ["/usr/local/bin", "/usr/bin", "/bin"]).joined(separator: ":")
    }
  }
}
