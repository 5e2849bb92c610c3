// SPDX-License-Identifier: Apache-2.0

import Foundation
import ReleaseAudit
import Testing

@Suite struct RulesPageTests {
  /// `hallmark rules --markdown > Documentation/rules.md` brings it up to date.
  @Test func pageIsOfTheseRules() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Documentation/rules.md").standardized
    let page = String(decoding: try Data(contentsOf: path), as: UTF8.self)
    #expect(page == RulesPage.text(AuditRules.all.map { $0.description }))
  }
}
