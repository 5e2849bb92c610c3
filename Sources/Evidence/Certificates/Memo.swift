// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that is computed when it is first asked for, and kept as long as its owner.
///
/// Only for what follows from the owner's own constant parts; two tasks that ask at the same time
/// may both compute it and get the same.
final class Memo<Value: Sendable>: Sendable {
  private let stored = Mutex<Value?>(nil)

  /// The value, computed at the first call.
  func value(_ compute: () async -> Value) async -> Value {
    if let value = stored.withLock({ $0 }) { return value }
    let value = await compute()
    stored.withLock { $0 = value }
    return value
  }
}
