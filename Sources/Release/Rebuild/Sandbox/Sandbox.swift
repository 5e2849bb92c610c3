// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
package import SystemPackage

/// A place for code that others wrote: no network, no home, no secrets, a bounded disk.
///
/// It is made by bubblewrap from Linux's namespaces. Inside are `/usr` and the interpreter
/// (read-only), a private `/proc` and `/dev`, what ``mounts`` adds (read-only), and two file
/// systems in memory that can be written to, `/build` and `/tmp`; they go with the last process.
/// The build runs as a user without rights: as root's child it changes to another user, because
/// limits on processes do not bind root; as a user's child it is in a user namespace.
package struct Sandbox: Sendable {
  /// The program `bwrap`.
  package let program: FilePath
  /// Its version, such as `0.8.0`.
  package let version: String
  /// Whether the sandbox has a user namespace; else its driver changes to an ordinary user.
  let usesUserNamespace: Bool
  /// The program of the ``SandboxFilter``; `nil` where there is none for the architecture.
  var filter = SandboxFilter.program(for: Platform.architecture)

  /// Whether a filter of system calls is in force.
  package var isFiltered: Bool { filter != nil }

  private static let help = """
    install bubblewrap 0.8 or newer, on Debian and Ubuntu: apt-get install bubblewrap; where the \
    kernel forbids user namespaces to users, see kernel.unprivileged_userns_clone and \
    kernel.apparmor_restrict_unprivileged_userns
    """

  /// Finds bubblewrap and makes an empty sandbox with it, to see that the system lets it.
  ///
  /// - Parameter architecture: the machine's, as Python's platform tags spell it.
  /// - Returns: the sandbox.
  /// - Throws: ``RebuildError`` of reason `sandbox`.
  package static func find(
    architecture: String = Platform.architecture
  ) async throws -> Sandbox {
    let filter = SandboxFilter.program(for: architecture)
    try checkFilter(isThere: filter != nil, architecture: architecture, isRoot: Platform.isRoot)
    guard let program = Platform.findProgram("bwrap") else {
      throw RebuildError(
        .sandbox, "there is no sandbox on this machine: `bwrap` is not there", help: help)
    }
    let shown = try await ask(program, ["--version"])
    let version = shown.output.split(whereSeparator: { $0.isWhitespace }).last.map(String.init)
    var problem = ""
    // Without a user namespace only root may, and then it is the stronger of the two.
    for usesUserNamespace in Platform.isRoot ? [false, true] : [true] {
      let sandbox = Sandbox(
        program: program, version: version ?? "unknown", usesUserNamespace: usesUserNamespace,
        filter: filter)
      let arguments = sandbox.arguments(
        mounts: [], conditions: .standard, limits: Limits(), command: ["/usr/bin/true"])
      let tried = try await ask(program, arguments)
      if tried.isSuccess { return sandbox }
      problem = tried.output
    }
    let reason = problem.split(separator: "\n").last.map { ": \($0)" } ?? ""
    throw RebuildError(
      .sandbox, "`bwrap` \(version ?? "") cannot make a sandbox on this machine\(reason)",
      help: help)
  }

  /// Refuses to build as root's child where all of the kernel would be open to it.
  ///
  /// - Throws: ``RebuildError`` of reason `sandbox`.
  static func checkFilter(
    isThere: Bool, architecture: String, isRoot: Bool
  ) throws(RebuildError) {
    guard isThere || !isRoot else {
      throw RebuildError(
        .sandbox,
        "there is no filter of system calls for `\(architecture)`, and root builds nothing without",
        help: "build as an ordinary user")
    }
  }

  /// What is to be said aloud before anything is built in it.
  package var warning: String? {
    isFiltered
      ? nil
      : "there is no filter of system calls for this architecture, so the sandbox keeps less from "
        + "the kernel"
  }

  private static func ask(
    _ program: FilePath, _ arguments: [String]
  ) async throws -> (isSuccess: Bool, output: String) {
    let outcome = try await ChildProcess(
      command: [program.string] + arguments, environment: ["PATH": "/usr/bin:/bin"], folder: "/"
    ).collect(limit: 1 << 16)
    let output = String(decoding: outcome.standardOutput, as: UTF8.self)
    return (outcome.isSuccess, output + outcome.standardError)
  }

  /// Something of the host that is read-only inside.
  struct Mount: Hashable, Sendable {
    /// The path on the host.
    let source: FilePath
    /// The path inside.
    let target: FilePath
  }

  /// The arguments for `bwrap`.
  ///
  /// - Parameters:
  ///   - mounts: what is read-only inside.
  ///   - conditions: what the build can see of its place.
  ///   - limits: what it may use.
  ///   - isFiltered: whether standard input is the program of a ``SandboxFilter``.
  ///   - command: what runs inside.
  /// - Returns: the arguments.
  func arguments(
    mounts: [Mount], conditions: Conditions, limits: Limits, isFiltered: Bool = false,
    command: [String]
  ) -> [String] {
    var arguments = [
      "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
      "--die-with-parent", "--new-session", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin",
      "--hostname", conditions.hostName,
    ]
    if usesUserNamespace {
      arguments += ["--unshare-user", "--uid", String(conditions.userID)]
      arguments += ["--gid", String(conditions.userID), "--disable-userns"]
    } else {
      // What the driver needs to copy for an ordinary user and to become one; afterwards it has none.
      arguments += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
      arguments += ["--cap-add", "CAP_CHOWN"]
    }
    arguments += ["--ro-bind", "/usr", "/usr"] + Self.systemLinks()
    // Folders that bubblewrap makes on its own may be for root alone.
    arguments += ["--perms", "0755", "--dir", "/etc"]
    for path in ["/etc/alternatives", "/etc/ld.so.cache"] {
      arguments += ["--ro-bind-try", path, path]
    }
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    arguments += ["--perms", "1777", "--size", String(64 << 20), "--tmpfs", "/dev/shm"]
    arguments += ["--remount-ro", "/dev"]
    for folder in Self.writable {
      arguments += ["--perms", "1777", "--size", String(limits.disk), "--tmpfs", folder]
    }
    for mount in mounts {
      for parent in Self.parents(of: mount.target) {
        arguments += ["--perms", "0755", "--dir", parent.string]
      }
      arguments += ["--ro-bind", mount.source.string, mount.target.string]
    }
    if isFiltered { arguments += ["--seccomp", "0"] }
    return arguments + ["--remount-ro", "/", "--chdir", "/", "--"] + command
  }

  /// The two file systems that can be written to.
  static let writable = ["/tmp", "/build"]

  // `/bin` and the like, as they are on this system: links into `/usr`, or folders.
  private static func systemLinks() -> [String] {
    ["bin", "sbin", "lib", "lib32", "lib64", "libx32"].flatMap { name -> [String] in
      let path = FilePath("/").appending(name)
      if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path.string) {
        return ["--symlink", target, path.string]
      }
      return FileTree.isFolder(path) ? ["--ro-bind", path.string, path.string] : []
    }
  }

  private static func parents(of path: FilePath) -> [FilePath] {
    var parents: [FilePath] = []
    var current = path.removingLastComponent()
    while !current.components.isEmpty {
      parents.insert(current, at: 0)
      current.removeLastComponent()
    }
    return parents.filter { !writable.contains($0.string) && $0 != "/usr" && $0 != "/etc" }
  }
}
