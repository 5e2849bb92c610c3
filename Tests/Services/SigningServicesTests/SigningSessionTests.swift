// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import ServiceClients
import Signing
import Sigstore
import SimulatedServices
import Synchronization
import Testing
import TrustSimulator
import Identity

/// A session signs many items with one certificate, and goes on where an earlier one stopped.
@Suite(.serialized) struct SigningSessionTests {
  private func items(_ count: Int, existing: [Int: [UInt8]] = [:]) throws -> [SigningItem] {
    try (0..<count).map {
      try SigningItem(
        name: "file-\($0)", LocalInstance.statement($0), existing: existing[$0])
    }
  }

  @Test(arguments: LocalInstance.Form.allCases)
  func oneCertificateForManyItems(form: LocalInstance.Form) async throws {
    try await LocalInstance.run { instance in
      let signed = try await instance.session(form).sign(try items(20))
      #expect(signed.map(\.name) == (0..<20).map { "file-\($0)" })
      #expect(instance.services.certificatesIssued == 1)
      for (number, item) in signed.enumerated() {
        let report = try await instance.report(item, artifact: LocalInstance.digest(number))
        #expect(report.passed)
        #expect(item.signed.bundle.logEntries.count == 1)
        #expect(item.signed.bundle.timestamps.count == (form.isDated ? 1 : 0))
      }
      #expect(instance.services.requests(of: form.log).count == 20)
    }
  }

  @Test func nothingIsAskedForNothing() async throws {
    try await LocalInstance.run { instance in
      let signed = try await instance.session().sign([])
      #expect(signed.isEmpty)
      #expect(instance.services.certificatesIssued == 0)
    }
  }

  /// A clock that runs on by itself, so that certificates run out during the session.
  @Test func certificatesAreRenewed() async throws {
    let clock = Mutex(TrustSimulator.time)
    try await LocalInstance.run(now: { clock.withLock { $0 } }) { instance in
      let session = try instance.session(.v1)
      for number in 0..<4 {
        let signed = try await session.sign([
          try SigningItem(name: "a", LocalInstance.statement(number))
        ])
        let report = try await instance.report(signed[0], artifact: LocalInstance.digest(number))
        #expect(report.passed)
        clock.withLock { $0 = $0.adding(seconds: 250) }
      }
      // Ten minutes, of which the last two are not used: after 500 s a new one.
      #expect(instance.services.certificatesIssued == 2)
    }
  }

  /// What a service dates after the certificate's end is signed once more with a new certificate.
  @Test func whatIsDatedTooLateIsSignedOnceMore() async throws {
    try await LocalInstance.run { instance in
      instance.services.commit(.answer(.stampOfYesterday), by: .timestamps, times: 1)
      let signed = try await instance.session(.v2).sign([
        try SigningItem(name: "a", LocalInstance.statement(0))
      ])
      #expect(try await instance.report(signed[0], artifact: LocalInstance.digest(0)).passed)
      #expect(instance.services.certificatesIssued == 2)
    }
  }

  /// A token that has expired is asked for again, one that has not is used again.
  @Test func tokensAreAskedForWhenTheyHaveExpired() async throws {
    let clock = Mutex(TrustSimulator.time)
    final class Counting: IdentityTokenSource {
      let count = Mutex(0)
      let now: @Sendable () -> Timestamp
      init(now: @escaping @Sendable () -> Timestamp) { self.now = now }
      func token(audience: String) async throws -> IdentityToken {
        #expect(audience == "sigstore")
        count.withLock { $0 += 1 }
        return try IdentityToken(
          SimulatedRun.workspace.token(expiresAt: now().adding(seconds: 900)))
      }
    }
    try await LocalInstance.run(now: { clock.withLock { $0 } }) { instance in
      let tokens = Counting(now: instance.services.now)
      let session = try instance.session(.v1, tokens: tokens)
      for (seconds, count) in [(0, 1), (590, 1), (590, 2)] {
        clock.withLock { $0 = $0.adding(seconds: Int64(seconds)) }
        _ = try await session.sign(try items(1))
        #expect(tokens.count.withLock { $0 } == count)
      }
      #expect(instance.services.certificatesIssued == 3)
    }
  }

