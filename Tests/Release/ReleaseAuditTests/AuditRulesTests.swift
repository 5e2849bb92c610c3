// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import Testing

@Suite struct AuditRulesTests {
  @Test func severitiesHaveStatuses() {
    #expect(AuditSeverity.allCases.sorted().map(\.exitStatus) == [10, 11, 12, 13])
  }
}
