// SPDX-License-Identifier: Apache-2.0

import Encodings
import TestSupport
import Testing
import TrustedPublishing

@testable import ServiceClients

@Suite("Assets of a release")
struct ForgePublicationTests {
  @Test(arguments: ForgeReference.Kind.allCases, [true, false])
  func publishesAndDoesNothingTwice(kind: ForgeReference.Kind, tellsDigests: Bool) async throws {
    let place = try ForgeWorkplace(kind, tellsDigests: tellsDigests)
    let outcome = try await place.publish()
    #expect(outcome.uploaded == place.names)
    #expect(!outcome.wasDone)
    #expect(outcome.page.contains("acme/greeting"))
    #expect(place.visible == ForgeWorkplace.contents)
    #expect(place.uploads == 3)

    let writes = place.forge.writes.count
    let again = try await place.publish()
    #expect(again.wasDone)
    #expect(again.uploaded == [])
    #expect(place.forge.writes.count == writes)
    #expect(place.forge.server.all.allSatisfy { !$0.target.contains(SimulatedForge.token) })
  }

  @Test(arguments: ForgeReference.Kind.allCases)
  func preparingSendsNothingAndStagingShowsNothing(kind: ForgeReference.Kind) async throws {
    let place = try ForgeWorkplace(kind)
    try await place.run { publication in
      let plan = try await publication.prepare()
      #expect(plan.files.uploads.map(\.name) == place.names)
      #expect(place.forge.writes == [])
      let staged = try await publication.stage(plan)
      #expect(staged.uploaded == place.names)
      #expect(place.visible == [:])
      #expect(place.uploads == 3)
    }
    // The next run goes on where this one stopped.
    let outcome = try await place.publish()
    #expect(outcome.uploaded == [])
    #expect(!outcome.wasDone)
    #expect(place.uploads == 3)
    #expect(place.visible == ForgeWorkplace.contents)
  }

  @Test(arguments: ForgeReference.Kind.allCases)
  func whatIsMissingIsCompleted(kind: ForgeReference.Kind) async throws {
    let place = try ForgeWorkplace(kind)
    _ = try await place.publish()
    let name = place.names[1]
    if kind == .github {
      place.forge.releases[0].assets.removeAll { $0.name == name }
    } else {
      place.forge.packageFiles.removeAll { $0.name == name }
      place.forge.releases[0].links[name] = nil
    }
    let outcome = try await place.publish()
    #expect(outcome.uploaded == [name])
    #expect(place.visible == ForgeWorkplace.contents)
  }

  @Test func aReleaseThatBecameImmutableSaysSo() async throws {
    let place = try ForgeWorkplace(.github)
    place.forge.isImmutable = true
    #expect(try await place.publish().isImmutable)
    place.forge.releases[0].assets.removeFirst()
    let failure = try #require(try await place.failure())
    #expect(failure.cause as? ForgePlan.Problem == .immutable(missing: [place.names[0]]))
    #expect(failure.exposure.visibility == .everybody)
  }

  @Test(arguments: ForgeReference.Kind.allCases)
  func otherBytesStopBeforeAnythingIsSent(kind: ForgeReference.Kind) async throws {
    let place = try ForgeWorkplace(kind)
    _ = try await place.publish()
    if kind == .github {
      place.forge.releases[0].assets[0].bytes = Array("WHEEL".utf8)
    } else {
      place.forge.packageFiles[0].bytes = Array("WHEEL".utf8)
    }
    let writes = place.forge.writes
    let failure = try #require(try await place.failure())
    guard case .conflicts(let conflicts)? = failure.cause as? ForgePlan.Problem else {
      Issue.record("\(failure)")
      return
    }
    #expect(conflicts.map(\.name) == [place.names[0]])
    #expect(place.forge.writes == writes)
  }

  @Test func otherBytesOfTheSameSizeAreReadWhereNoDigestIsTold() async throws {
    for kind in ForgeReference.Kind.allCases {
      let place = try ForgeWorkplace(kind, tellsDigests: false)
      let asset = SimulatedForge.Asset(
        number: 9, name: place.names[0], bytes: Array("WHEEL".utf8))
      if kind == .github {
        place.forge.releases = [.init(number: 5, tag: "v1", isDraft: true, assets: [asset])]
      } else {
        place.forge.packageFiles = [asset]
      }
      let failure = try #require(try await place.failure())
      guard case .conflicts? = failure.cause as? ForgePlan.Problem else {
        Issue.record("\(failure)")
        return
      }
      #expect(place.forge.writes == [])
    }
  }

