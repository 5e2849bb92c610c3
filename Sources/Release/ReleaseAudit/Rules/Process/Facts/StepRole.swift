// SPDX-License-Identifier: Apache-2.0

import Workflows

/// What the steps of a release do, told by the actions they use and the programs they call.
struct StepRole: OptionSet, Hashable, Sendable {
  let rawValue: Int

  /// Makes the files of a release.
  static let builds = StepRole(rawValue: 1)
  /// Takes the sources out of git.
  static let checksOut = StepRole(rawValue: 2)
  /// Makes a signed statement on files.
  static let attests = StepRole(rawValue: 4)
  /// Checks signatures or statements on files.
  static let verifies = StepRole(rawValue: 8)
  /// Checks the signature of a tag or a commit.
  static let verifiesTag = StepRole(rawValue: 16)
  /// Compares files with those of another build or with published ones.
  static let compares = StepRole(rawValue: 32)
  /// Makes wheels that depend on the platform.
  static let buildsNative = StepRole(rawValue: 64)
  /// Prints digests of files, or writes them down.
  static let printsDigests = StepRole(rawValue: 128)
  /// Takes a token or password from a command, such as one that asks a vault.
  static let fetchesToken = StepRole(rawValue: 256)

  // What is not of the roles that every rule shares.
  private static let commands: [(program: String, words: [String], role: StepRole)] = [
    ("hallmark", ["verify-release"], [.verifiesTag, .compares]),
    ("hallmark", ["reproduce"], .compares), ("diffoscope", [], .compares),
    ("verify_release", [], .compares), ("cmp", [], .compares), ("diff", [], .compares),
    ("maturin", ["build"], .buildsNative), ("cibuildwheel", [], .buildsNative),
    ("git", ["verify-tag"], .verifiesTag), ("git", ["verify-commit"], .verifiesTag),
    ("openssl", ["dgst"], .printsDigests), ("pip", ["hash"], .printsDigests),
  ]
  private static let digests: Set<String> = [
    "sha256sum", "sha512sum", "sha384sum", "shasum", "b2sum", "sha256", "rhash",
  ]
}

extension StepRole {
  /// What a place in a job does.
  init(_ role: ReleaseRole) {
    switch role {
    case .build(.python): self = .builds
    case .attest: self = .attests
    case .verify(.attestation): self = .verifies
    case .verify(.gitSignature): self = .verifiesTag
    case .build, .verify, .publish: self = []
    }
  }

  /// What a step does besides.
  init(_ step: Step) {
    self = Self.role(of: step)
  }

  private static func role(of step: Step) -> StepRole {
    if let uses = step.uses {
      switch uses.action {
      case "actions/checkout": return .checksOut
      case "pypa/cibuildwheel", "pyo3/maturin-action": return .buildsNative
      case "hynek/build-and-inspect-python-package":
        return step.with?["attest-build-provenance-github"]?.value == "true" ? .attests : []
      default: return []
      }
    }
    return StepRole(step.invocations)
  }

  /// What the lines of a script do besides.
  init(script: String) { self.init(ShellScript(script).invocations) }

  /// What programs do besides.
  private init(_ invocations: [ShellInvocation]) {
    var role: StepRole = []
    for invocation in invocations {
      // With `-c` they compare.
      if Self.digests.contains(invocation.program), !invocation.hasOption("-c"),
        !invocation.hasOption("--check")
      {
        role.formUnion(.printsDigests)
      }
      for known in Self.commands
      where known.program == invocation.program
        && known.words.allSatisfy({ word in invocation.arguments.contains { $0.text == word } })
      {
        role.formUnion(known.role)
      }
    }
    self = role
  }
}
