// SPDX-License-Identifier: Apache-2.0

import SystemPackage

extension SandboxRun {
  /// Where everything lies for the driver, and how it is started.
  ///
  /// | inside | what |
  /// |---|---|
  /// | `/build/input` | the source on the host |
  /// | `/build/src`, or as the conditions say | its copy, where the hooks run |
  /// | `/build/env` | the environment |
  /// | `/build/job` | driver and request |
  /// | `/build/work` | what the hooks leave |
  ///
  /// Without a sandbox the same folders lie in the temporary folder; the environment is a copy.
  struct Layout: Sendable {
    let input: FilePath
    let source: FilePath
    let scratch: FilePath
    let environment: FilePath
    /// Folders to make before anything runs.
    let folders: [String]
    /// All variables of the hooks.
    let variables: [String: String]
    let command: [String]
    /// What the command reads from standard input.
    let filter: [UInt8]?
    let isSandbox: Bool
    /// The number of user and group.
    let userID: Int
    /// Whether the driver is started as root and must become that user.
    let changesUser: Bool

    // The kernel counts the processes of a user on the whole machine, so that two builds with one
    // number would have one limit. Larger numbers do not fit into a tar header.
    private static let freeUserIDs = 1_000_000..<2_000_000

    init(build: SandboxedBuild, site: BuildSite, work: FilePath) {
      let job = work.appending("job")
      let driver = ["-I", "-S"]
      let conditions = build.conditions
      var surroundings: [String: String]
      switch build.place {
      case .sandbox(let sandbox):
        input = "/build/input"
        source = conditions.sourcePath
        scratch = "/build/work"
        environment = "/build/env"
        surroundings = conditions.variables(
          environment: environment, toolchains: build.toolchains)
        isSandbox = true
        changesUser = !sandbox.usesUserNamespace
        userID = changesUser ? Int.random(in: Self.freeUserIDs) : conditions.userID
        let mounts =
          build.interpreter.mounts
          + build.toolchains.map { Sandbox.Mount(source: $0, target: $0) }
          + [
            Sandbox.Mount(source: build.source, target: input),
            Sandbox.Mount(source: site.folder, target: environment),
            Sandbox.Mount(source: job, target: "/build/job"),
            Sandbox.Mount(source: job.appending("passwd"), target: "/etc/passwd"),
            Sandbox.Mount(source: job.appending("group"), target: "/etc/group"),
          ]
        filter = sandbox.filter
        command =
          [sandbox.program.string]
          + sandbox.arguments(
            mounts: mounts, conditions: conditions, limits: build.limits,
            isFiltered: filter != nil,
            command: [build.interpreter.program.string] + driver
              + ["/build/job/driver.py", "/build/job/request.json"])
      case .unsandboxed:
        input = build.source
        source = work.appending(conditions.sourcePath.components)
        scratch = work.appending("work")
        environment = site.folder
        surroundings = conditions.variables(
          environment: environment, toolchains: build.toolchains)
        surroundings["HOME"] = work.appending(conditions.home.components).string
        surroundings["TMPDIR"] = work.appending("tmp").string
        isSandbox = false
        filter = nil
        changesUser = false
        userID = conditions.userID
        command =
          [build.interpreter.program.string] + driver
          + [job.appending("driver.py").string, job.appending("request.json").string]
      }
      folders = [
        scratch.string, surroundings["HOME"] ?? "/tmp", surroundings["TMPDIR"] ?? "/tmp",
      ]
      if let time = build.sourceDateEpoch { surroundings["SOURCE_DATE_EPOCH"] = String(time) }
      variables = surroundings.merging(build.variables) { $1 }
    }
  }
}
