// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import Foundation

/// Unguessable texts.
enum RandomText {
  /// Random bytes of the system's generator as lower-case hexadecimal.
  static func make(bytes count: Int) -> String {
    Hexadecimal.encode(key(bytes: count))
  }

  /// Random bytes of the system's generator.
  static func key(bytes count: Int) -> [UInt8] {
    SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)).withUnsafeBytes { Array($0) }
  }
}
