// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import Testing

@testable import TrustedPublishing

@Suite("What is to be done with each file of a release")
struct PublicationPlanTests {
  typealias Plan = PublicationPlan

  static let wheel = "greeting-1.0.0-py3-none-any.whl"
  static let sdist = "greeting-1.0.0.tar.gz"
  static let digest = SHA256Hash(hashing: [1])
  static let other = SHA256Hash(hashing: [2])

  static func file(_ name: String) -> Plan.LocalFile {
    Plan.LocalFile(name: name, sha256: digest, size: 7)
  }

  /// What is listed, and what follows for the wheel.
  static let cases: [([Plan.ListedFile], Plan.Action)] = [
    ([], .upload),
    ([.init(name: wheel, sha256: digest)], .skip),
    ([.init(name: wheel, sha256: digest, size: 8)], .skip),
    ([.init(name: wheel, sha256: other)], .conflict(.otherBytes(other))),
    ([.init(name: wheel, sha256: nil)], .read),
    ([.init(name: wheel, sha256: nil, size: 7)], .read),
    ([.init(name: wheel, sha256: nil, size: 8)], .conflict(.otherSize(8))),
    ([.init(name: wheel, sha256: digest), .init(name: wheel, sha256: digest)], .skip),
    (
      [.init(name: wheel, sha256: digest), .init(name: wheel, sha256: other)],
      .conflict(.listedTwice)
    ),
    (
      [.init(name: wheel, sha256: digest), .init(name: wheel, sha256: nil)], .conflict(.listedTwice)
    ),
    ([.init(name: wheel.uppercased(), sha256: other)], .upload),
    (
      [.init(name: "../\(wheel)", sha256: other), .init(name: "a/\(wheel)", sha256: other)], .upload
    ),
  ]

  @Test(arguments: cases)
  func comparesWithWhatIsListed(_ listed: [Plan.ListedFile], _ action: Plan.Action) {
    let plan = Plan([Self.file(Self.wheel)], listed: listed)
    #expect(plan.items == [Plan.Item(Self.file(Self.wheel), action)])
  }

  /// Names that are canonically equivalent are different names.
  @Test func comparesNamesByBytes() {
    let plan = Plan(
      [Self.file("\u{e9}.whl")], listed: [.init(name: "e\u{301}.whl", sha256: Self.other)])
    #expect(plan.uploads.count == 1)
  }

  @Test func settlesWhatWasRead() {
    let plan = Plan(
      [Self.file(Self.wheel), Self.file(Self.sdist)],
      listed: [.init(name: Self.wheel, sha256: nil), .init(name: Self.sdist, sha256: nil)])
    #expect(plan.unread.map(\.name) == [Self.wheel, Self.sdist])
    let settled = plan.settling(Self.wheel, digest: Self.digest)
      .settling(Self.sdist, digest: Self.other)
    #expect(settled.unread.isEmpty)
    #expect(settled.skipped.map(\.name) == [Self.wheel])
    #expect(settled.conflicts.map(\.file.name) == [Self.sdist])
    #expect(settled.conflicts.first?.conflict == .otherBytes(Self.other))
  }

  private func page(_ names: String...) -> SimpleIndex.ProjectPage {
    SimpleIndex.ProjectPage(
      name: "greeting", versions: [],
      files: names.map { SimpleIndex.File(filename: $0, url: $0, sha256: Self.other) })
  }

  @Test func aReleaseHasOneSdist() {
    let files = [Self.file(Self.wheel), Self.file(Self.sdist)]
    let plan = Plan(files, page: page("Greeting-1.0.tar.gz", "greeting-1.0.1.tar.gz"))
    #expect(plan.uploads.map(\.name) == [Self.wheel])
    #expect(plan.conflicts.first?.conflict == .otherSdist("Greeting-1.0.tar.gz"))
    #expect(Plan(files, page: page("greeting-1.0.1.tar.gz", "x.zip")).uploads.count == 2)
    #expect(Plan(files, page: nil).uploads.count == 2)
    #expect(
      Plan(files, page: page(Self.sdist)).conflicts.first?.conflict == .otherBytes(Self.other))
  }
}

@Suite("Audiences that an index may ask for")
struct AudienceRuleTests {
  @Test(
    arguments: [
      ("hallmark", nil, true), ("pypi", "pypi", true), ("testpypi", "testpypi", true),
      ("pypi", nil, false), ("PyPI", nil, false), ("testpypi", nil, false),
      ("sigstore", nil, false),
      ("testpypi", "pypi", false), ("hallmark", "pypi", false), ("pypi", "hallmark", false),
      ("pypi-mirror", nil, true), ("Mine", "mine", false), ("sts.amazonaws.com", nil, false),
      ("https://iam.example/pool", nil, false), ("api://exchange", nil, false), ("", nil, true),
      ("index.example", "index.example", true), (String(repeating: "a", count: 65), nil, false),
    ] as [(String, String?, Bool)])
  func rule(_ audience: String, _ expected: String?, _ isGood: Bool) {
    #expect((AudienceRule.problem(audience, expected: expected) == nil) == isGood)
  }
}