  /// However far a run came, the next one signs the rest and nothing twice.
  @Test(arguments: [LocalInstance.Form.v1, .v2], [0, 1, 7, 19, 20])
  func anInterruptedRunIsCompleted(form: LocalInstance.Form, stop: Int) async throws {
    struct Killed: Error {}
    try await LocalInstance.run { instance in
      let disk = Mutex<[Int: [UInt8]]>([:])
      do {
        _ = try await instance.session(form).sign(try items(20)) { event in
          guard case .signed(let index, let item) = event else { return }
          let count = disk.withLock { $0.count }
          guard count < stop else { throw Killed() }
          disk.withLock { $0[index] = item.signed.bytes }
        }
      } catch is Killed {}
      let left = disk.withLock { $0 }
      #expect(left.count == stop)
      let present = Mutex<Set<Int>>([])
      let made = Mutex<Set<Int>>([])
      let signed = try await instance.session(form).sign(try items(20, existing: left)) { event in
        switch event {
        case .present(let index, _): present.withLock { _ = $0.insert(index) }
        case .signed(let index, _): made.withLock { _ = $0.insert(index) }
        }
      }
      #expect(present.withLock { $0 } == Set(left.keys))
      #expect(made.withLock { $0 } == Set(0..<20).subtracting(left.keys))
      for (number, item) in signed.enumerated() {
        #expect(item.wasPresent == (left[number] != nil))
        #expect(left[number].map { $0 == item.signed.bytes } ?? true)
        let report = try await instance.report(item, artifact: LocalInstance.digest(number))
        #expect(report.passed)
      }
    }
  }

  /// Items under way are finished and handed out when another one fails.
  @Test func aFailureStopsWhatHasNotBegun() async throws {
    try await LocalInstance.run { instance in
      instance.services.commit(.lie(.checkpointForged), by: .log, times: 1)
      let handedOut = Mutex(0)
      let error = await #expect(throws: SigningError.self) {
        try await instance.session().sign(try items(20)) { event in
          if case .signed(_, let item) = event {
            #expect(!item.wasPresent)
            handedOut.withLock { $0 += 1 }
          }
        }
      }
      #expect(error?.reason == .logEntry)
      let asked = instance.services.requests(of: .log).count
      #expect(asked < 20)
      #expect(handedOut.withLock { $0 } == asked - 1)
    }
  }

  /// What is there and is not what was to be made stops the run before anything is signed.
  @Test func foreignBundlesStopTheRun() async throws {
    try await LocalInstance.run { instance in
      let session = try instance.session()
      let other = try await session.sign([
        try SigningItem(name: "other", LocalInstance.statement(7)),
        SigningItem(name: "file", content: .file(LocalInstance.digest(0))),
      ])
      let asked = instance.services.requests(of: .log).count
      let stranger = try TrustSimulator().sign(LocalInstance.statement(0))
      let foreign: [[UInt8]] = [
        Array("{".utf8), other[0].signed.bytes, other[1].signed.bytes,
        Array(stranger.json.compactText.utf8),
      ]
      for existing in foreign {
        let error = await #expect(throws: SigningError.self) {
          try await session.sign(try items(3, existing: [2: existing]))
        }
        #expect(error?.reason == .existing)
        #expect(error?.description.contains("file-2") == true)
      }
      // Another signer's.
      let error = await #expect(throws: SigningError.self) {
        try await instance.session(
          expected: SignerIdentity(name: "https://other.example", issuer: TrustSimulator.issuer)
        ).sign([
          try SigningItem(
            name: "other", LocalInstance.statement(7), existing: other[0].signed.bytes)
        ])
      }
      #expect(error?.reason == .existing)
      // A file's bundle that holds a statement, and one for another file.
      for (existing, digest) in [
        (other[0].signed.bytes, LocalInstance.digest(7)),
        (other[1].signed.bytes, LocalInstance.digest(1)),
      ] {
        let error = await #expect(throws: SigningError.self) {
          try await session.sign([
            SigningItem(name: "a", content: .file(digest), existing: existing)
          ])
        }
        #expect(error?.reason == .existing)
      }
      #expect(instance.services.requests(of: .log).count == asked)
    }
  }

  /// A statement that says when it was made need not be the same byte by byte.
  @Test func callersDecideWhichStatementsDo() async throws {
    try await LocalInstance.run { instance in
      let session = try instance.session()
      let first = try await session.sign([
        try SigningItem(name: "a", LocalInstance.statement(0, predicate: ["run": 1]))
      ])
      let again = try await session.sign([
        try SigningItem(
          name: "a", LocalInstance.statement(0, predicate: ["run": 2]),
          existing: first[0].signed.bytes,
          accepts: { $0.subjects == LocalInstance.statement(0).subjects })
      ])
      #expect(again[0].wasPresent)
      #expect(again[0].signed == first[0].signed)
    }
  }

  @Test func theTokenSaysWhoSigns() async throws {
    try await LocalInstance.run { instance in
      let session = try instance.session()
      let identity = try await session.tokenIdentity()
      #expect(identity.names == [TrustSimulator.name])
      let certificate = try await session.certificate()
      #expect(certificate.subjectAlternativeName.text == TrustSimulator.name)
      _ = try await session.sign(try items(2))
      #expect(instance.services.certificatesIssued == 1)
    }
  }
}