  @Test(arguments: ForgeReference.Kind.allCases)
  func theTagMustBeTheCommit(kind: ForgeReference.Kind) async throws {
    let place = try ForgeWorkplace(kind)
    let other = String(repeating: "d", count: 40)
    let failure = try #require(try await place.failure(commit: other))
    #expect(
      failure.cause as? ForgePlan.Problem
        == .otherCommit(tag: "v1", found: SimulatedForge.commit, expected: other))
    #expect(failure.exposure == .nothingSent || failure.exposure.visibility == .nothing)
    #expect(place.forge.writes == [])
    // Without a commit, as for files from elsewhere, any tag will do.
    #expect(try await place.failure(commit: nil) == nil)
  }

  @Test func aLinkThatLeadsElsewhereIsAConflict() async throws {
    let place = try ForgeWorkplace(.gitlab)
    place.forge.releases = [
      .init(
        number: 1, tag: "v1", isDraft: false, links: [place.names[0]: "https://example.org/x"])
    ]
    let failure = try #require(try await place.failure())
    #expect(
      failure.cause as? ForgePlan.Problem
        == .conflicts([
          .init(name: place.names[0], description: "a link of this name that leads elsewhere")
        ]))
    #expect(place.forge.writes == [])
  }

  @Test func severalDraftsAreNotGuessedAbout() async throws {
    let place = try ForgeWorkplace(.github)
    place.forge.releases = [1, 2].map { .init(number: $0, tag: "v1", isDraft: true) }
    let failure = try #require(try await place.failure())
    #expect(failure.cause as? ForgeProblem == .severalDrafts("v1", count: 2))
    #expect(place.forge.writes == [])
  }

  @Test func whatAnUploadLeftHalfIsReplacedInADraft() async throws {
    let place = try ForgeWorkplace(.github)
    let half = SimulatedForge.Asset(
      number: 9, name: place.names[0], bytes: [1], isComplete: false)
    place.forge.releases = [.init(number: 5, tag: "v1", isDraft: true, assets: [half])]
    let outcome = try await place.publish()
    #expect(outcome.uploaded == place.names)
    #expect(place.forge.writes.first == "DELETE /repos/acme/greeting/releases/assets/9")
    #expect(place.visible == ForgeWorkplace.contents)
  }

  @Test(arguments: ForgeReference.Kind.allCases)
  func redirectsOfDownloadsGoWithoutTheToken(kind: ForgeReference.Kind) async throws {
    let place = try ForgeWorkplace(kind, tellsDigests: false)
    let store = try HandlingServer { [forge = place.forge] request in
      // It answers with status 400 to a request with a token.
      forge.answer(request)
    }
    place.forge.storage = store.url
    _ = try await place.publish()
    #expect(store.all.count >= 3)
    for request in store.all {
      #expect(!request.headers.values.contains { $0.contains(SimulatedForge.token) })
    }
  }

  @Test(arguments: [
    "https://uploads.example.org/x", "http://127.0.0.1:1/assets", "//example.org/", "", "ftp://x",
  ])
  func uploadsGoToNoOtherHost(_ address: String) async throws {
    let place = try ForgeWorkplace(.github)
    place.forge.uploadAddress = address
    let failure = try #require(try await place.failure())
    #expect((failure.cause as? TransportError)?.reason == .badAnswer)
    #expect(failure.exposure.visibility == .draft)
    #expect(place.uploads == 0)
    #expect(place.visible == [:])
  }

  @Test(arguments: [
    ("https://uploads.github.com/x", "https://api.github.com", true),
    ("https://uploads.acme.ghe.com/x", "https://api.acme.ghe.com", true),
    ("https://git.example.org/api/uploads/x", "https://git.example.org/api/v3", true),
    ("http://uploads.github.com/x", "https://api.github.com", false),
    ("https://uploads.github.com:8443/x", "https://api.github.com", false),
    ("https://uploads.github.com.example.org/x", "https://api.github.com", false),
    ("https://github.com/x", "https://api.github.com", false),
    ("https://uploads.git.example.org/x", "https://git.example.org", false),
  ])
  func uploadHosts(_ url: String, _ base: String, _ isRight: Bool) throws {
    #expect(GitHubReleases.mayUpload(to: try ServiceURL(url), of: try ServiceURL(base)) == isRight)
  }
}
