// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import Storage
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import TrustServices

/// Certificates of the TLS listener: names, and renewal before they run out.
struct TransportAuthorityTests {
  private let folder: DataFolder
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    folder = try DataFolder(opening: "\(scratch.path)/data")
  }

  @Test func renewedInTime() throws {
    let start = TestStack.start
    let first = try TransportAuthority(in: folder, now: start)
    for (days, isSame) in [(0, true), (366, true), (368, false), (800, false)] as [(Int64, Bool)] {
      let later = try TransportAuthority(in: folder, now: start.adding(seconds: days * 86_400))
      #expect(later.authorityPEM == first.authorityPEM)
      #expect(later.serverKeyPEM == first.serverKeyPEM)
      #expect((later.serverPEM == first.serverPEM) == isSame, "after \(days) days")
    }
  }

  @Test func profile() throws {
    let authority = try TransportAuthority(in: folder, now: TestStack.start)
    let server = try certificate(authority.serverPEM)
    let names = try #require(try server.extensions.subjectAlternativeNames)
    #expect(names.count == 3)
    #expect(names.contains(.dnsName("localhost")))
    let root = try certificate(authority.authorityPEM)
    #expect(root.publicKey.isValidSignature(server.signature, for: server))
    #expect(try root.extensions.nameConstraints?.permittedDNSDomains == ["localhost"])
    #expect(try folder.read("tls/ca.pem") == Array(authority.authorityPEM.utf8))
  }

  private func certificate(_ pem: String) throws -> Certificate {
    try Certificate(derEncoded: try PEM.decodeOne(pem, label: "CERTIFICATE"))
  }
}
