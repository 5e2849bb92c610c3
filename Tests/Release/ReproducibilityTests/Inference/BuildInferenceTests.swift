// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import PythonPackaging
import Reproducibility
import Testing

@Suite("How a release was made")
struct BuildInferenceTests {
  private static let upload = try? Timestamp(rfc3339: "2026-01-02T03:04:05Z")

  private func infer(
    wheel: [UInt8]?, sdist: [UInt8]? = nil, uploadTime: Timestamp? = upload,
    source: BuildInference.Source = .sdist, date: Int64? = nil
  ) throws -> BuildInference {
    let wheel = try wheel.map { try WheelTraits(parsing: $0) }
    let sdist = try sdist.map { try SdistTraits(parsing: $0) }
    let metadata = try #require(wheel?.metadata ?? sdist?.metadata)
    return BuildInference(
      wheel: wheel, sdist: sdist, metadata: metadata, uploadTime: uploadTime, source: source,
      date: date)
  }

  @Test(
    "requirements follow from the generator",
    arguments: [
      ("hatchling 1.27.0", ["hatchling==1.27.0"]), ("meson", []), ("nobody's 1", []),
      ("bdist_wheel (0.37.1)", ["wheel==0.37.1"]),
    ])
  func requirements(generator: String, expected: [String]) throws {
    let inference = try infer(wheel: try PublishedSamples.wheel(generator: generator))
    #expect(inference.requirements.map(\.text) == expected)
    #expect(inference.isEnvironmentKnown)
  }

  @Test("a back end that is built by itself is not required")
  func ownBackend() throws {
    let metadata = "Metadata-Version: 2.1\nName: hatchling\nVersion: 1.0\n"
    let inference = try infer(wheel: try PublishedSamples.wheel(metadata: metadata))
    #expect(inference.requirements.isEmpty)
  }

  @Test("which setuptools made a wheel shows in what it did not write")
  func oldSetuptools() throws {
    let old = "bdist_wheel (0.36.2)"
    let unnamed = try infer(wheel: try PublishedSamples.wheel(generator: old, license: true))
    #expect(unnamed.requirements.map(\.text) == ["wheel==0.36.2", "setuptools<57"])
    #expect(unnamed.python.newest == 11)
    let unknown = try infer(
      wheel: try PublishedSamples.wheel(
        generator: old, metadata: PublishedSamples.metadata + "Platform: UNKNOWN\n"))
    #expect(unknown.requirements.map(\.text) == ["wheel==0.36.2", "setuptools<58"])
    let undated = try infer(wheel: try PublishedSamples.wheel(generator: old), uploadTime: nil)
    #expect(undated.requirements.map(\.text) == ["wheel==0.36.2", "setuptools<70.1"])
  }

  @Test("without a version and a time the environment is not known")
  func unknownEnvironment() throws {
    for generator in ["meson", "nobody's 1", nil] {
      let bytes = try PublishedSamples.wheel(generator: generator)
      #expect(try !infer(wheel: bytes, uploadTime: nil).isEnvironmentKnown)
      #expect(try infer(wheel: bytes).isEnvironmentKnown)
    }
    #expect(try infer(wheel: try PublishedSamples.wheel(), uploadTime: nil).isEnvironmentKnown)
    let sdist = try PublishedSamples.sdist([.init(path: "a.py")])
    #expect(try !infer(wheel: nil, sdist: sdist, uploadTime: nil).isEnvironmentKnown)
  }

  @Test("the date is the archive's, the exact second is the sdist's or the commit's")
  func dates() throws {
    let day = PublishedSamples.date(2025, 1, 1)
    let wheel = try PublishedSamples.wheel(time: day)
    #expect(try infer(wheel: wheel).variants.first?.sourceDateEpoch == 1_735_689_600)
    let odd = try PublishedSamples.sdist([.init(path: "a.py", time: "1735689601")])
    #expect(try infer(wheel: wheel, sdist: odd).variants.first?.sourceDateEpoch == 1_735_689_601)
    let git = try infer(wheel: wheel, source: .git(commitTime: 1_735_689_601))
    #expect(git.variants.first?.sourceDateEpoch == 1_735_689_601)
    let other = try infer(wheel: wheel, source: .git(commitTime: 1_735_689_700))
    #expect(other.variants.first?.sourceDateEpoch == 1_735_689_600)
    #expect(try infer(wheel: wheel, date: 7).variants.first?.sourceDateEpoch == 7)
  }

  @Test("constants and several times mean that no date was set")
  func noDate() throws {
    for wheel in [
      try PublishedSamples.wheel(time: PublishedSamples.date(2020, 2, 2)),
      try PublishedSamples.wheel(
        time: PublishedSamples.date(2025, 1, 1), infoTime: PublishedSamples.date(2016, 1, 1)),
    ] {
      let variant = try #require(try infer(wheel: wheel).variants.first)
      #expect(variant.sourceDateEpoch == nil)
      #expect(!variant.replaysTimes)
    }
  }

  @Test("a checkout gets recorded times, modes and line endings, and an old interpreter")
  func checkout() throws {
    let wheel = try PublishedSamples.wheel(
      time: PublishedSamples.date(2025, 1, 1), infoTime: PublishedSamples.date(2016, 1, 1))
    let header = PublishedSamples.Header(
      path: "a.py", contents: "x\r\n", time: "1713275310.5", mode: 0o664,
      device: PublishedSamples.oldDevice)
    let sdist = try PublishedSamples.sdist([header])
    let git = try infer(wheel: wheel, sdist: sdist, source: .git(commitTime: 1))
    let variant = try #require(git.variants.first)
    #expect(variant.replaysTimes)
    #expect(variant.hasWindowsLineEndings)
    #expect(variant.umask == 0o002)
    #expect(git.python.newest == 8)
    #expect(git.variants.contains { $0.buildsWheelFromCheckout })
    let plain = try infer(wheel: wheel, sdist: sdist)
    #expect(plain.variants == [BuildVariant()])
    #expect(plain.python.newest == nil)
  }

  @Test("no interpreter is newer than the upload, and the project's wish holds")
  func interpreters() throws {
    let metadata = PublishedSamples.metadata + "Requires-Python: >=3.8\n"
    let wheel = try PublishedSamples.wheel(metadata: metadata)
    for (day, newest) in [
      ("2020-01-01", 8), ("2022-10-25", 11), ("2023-10-01", 11), ("2023-10-03", 12),
      ("2026-01-01", nil),
    ] as [(String, Int?)] {
      let inference = try infer(
        wheel: wheel, uploadTime: try Timestamp(rfc3339: "\(day)T00:00:00Z"))
      #expect(inference.python.newest == newest, "\(day)")
    }
    let python = try infer(wheel: wheel).python
    #expect(python.allows(try Version("3.13.0"), minor: 13))
    #expect(!python.allows(try Version("3.7.16"), minor: 7))
  }

  @Test("every fact has a reason, and stands in JSON")
  func facts() throws {
    let facts = try infer(wheel: try PublishedSamples.wheel()).facts
    #expect(facts.map(\.topic) == [.generator, .requirement, .cutOff, .python, .date, .times])
    #expect(facts.allSatisfy { !$0.value.isEmpty && !$0.reason.isEmpty })
    let json = JSONNode(facts[0].json)
    #expect(try json.required("topic").string() == "generator")
    #expect(try json.required("value").string() == "hatchling 1.27.0")
    #expect(try json.required("reason").string() == "WHEEL names it")
  }
}
