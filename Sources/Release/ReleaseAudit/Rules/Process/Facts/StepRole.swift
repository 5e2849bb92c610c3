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

  private static let actions: [(name: String, role: StepRole)] = [
    ("actions/checkout", .checksOut), ("actions/attest", .attests),
    ("actions/attest-build-provenance", .attests), ("sigstore/gh-action-sigstore-python", .attests),
    ("actions/attest-sbom", []), ("pypa/cibuildwheel", [.builds, .buildsNative]),
    ("pyo3/maturin-action", [.builds, .buildsNative]), ("astral-sh/attest-action", .attests),
  ]

  private static let commands: [(words: String, role: StepRole)] = [
    ("-m build", .builds), ("pyproject-build", .builds), ("pipx run build", .builds),
    ("uv build", .builds), ("uvx --from build", .builds), ("hatch build", .builds),
    ("poetry build", .builds), ("flit build", .builds), ("pdm build", .builds),
    ("setup.py sdist", .builds), ("setup.py bdist_wheel", .builds),
    ("pip wheel", .builds), ("hallmark build", .builds),
    ("maturin build", [.builds, .buildsNative]), ("cibuildwheel", [.builds, .buildsNative]),
    ("flit publish", .builds), ("poetry publish --build", .builds),
    ("sigstore sign", .attests), ("cosign sign-blob", .attests), ("cosign attest", .attests),
    ("hallmark attest", .attests), ("hallmark sign", .attests),
    ("pypi_attestations sign", .attests), ("pypi-attestations sign", .attests),
    ("gh attestation verify", .verifies), ("slsa-verifier verify", .verifies),
    ("cosign verify", .verifies), ("sigstore verify", .verifies),
    ("pypi-attestations verify", .verifies), ("pypi_attestations verify", .verifies),
    ("hallmark verify", .verifies),
    ("git verify-tag", .verifiesTag), ("git tag -v", .verifiesTag),
    ("git tag --verify", .verifiesTag), ("git verify-commit", .verifiesTag),
    ("hallmark verify-release", [.verifiesTag, .compares]),
    ("hallmark reproduce", .compares), ("diffoscope", .compares), ("diffoci", .compares),
    ("verify_release", .compares),
  ]
}

extension StepRole {
  /// What a step does.
  init(_ step: Step) {
    self = Self.role(of: step)
  }

  private static func role(of step: Step) -> StepRole {
    var role: StepRole = []
    if let uses = step.uses {
      for known in actions where uses.isAction(known.name) { role.formUnion(known.role) }
      if uses.isAction("hynek/build-and-inspect-python-package") {
        role.formUnion(.builds)
        if step.with?["attest-build-provenance-github"]?.value == "true" {
          role.formUnion(.attests)
        }
      }
      if uses.isAction("pyo3/maturin-action"),
        let command = step.with?["command"]?.value, ["upload", "publish"].contains(command)
      {
        role = []
      }
    }
    guard let run = step.run else { return role }
    for line in run.value.scriptLines where !line.hasPrefix("echo ") {
      for known in commands where line.mentions(known.words) {
        if known.role.contains(.builds), line.mentions("pip install") { continue }
        role.formUnion(known.role)
      }
      if line.hasPrefix("cmp ") || line.hasPrefix("diff ") { role.formUnion(.compares) }
    }
    return role
  }
}
