// SPDX-License-Identifier: Apache-2.0

import SimulatedServices

for fault in ServiceFault.allCases { print(fault.rawValue) }
