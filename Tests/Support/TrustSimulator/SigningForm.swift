// SPDX-License-Identifier: Apache-2.0

/// What is signed and how it is logged: the combinations that exist in the field.
package enum SigningForm: String, CaseIterable, Sendable {
  /// An envelope, logged by Rekor v1 as `dsse` 0.0.1, with a signed entry timestamp.
  case dsse
  /// An envelope, logged by Rekor v1 as `intoto` 0.0.2, with a signed entry timestamp.
  case intoto
  /// A signature over a file, logged by Rekor v1 as `hashedrekord` 0.0.1.
  case blob
  /// An envelope, logged by Rekor v2 as `hashedrekord` 0.0.2, with an RFC 3161 timestamp.
  case dsseV2
  /// A signature over a file, logged by Rekor v2, with an RFC 3161 timestamp.
  case blobV2

  /// Whether an in-toto statement in an envelope is signed, not a file's digest.
  package var isEnvelope: Bool { self != .blob && self != .blobV2 }

  /// Whether Rekor v2 logs it and an authority's timestamp is the only time.
  package var isTiled: Bool { self == .dsseV2 || self == .blobV2 }

  /// `kindVersion` of the entry.
  var kindVersion: (kind: String, version: String) {
    switch self {
    case .dsse: ("dsse", "0.0.1")
    case .intoto: ("intoto", "0.0.2")
    case .blob: ("hashedrekord", "0.0.1")
    case .dsseV2, .blobV2: ("hashedrekord", "0.0.2")
    }
  }
}
