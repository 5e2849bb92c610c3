// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates

extension SignatureKey {
  /// Tells whether a signature over an artifact's digest is valid.
  func isValidSignature(_ signature: [UInt8], forDigest digest: ArtifactDigest) -> Bool {
    let hash: SignatureHash =
      switch digest.algorithm {
      case .sha256: .sha256
      case .sha384: .sha384
      case .sha512: .sha512
      }
    return isValidSignature(signature, forDigest: digest.bytes, hash: hash)
  }
}
