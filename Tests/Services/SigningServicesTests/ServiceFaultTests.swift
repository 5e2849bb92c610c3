// SPDX-License-Identifier: Apache-2.0

import Encodings
import ServiceClients
import Signing
import Sigstore
import SimulatedServices
import Synchronization
import Testing
import TrustSimulator

/// Whatever one service does wrong, nothing wrong is handed out, and the error names the service.
@Suite(.serialized) struct ServiceFaultTests {
  /// What signing ends with.
  enum Ending: Hashable, Sendable {
    /// It is signed, and what is signed verifies.
    case signed
    /// A wrong answer, of that reason.
    case refused(SigningError.Reason)
    /// No usable answer, of that reason.
    case failed(TransportError.Reason)
    /// The log has an entry that cannot be had.
    case duplicate
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let service: ServiceFault.Service
    let fault: ServiceFault
    var times = Int.max
    let ending: Ending
    var form = LocalInstance.Form.v2

    var testDescription: String {
      "\(form) \(service) \(fault)\(times == .max ? "" : " \(times)×"): \(ending)"
    }
  }

  private func check(_ wanted: Case, documentTimeout: Duration? = nil) async throws {
    try await LocalInstance.run(documentTimeout: documentTimeout) { instance in
      instance.services.commit(wanted.fault, by: wanted.service, times: wanted.times)
      let session = try instance.session(wanted.form)
      let items = try LocalInstance.items()
      let handedOut = Mutex<[SignedItem]>([])
      var ending = Ending.signed
      var text = ""
      do {
        _ = try await session.sign(items) { event in
          if case .signed(_, let item) = event { handedOut.withLock { $0.append(item) } }
        }
      } catch let error as SigningError {
        ending = .refused(error.reason)
        text = "\(error)"
      } catch let error as TransportError {
        ending = .failed(error.reason)
        text = "\(error)"
      } catch let error as DuplicateEntry {
        ending = .duplicate
        text = "\(error)"
      }
      #expect(ending == wanted.ending, "\(text)")
      if ending != .signed {
        #expect(text.contains(instance.services.url), "the service is not named: \(text)")
      }
      // Nothing, or what verifies.
      for item in handedOut.withLock({ $0 }) {
        #expect(try await instance.report(item, artifact: LocalInstance.digest(0)).passed)
      }
      if ending == .signed { #expect(handedOut.withLock(\.count) == 2) }
    }
  }

  /// Every service on the way of a signature with a log of version 2, and the log of version 1.
  static let places: [(ServiceFault.Service, LocalInstance.Form)] = [
    (.authority, .v2), (.timestamps, .v2), (.tiledLog, .v2), (.log, .v1),
  ]

  static let passing: [Case] = places.flatMap { service, form in
    ([.tooManyRequests, .broken, .unavailable, .halfAnswer, .closedConnection]
      as [ServiceFault.Transport]).flatMap { fault in
        [
          // It is over before the tries are.
          Case(
            service: service, fault: .transport(fault), times: 2, ending: .signed, form: form),
          Case(
            service: service, fault: .transport(fault), ending: Self.ending(of: fault), form: form),
        ]
      }
      + ([.tooManyRequestsForLong, .oversizedAnswer, .garbage, .invalid, .forbidden]
      as [ServiceFault.Transport]).map { fault in
        Case(
          service: service, fault: .transport(fault),
          ending: service == .timestamps && fault == .garbage
            ? .refused(.timestamp) : Self.ending(of: fault), form: form)
      }
  }

  private static func ending(of fault: ServiceFault.Transport) -> Ending {
    switch fault {
    case .slow: .failed(.timeout)
    case .tooManyRequests, .tooManyRequestsForLong: .failed(.rateLimited)
    case .broken: .failed(.status(500))
    case .unavailable: .failed(.status(503))
    case .halfAnswer, .closedConnection: .failed(.unreachable)
    case .oversizedAnswer: .failed(.tooLarge)
    case .garbage: .failed(.badAnswer)
    case .invalid: .failed(.status(400))
    case .forbidden: .failed(.status(403))
    }
  }

  @Test(arguments: passing)
  func faultsOfTransport(_ wanted: Case) async throws { try await check(wanted) }

  @Test(arguments: places)
  func slowServices(service: ServiceFault.Service, form: LocalInstance.Form) async throws {
    try await check(
      Case(
        service: service, fault: .transport(.slow), ending: .failed(.timeout), form: form),
      documentTimeout: .milliseconds(200))
  }

  static let certificates: [Case] = [
    (.lie(.certificateTimestampForged), .certificate),
    (.lie(.noCertificateTimestamp), .certificate),
    (.lie(.untrustedAuthority), .certificate), (.lie(.notACertificate), .certificate),
    (.answer(.otherKey), .certificate), (.answer(.otherIdentity), .identity),
    (.answer(.otherIssuer), .identity), (.answer(.expired), .clock),
    (.answer(.notYetValid), .clock),
  ].map { Case(service: .authority, fault: $0, ending: .refused($1)) }

  @Test(arguments: certificates)
  func wrongCertificates(_ wanted: Case) async throws { try await check(wanted) }

  @Test func emptyChain() async throws {
    try await check(
      Case(service: .authority, fault: .answer(.emptyChain), ending: .failed(.badAnswer)))
  }

  static let entries: [Case] =
    [LocalInstance.Form.v1, .v2].flatMap { form in
      ([
        .bodyOfOtherPayload, .bodyOfOtherSignature, .bodyOfOtherCertificate, .inclusionHash,
        .inclusionIndexBeyond, .checkpointForged, .checkpointOfOtherTree, .unknownLog,
        .noCheckpoint,
        .kindMisannounced,
      ] as [Lie]).filter { form == .v2 || $0 != .noCheckpoint && $0 != .kindMisannounced }.map {
        lie in
        Case(service: form.log, fault: .lie(lie), ending: .refused(.logEntry), form: form)
      }
    } + [
      Case(
        service: .log, fault: .lie(.entryTimestampForged), ending: .refused(.logEntry), form: .v1)
    ]

  @Test(arguments: entries)
  func wrongEntries(_ wanted: Case) async throws { try await check(wanted) }

  @Test(arguments: [
    Case(service: .log, fault: .answer(.conflict), ending: .signed, form: .v1),
    Case(
      service: .log, fault: .answer(.conflictWithoutPlace), ending: .failed(.badAnswer), form: .v1),
    Case(
      service: .log, fault: .answer(.conflictWithOther), ending: .refused(.logEntry), form: .v1),
    // A log of version 2 does not give the entry; a new signature is a new entry.
    Case(service: .tiledLog, fault: .answer(.conflict), times: 2, ending: .signed),
    Case(service: .tiledLog, fault: .answer(.conflict), ending: .duplicate),
  ])
  func conflicts(_ wanted: Case) async throws { try await check(wanted) }

  static let timestamps: [Case] = [LocalInstance.Form.v1Dated, .v2].flatMap { form in
    ([
      .answer(.nonceWrong), .answer(.nonceMissing), .lie(.stampOfOtherSignature),
      .lie(.stampByUnknownAuthority), .lie(.stampRefused), .lie(.stampForged),
    ] as [ServiceFault]).map {
      Case(service: .timestamps, fault: $0, ending: .refused(.timestamp), form: form)
    } + [
      Case(
        service: .timestamps, fault: .answer(.stampOfYesterday), ending: .refused(.expired),
        form: form)
    ]
  }

  @Test(arguments: timestamps)
  func wrongTimestamps(_ wanted: Case) async throws { try await check(wanted) }
}
