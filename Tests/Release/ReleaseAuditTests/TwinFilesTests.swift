// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ReleaseAudit

/// What is found in a file is found in its twin, where it stands at the same bytes.
@Suite struct TwinFilesTests {
  static let rules: [any AuditRule.Type] = [
    HashedRequirements.self, PinnedBackend.self, RegistryToken.self, SourceDateEpoch.self,
    TagVerification.self, DigestOutput.self,
  ]

  @Test(arguments: rules)
  func `finds as much in a twin`(_ rule: any AuditRule.Type) throws {
    let sample = try #require(
      rule.description.samples.first {
        if case .findings = $0.expectation { true } else { false }
      })
    func findings(_ names: [String]) -> [Finding] {
      let workflows = sample.files.filter { $0.path.hasPrefix(".github/workflows/") }
      let rest = sample.files.filter { !$0.path.hasPrefix(".github/workflows/") }
      let files =
        workflows.flatMap { file in
          names.map { AuditedFile(path: ".github/workflows/\($0)", bytes: Array(file.text.utf8)) }
        } + rest.map { AuditedFile(path: $0.path, bytes: Array($0.text.utf8)) }
      let project = AuditedProject(files: files, isWhole: sample.isWhole, git: sample.git)
      guard case .examined(let findings) = rule.examine(project) else { return [] }
      return findings
    }
    let one = findings(["a.yml"]).count
    #expect(one > 0)
    #expect(findings(["a.yml", "b.yml"]).count == 2 * one)
  }
}
