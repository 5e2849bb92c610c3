// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import TrustedPublishing

@Suite("The state of a release in stages")
struct ReleaseStateTests {
  static let digest = String(repeating: "a", count: 64)

  static func state(_ finished: Set<ReleaseStage> = [.build]) throws -> ReleaseState {
    var state = ReleaseState(
      subject: ReleaseState.Subject(
        project: "greeting", version: "1.0.0", commit: String(repeating: "c", count: 40),
        isDirty: false, instance: "https://fulcio.example.org",
        index: "https://index.example.org/legacy/",
        forge: try ForgeReference(.github, project: "acme/greeting", tag: "v1")),
      build: ["ref": "refs/heads/main"],
      files: [
        PublicationPlan.LocalFile(
          name: "greeting-1.0.0.tar.gz", sha256: SHA256Hash(hashing: []), size: 0)
      ])
    state.evidence = [
      PublicationPlan.LocalFile(
        name: "greeting-1.0.0.tar.gz.sigstore.json", sha256: SHA256Hash(hashing: [1]), size: 1)
    ]
    state.finished = finished
    return state
  }

  @Test(arguments: [Set<ReleaseStage>(), [.build], [.build, .attest], Set(ReleaseStage.allCases)])
  func isReadAsItIsWritten(finished: Set<ReleaseStage>) throws {
    let state = try Self.state(finished)
    #expect(try ReleaseState(parsing: Array(state.json.compactText.utf8)) == state)
    var plain = state
    plain.subject.commit = nil
    plain.subject.forge = nil
    plain.subject.isDirty = true
    #expect(try ReleaseState(parsing: Array(plain.json.compactText.utf8)) == plain)
  }

