// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import Identity
import Synchronization
import TestSupport
import Testing
@testable import ServiceClients

extension PersonLoginTests {
  /// Connections that ask nothing neither keep a login from its end nor outlive it.
  @Test func idleConnections() async throws {
    let idle = Mutex<[Int32]>([])
    @Sendable func connect(_ count: Int, to uri: String) {
      let port = URL(string: uri)?.port ?? 0
      for _ in 0..<count {
        #if canImport(Glibc)
          let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
          let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafePointer(to: &address) { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            Foundation.connect(descriptor, generic, size)
          }
        }
        idle.withLock { $0.append(descriptor) }
      }
    }
    let address = Mutex("")
    let first = Mutex<Task<Seen, Never>?>(nil)
    let value = try await LoopbackListener.receive(within: .seconds(60)) { uri in
      address.withLock { $0 = uri }
      connect(12, to: uri)
      first.withLock { $0 = Task { await Self.visit(uri + "?first") } }
    } handle: { query in
      connect(12, to: address.withLock { $0 })
      return LoopbackListener.Ending(
        page: .done(signer: "a", issuer: "i"), result: .success(query))
    }
    #expect(value == "first")
    #expect(await first.withLock { $0 }?.value.status == 200)
    for descriptor in idle.withLock({ $0 }) { close(descriptor) }
  }
}
