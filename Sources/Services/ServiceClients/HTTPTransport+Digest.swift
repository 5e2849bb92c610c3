// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import NIOCore

extension HTTPTransport {
  /// Reads a file and keeps nothing of it but its digest and size in bytes.
  ///
  /// It may take ten minutes, and a redirect may lead to a store of files, which gets no secrets.
  ///
  /// - Parameter request: what asks for the file; its answer limit is the most bytes of the file.
  /// - Returns: digest and size.
  /// - Throws: ``TransportError``, with reason `tooLarge` for a larger file.
  func digest(_ request: TransportRequest) async throws -> (sha256: SHA256Hash, size: Int64) {
    var request = request
    request.timeout = .seconds(600)
    request.followsToOtherHosts = true
    var hash = SHA256()
    var size: Int64 = 0
    try await download(
      request,
      restart: {
        hash = SHA256()
        size = 0
      },
      consume: { chunk in
        chunk.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        size += Int64(chunk.readableBytes)
      })
    return (SHA256Hash(hash.finalize()), size)
  }
}