  /// What is replaced in a good state, and by what; each is refused.
  static let malformed: [(String, String)] = [
    (#""hallmark.release-state/v1""#, #""hallmark.release-state/v2""#),
    (#""hallmark.release-state/v1""#, "1"), (#""schema""#, #""scheme""#),
    (#""project":"greeting""#, #""project":"""#), (#""project":"greeting""#, #""project":1"#),
    (#""project":"greeting""#, #""project":"a\u0007""#),
    (#""project":"greeting""#, #""project":"greeting","project":"other""#),
    (#""project":"greeting""#, #""unknown":true,"project":"greeting""#),
    (#""dirty":false"#, #""dirty":"no""#), (#""dirty":false,"#, ""),
    (#""build":{"ref":"refs/heads/main"}"#, #""build":[]"#),
    (#""build":{"ref":"refs/heads/main"},"#, ""),
    (#""kind":"github""#, #""kind":"forge""#), (#""tag":"v1""#, #""tag":"v 1""#),
    (#""tag":"v1""#, #""tag":"v1","more":1"#), (#""project":"acme/greeting""#, #""project":"x""#),
    (#""name":"greeting-1.0.0.tar.gz""#, #""name":"../greeting-1.0.0.tar.gz""#),
    (#""name":"greeting-1.0.0.tar.gz""#, #""name":"/etc/passwd""#),
    (#""name":"greeting-1.0.0.tar.gz""#, #""name":"..""#),
    (#""name":"greeting-1.0.0.tar.gz""#, #""name":".hidden""#),
    (#""name":"greeting-1.0.0.tar.gz""#, #""name":"a\u0000b""#),
    (#""name":"greeting-1.0.0.tar.gz""#, #""name":"""#),
    (#""size":0"#, #""size":-1"#), (#""size":0"#, #""size":0.5"#), (#""size":0"#, #""size":"0""#),
    (#""size":0"#, #""size":0,"more":1"#), (#""size":0}"#, #""size":0"#),
    (SHA256Hash(hashing: []).hexadecimal, "abc"),
    (SHA256Hash(hashing: []).hexadecimal, SHA256Hash(hashing: []).hexadecimal.uppercased()),
    (#""finished":["build"]"#, #""finished":["build","build"]"#),
    (#""finished":["build"]"#, #""finished":["deploy"]"#),
    (#""finished":["build"]"#, #""finished":"build""#), (#","finished":["build"]"#, ""),
    (#"{"schema""#, #"[{"schema""#), (#"["build"]}"#, #"["build"]"#),
    (#"["build"]}"#, #"["build"]}{}"#),
  ]

  @Test(arguments: malformed)
  func refusesWhatItDoesNotWrite(_ from: String, _ to: String) throws {
    let text = try Self.state().json.compactText
    let changed = text.replacing(from, with: to, maxReplacements: 1)
    #expect(changed != text, "the case changes nothing")
    #expect(throws: DocumentError.self) { try ReleaseState(parsing: Array(changed.utf8)) }
  }

  @Test func refusesStagesWithoutWhatTheyMake() throws {
    var state = try Self.state([.build, .attest])
    state.evidence = []
    #expect(throws: DocumentError.self) {
      try ReleaseState(parsing: Array(state.json.compactText.utf8))
    }
    state = try Self.state([.build])
    state.files = []
    #expect(throws: DocumentError.self) {
      try ReleaseState(parsing: Array(state.json.compactText.utf8))
    }
    state = try Self.state([.build])
    state.files += state.files
    #expect(throws: DocumentError.self) {
      try ReleaseState(parsing: Array(state.json.compactText.utf8))
    }
  }

  @Test(
    arguments: [
      [], Array("null".utf8), Array("{}".utf8), [0xff, 0xfe], Array("[".utf8),
      Array(repeating: UInt8(ascii: "["), count: 100_000),
      Array(repeating: UInt8(ascii: " "), count: ReleaseState.sizeLimit + 1),
    ] as [[UInt8]])
  func refusesWhatIsNoState(_ bytes: [UInt8]) {
    #expect(throws: DocumentError.self) { try ReleaseState(parsing: bytes) }
  }
}

@Suite("Going on with a release")
struct ReleaseResumptionTests {
  private typealias Subject = ReleaseState.Subject

  private func state(_ finished: Set<ReleaseStage>) throws -> ReleaseState {
    try ReleaseStateTests.state(finished)
  }

  private func wanted(_ change: (inout ReleaseState.Subject) throws -> Void = { _ in }) throws
    -> ReleaseState.Subject
  {
    var subject = try ReleaseStateTests.state().subject
    try change(&subject)
    return subject
  }

  private func decide(
    _ state: ReleaseState?, _ subject: ReleaseState.Subject, from: ReleaseStage? = nil,
    restart: Bool = false
  ) -> ReleaseResumption {
    ReleaseResumption(state, wanted: subject, from: from, restart: restart)
  }

  @Test func nothingThereIsTheBeginning() throws {
    #expect(decide(nil, try wanted()) == .anew)
    #expect(decide(nil, try wanted(), from: .build) == .anew)
    #expect(decide(nil, try wanted(), restart: true) == .anew)
    for stage in ReleaseStage.allCases.dropFirst() {
      #expect(
        decide(nil, try wanted(), from: stage) == .stop(.nothingThere(from: stage)))
    }
  }

  @Test func goesOnWithTheSame() throws {
    let state = try state([.build, .attest])
    #expect(decide(state, try wanted()) == .goOn(state))
    #expect(decide(state, try wanted(), from: .build) == .anew)
    #expect(decide(state, try wanted(), restart: true) == .anew)
    var again = state
    again.finished = [.build]
    #expect(decide(state, try wanted(), from: .attest) == .goOn(again))
    #expect(
      decide(state, try wanted(), from: .publish)
        == .stop(.notReached(.approve, from: .publish)))
  }

  enum Change: String, CaseIterable, Sendable {
    case commit, dirty, version, instance, index, forge

    func apply(to subject: inout ReleaseState.Subject) throws {
      switch self {
      case .commit: subject.commit = String(repeating: "d", count: 40)
      case .dirty: subject.isDirty = true
      case .version: subject.version = "2.0.0"
      case .instance: subject.instance = "https://other.example.org"
      case .index: subject.index = "https://other.example.org/legacy/"
      case .forge: subject.forge = try ForgeReference(.gitlab, project: "acme/greeting", tag: "v1")
      }
    }

    /// The last stage from which a release with the change may go on; `nil` for none.
    var lastStage: ReleaseStage? {
      switch self {
      case .commit, .dirty, .version: nil
      case .instance: .attest
      case .index, .forge: .publish
      }
    }
  }

  @Test(arguments: Change.allCases)
  func anotherReleaseStops(change: Change) throws {
    let state = try state([.build, .attest, .approve, .publish])
    let subject = try wanted { try change.apply(to: &$0) }
    guard case .stop(.otherRelease(let differences)) = decide(state, subject) else {
      Issue.record("it goes on")
      return
    }
    #expect(differences.count == 1)
    #expect(decide(state, subject, restart: true) == .anew)
    #expect(decide(state, subject, from: .build) == .anew)
    for stage in ReleaseStage.allCases.dropFirst() {
      let isAllowed = change.lastStage.map { stage <= $0 } ?? false
      switch decide(state, subject, from: stage) {
      case .goOn(let next):
        #expect(isAllowed, "\(change) from \(stage)")
        #expect(next.subject == subject)
        #expect(next.finished.allSatisfy { $0 < stage })
      case .stop: #expect(!isAllowed, "\(change) from \(stage)")
      case .anew: Issue.record("\(change) from \(stage) begins anew")
      }
    }
  }

  @Test func aFinishedReleaseMakesRoomForAnotherCommit() throws {
    let state = try state(Set(ReleaseStage.allCases))
    let next = try wanted { try Change.commit.apply(to: &$0) }
    #expect(decide(state, next) == .anew)
    let elsewhere = try wanted { try Change.index.apply(to: &$0) }
    guard case .stop(.otherRelease) = decide(state, elsewhere) else {
      Issue.record("it goes on")
      return
    }
    #expect(decide(state, try wanted()) == .goOn(state))
  }
}
