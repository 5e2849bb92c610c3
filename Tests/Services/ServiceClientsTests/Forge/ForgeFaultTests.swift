// SPDX-License-Identifier: Apache-2.0

import Encodings
import Synchronization
import TestSupport
import Testing
import TrustedPublishing

@testable import ServiceClients

/// A forge that misbehaves: nothing wrong becomes visible, and the same command completes what was
/// begun once the forge is well again.
@Suite("A forge that misbehaves")
struct ForgeFaultTests {
  /// Which request goes wrong.
  enum Step: String, Sendable, CaseIterable {
    case look, list, draft, upload, download, publish

    func isMeant(by request: HandlingServer.Request) -> Bool {
      let path = request.path
      return switch self {
      case .look: request.method == "GET" && path.contains("releases") && path.hasSuffix("/v1")
      case .list:
        request.method == "GET" && (path.hasSuffix("/assets") || path.hasSuffix("/packages"))
      case .draft:
        request.method == "POST" && path.hasSuffix("/repos/acme/greeting/releases")
      case .upload:
        (request.method == "POST" && path.hasSuffix("/assets")) || request.method == "PUT"
      case .download:
        request.method == "GET"
          && (path.contains("/releases/assets/") || path.contains("/packages/generic/"))
      case .publish:
        request.method == "PATCH"
          || (request.method == "POST" && path.hasPrefix("/projects/"))
      }
    }
  }

  /// How it goes wrong.
  enum Wrong: String, Sendable, CaseIterable {
    case unauthorized, forbidden, notFound, taken, tooMany, broken, half, silent, huge, notJSON
    case wrongForm

