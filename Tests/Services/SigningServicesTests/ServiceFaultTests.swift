// SPDX-License-Identifier: Apache-2.0

import SimulatedServices
import Testing

@Suite struct ServiceFaultTests {
  @Test func faultsAreNamed() { #expect(!ServiceFault.allCases.isEmpty) }
}
