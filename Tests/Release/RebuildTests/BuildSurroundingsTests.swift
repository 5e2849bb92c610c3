// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Testing

@testable import Rebuild

/// What a record says of the places of two builds.
@Suite struct BuildSurroundingsTests {
  private static func surroundings(
    _ conditions: Sandbox.Conditions, isSandbox: Bool, userID: Int = 1000
  ) -> BuildSurroundings {
    BuildSurroundings(
      isSandbox: isSandbox, folder: conditions.sourcePath,
      variables: conditions.variables(environment: "/build/env"), conditions: conditions,
      userID: userID)
  }

  private static let everything = [
    "time", "path", "umask", "time zone", "locale", "user", "host name", "home", "hash seed",
    "order of folders", "times of files",
  ]

  @Test func namesWhatDiffered() {
    let standard = Self.surroundings(.standard, isSandbox: true)
    #expect(
      standard.differences(from: Self.surroundings(.varied, isSandbox: true)) == Self.everything)
    // Without a sandbox the machine's own user, name and file system are seen.
    let bare = Self.surroundings(.standard, isSandbox: false)
    let seen = Self.everything.filter { !["user", "host name", "order of folders"].contains($0) }
    #expect(bare.differences(from: Self.surroundings(.varied, isSandbox: false)) == seen)
    #expect(standard.differences(from: Self.surroundings(.varied, isSandbox: false)) == seen)
  }

  /// One condition that is not varied is missing.
  @Test(arguments: everything.filter { $0 != "time" })
  func saysNothingOfTheRest(name: String) {
    let standard = Sandbox.Conditions.standard
    var conditions = Sandbox.Conditions.varied
    switch name {
    case "path": conditions.sourcePath = standard.sourcePath
    case "umask": conditions.umask = standard.umask
    case "time zone": conditions.timeZone = standard.timeZone
    case "locale": conditions.locale = standard.locale
    case "user": conditions.userName = standard.userName
    case "host name": conditions.hostName = standard.hostName
    case "home": conditions.home = standard.home
    case "hash seed": conditions.hashSeed = standard.hashSeed
    case "order of folders": conditions.reversesDirectoryOrder = false
    default: conditions.sourceTimeShift = 0
    }
    let differences = Self.surroundings(standard, isSandbox: true)
      .differences(from: Self.surroundings(conditions, isSandbox: true))
    #expect(differences == Self.everything.filter { $0 != name })
  }

  /// Whether there is a filter, whether root builds, and whether it is refused.
  @Test(arguments: [
    (true, true, false), (true, false, false), (false, true, true), (false, false, false),
  ])
  func rootNeedsTheFilter(isThere: Bool, isRoot: Bool, isRefused: Bool) {
    let error = Result {
      try Sandbox.checkFilter(isThere: isThere, architecture: "riscv64", isRoot: isRoot)
    }
    #expect(((try? error.get()) == nil) == isRefused)
  }

  @Test func anArchitectureWithoutFilterIsSaid() async throws {
    #expect(SandboxFilter.program(for: "riscv64") == nil)
    for name in ["x86_64", "aarch64"] { #expect(SandboxFilter.program(for: name) != nil) }
    let sandbox = Sandbox(
      program: "/usr/bin/bwrap", version: "0", usesUserNamespace: true, filter: nil)
    #expect(!sandbox.isFiltered)
    #expect(SandboxedBuild.Place.sandbox(sandbox).warning?.contains("no filter") == true)
    #expect(SandboxedBuild.Place.unsandboxed.warning?.contains("no sandbox") == true)
    let found = try await Sandbox.find()
    #expect(SandboxedBuild.Place.sandbox(found).warning == nil)
    let other = await Result { try await Sandbox.find(architecture: "riscv64") }
    #expect(((try? other.get()) == nil) == Platform.isRoot)
  }
}

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