    func reply(to request: HandlingServer.Request) -> HandlingServer.Reply {
      switch self {
      case .unauthorized: return .init(401, #"{"message":"Bad credentials"}"#)
      case .forbidden:
        return .init(403, #"{"message":"Resource not accessible by integration"}"#)
      case .notFound: return .init(404, #"{"message":"Not Found"}"#)
      case .taken: return .init(422, #"{"message":"Validation Failed"}"#)
      case .tooMany:
        return .init(429, #"{"message":"slow down"}"#, headers: ["Retry-After": "9999"])
      case .broken: return .init(500, #"{"message":"Server Error"}"#)
      case .half:
        var reply = HandlingServer.Reply(200, #"{"id":1,"name":"#)
        reply.withheld = 5
        return reply
      case .silent: return .silence
      case .huge:
        return .init(200, "\"" + String(repeating: "a", count: 17 << 20) + "\"")
      case .notJSON: return .init(200, "<html>")
      case .wrongForm: return .init(200, #"{"message":"fine"}"#)
      }
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let kind: ForgeReference.Kind
    let step: Step
    let wrong: Wrong

    var testDescription: String { "\(kind.rawValue): \(step.rawValue) \(wrong.rawValue)" }

    static let all: [Case] = ForgeReference.Kind.allCases.flatMap { kind in
      Step.allCases.flatMap { step in
        Wrong.allCases.map { Case(kind: kind, step: step, wrong: $0) }
      }
    }.filter { $0.isFault }

    /// What is the forge's way to say "there is none", or means nothing at that place, is no fault.
    var isFault: Bool {
      switch (kind, step, wrong) {
      case (.gitlab, .draft, _), (.gitlab, .look, .notFound), (.github, .look, .notFound): false
      // An upload's own answer says little at GitLab; what counts is what is there.
      case (.gitlab, .upload, .wrongForm), (.gitlab, .publish, .wrongForm): false
      default: true
      }
    }
  }

  @Test(arguments: Case.all)
  func nothingWrongBecomesVisible(_ item: Case) async throws {
    let place = try ForgeWorkplace(item.kind)
    place.forge.fault = { _, request in
      item.step.isMeant(by: request) ? item.wrong.reply(to: request) : nil
    }
    let failure = try #require(try await place.failure())
    #expect(place.visible == [:])
    #expect(!"\(failure)".contains(SimulatedForge.token))
    if item.wrong == .unauthorized || item.wrong == .forbidden {
      #expect((failure.cause as? TransportError)?.isAuthenticationRefusal == true, "\(failure)")
    }
    switch item.step {
    case .look, .list:
      #expect(failure.exposure.visibility != .everybody)
    case .draft: #expect(failure.exposure.visibility == .nothing, "\(failure.exposure)")
    case .upload, .download:
      #expect([.draft, .unlinked, .nothing].contains(failure.exposure.visibility))
    case .publish:
      #expect(
        failure.exposure.visibility == (item.kind == .github ? .draft : .unlinked),
        "\(failure.exposure)")
      #expect(failure.exposure.present.count == 3)
    }
    // Well again: the same command completes it, and nothing is there twice.
    place.forge.fault = nil
    _ = try await place.publish()
    #expect(place.visible == ForgeWorkplace.contents)
    #expect(place.forge.releases.count == 1)
    #expect(
      (place.forge.releases.flatMap(\.assets) + place.forge.packageFiles).map(\.name).sorted()
        == place.names)
  }

  /// The forge did what it was asked, and then the connection broke.
  @Test(arguments: ForgeReference.Kind.allCases, [Step.draft, .upload, .publish])
  func whatWasDoneBeforeTheConnectionBrokeCounts(
    kind: ForgeReference.Kind, step: Step
  ) async throws {
    let place = try ForgeWorkplace(kind)
    let count = Mutex(0)
    place.forge.fault = { forge, request in
      guard step.isMeant(by: request) else { return nil }
      let isFirst = count.withLock { count in
        count += 1
        return count == 1
      }
      guard isFirst else { return nil }
      _ = forge.answer(request)
      return .silence
    }
    let outcome = try await place.publish()
    #expect(outcome.uploaded == place.names)
    #expect(place.visible == ForgeWorkplace.contents)
    #expect(place.forge.releases.count == 1)
    #expect(place.uploads == 3)
  }

  /// An upload fails once, with nothing stored, and is tried again.
  @Test(arguments: ForgeReference.Kind.allCases, [Wrong.broken, .silent, .tooMany])
  func uploadsAreTriedAgain(kind: ForgeReference.Kind, wrong: Wrong) async throws {
    let place = try ForgeWorkplace(kind)
    let count = Mutex(0)
    place.forge.fault = { _, request in
      guard Step.upload.isMeant(by: request) else { return nil }
      let number = count.withLock { count in
        count += 1
        return count
      }
      return number == 2 ? wrong.reply(to: request) : nil
    }
    _ = try await place.publish()
    #expect(place.uploads == 4)
    #expect(place.visible == ForgeWorkplace.contents)
  }

  @Test(arguments: ForgeReference.Kind.allCases, [true, false])
  func anAssetThatReadsBackOtherwiseIsNotPublished(
    kind: ForgeReference.Kind, isLonger: Bool
  ) async throws {
    let place = try ForgeWorkplace(kind)
    place.forge.fault = { _, request in
      guard Step.download.isMeant(by: request) else { return nil }
      return .init(200, isLonger ? String(repeating: "x", count: 1 << 20) : "x")
    }
    let failure = try #require(try await place.failure())
    guard case .differs(let name, _, let found)? = failure.cause as? ForgeProblem else {
      Issue.record("\(failure)")
      return
    }
    #expect(name == place.names[0])
    #expect((found == nil) == isLonger)
    #expect(place.visible == [:])
  }

  @Test func aDraftThatSomebodyElsePublishedIsLookedAtAgain() async throws {
    let place = try ForgeWorkplace(.github)
    // Published while the files are being compared, with all of them: that is what was wanted.
    try await place.run { publication in
      let staged = try await publication.stage(try await publication.prepare())
      place.forge.releases[0].isDraft = false
      let outcome = try await publication.publish(staged)
      #expect(outcome.uploaded == place.names)
      #expect(!place.forge.writes.contains { $0.hasPrefix("PATCH") })
    }
    // Published too early, and then immutable.
    let early = try ForgeWorkplace(.github)
    early.forge.fault = { forge, request in
      if Step.upload.isMeant(by: request), forge.releases[0].assets.count == 1 {
        forge.releases[0].isDraft = false
        forge.releases[0].isImmutable = true
      }
      return nil
    }
    let failure = try #require(try await early.failure())
    #expect((failure.cause as? TransportError)?.reason == .status(422))
    #expect(early.visible.count == 1)
    early.forge.fault = nil
    let again = try #require(try await early.failure())
    #expect(
      again.cause as? ForgePlan.Problem == .immutable(missing: Array(early.names.dropFirst())))
  }

  @Test(arguments: ["other bytes", "gone", "no draft"])
  func aDraftThatSomebodyChangedIsNotPublished(_ change: String) async throws {
    let place = try ForgeWorkplace(.github)
    try await place.run { publication in
      let staged = try await publication.stage(try await publication.prepare())
      let name = place.names[0]
      switch change {
      case "other bytes":
        place.forge.releases[0].assets[0] = .init(
          number: 999, name: name, bytes: Array("WHEEL".utf8))
      case "gone": place.forge.releases[0].assets.removeFirst()
      default: place.forge.releases = []
      }
      do {
        _ = try await publication.publish(staged)
        Issue.record("it was published")
      } catch let failure as ForgePublication.Failure {
        #expect(
          failure.cause as? ForgeProblem
            == (change == "no draft" ? .gone : .changed(name: name)))
      }
      #expect(place.visible == [:])
    }
  }

  @Test func listsHaveALimit() async throws {
    let place = try ForgeWorkplace(.github)
    place.forge.fault = { _, request in
      request.path.hasSuffix("/releases")
        ? .init(200, "[]", headers: ["Link": "<\(request.target)>; rel=\"next\""]) : nil
    }
    let failure = try #require(try await place.failure())
    #expect((failure.cause as? TransportError)?.reason == .tooLarge)
    #expect(place.forge.server.all.count < 20)
  }

  @Test(arguments: ForgeReference.Kind.allCases)
  func theTokenIsNotInErrors(kind: ForgeReference.Kind) async throws {
    let place = try ForgeWorkplace(kind)
    place.forge.fault = { _, _ in
      .init(400, #"{"message":"you sent \#(SimulatedForge.token)"}"#)
    }
    let failure = try #require(try await place.failure())
    #expect(!"\(failure.cause)".contains(SimulatedForge.token))
    #expect((failure.cause as? TransportError)?.reason == .status(400))
  }

  @Test func aWrongTokenIsRefused() async throws {
    for kind in ForgeReference.Kind.allCases {
      let failure = try #require(try await ForgeWorkplace(kind).failure(token: "other"))
      #expect((failure.cause as? TransportError)?.isAuthenticationRefusal == true)
    }
  }

  @Test func atTagsTheRepositoryHasNot() async throws {
    for kind in ForgeReference.Kind.allCases {
      let place = try ForgeWorkplace(kind)
      place.forge.fault = { _, request in
        if request.path.hasSuffix("/git/ref/tags/v1") { return .init(404, "{}") }
        if request.path.hasSuffix("/repository/tags/v1") {
          return .init(404, #"{"message":"404 Tag Not Found"}"#)
        }
        return nil
      }
      let failure = try #require(try await place.failure())
      #expect(failure.cause as? ForgeProblem == .noTag("v1"))
      #expect(place.forge.writes == [])
    }
  }
}
