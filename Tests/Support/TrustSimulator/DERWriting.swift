// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import SwiftASN1
import X509

/// The bytes of DER that a closure writes.
func der(_ write: (inout DER.Serializer) throws -> Void) rethrows -> [UInt8] {
  var serializer = DER.Serializer()
  try write(&serializer)
  return serializer.serializedBytes
}

extension Certificate {
  /// The certificate in DER.
  var derBytes: [UInt8] {
    get throws { try der { try $0.serialize(self) } }
  }
}

extension Timestamp {
  /// The moment as the certificate library takes it.
  var date: Date { Date(timeIntervalSince1970: Double(seconds)) }
}
