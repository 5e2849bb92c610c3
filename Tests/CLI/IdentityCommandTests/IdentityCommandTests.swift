// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@Suite("hallmark identity")
struct IdentityCommandTests {}
