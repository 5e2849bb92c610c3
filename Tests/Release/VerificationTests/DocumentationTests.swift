// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sigstore
import TestSupport
import Testing

/// The documentation's tables are the code's.
@Suite struct DocumentationTests {
  private func lines(_ name: String) throws -> [String] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../..").standardized
    let bytes = try TestData.read(folder.appendingPathComponent(name).path)
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func everyReasonCodeIsDocumented() throws {
    let rows = try lines("Documentation/verifying.md").filter { $0.hasPrefix("| HM02") }
    let rules = VerificationRule.allCases.sorted { $0.rawValue < $1.rawValue }
    #expect(rows == rules.map { "| \($0.rawValue) | \($0.title) |" })
  }
}
