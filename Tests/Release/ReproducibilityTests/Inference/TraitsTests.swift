// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import PythonPackaging
import Reproducibility
import Testing

@Suite("What a published file tells")
struct TraitsTests {
  @Test(
    "the back end of WHEEL",
    arguments: [
      ("hatchling 1.27.0", "hatchling==1.27.0"), ("setuptools (75.6.0)", "setuptools==75.6.0"),
      ("bdist_wheel (0.37.1)", "wheel==0.37.1"), ("flit 3.12.0", "flit-core==3.12.0"),
      ("poetry-core 2.3.1", "poetry-core==2.3.1"), ("pdm-backend (2.5.0)", "pdm-backend==2.5.0"),
      ("uv 0.12.18", "uv-build==0.12.18"), ("maturin (1.4.0)", "maturin==1.4.0"),
      ("scikit-build-core 1.1.2", "scikit-build-core==1.1.2"),
      // No version, one that no index has, a tool that is not known.
      ("meson", nil), ("pdm-backend (0.0.0+local)", nil), ("someone's-tool 1.0", nil),
    ] as [(String, String?)])
  func generator(text: String, pin: String?) throws {
    let generator = try #require(Generator(text))
    #expect(generator.pin?.text == pin)
  }

  @Test(
    "a generator of another form is none",
    arguments: ["", " ", "flit three", "hatchling 1.0 extra", "flit (1.0"])
  func noGenerator(text: String) { #expect(Generator(text) == nil) }

  @Test("one time is a date, a constant is none, several are none")
  func policies() {
    #expect(ArchiveTime.Policy([1_700_000_000, 1_700_000_000]) == .single(1_700_000_000))
    #expect(ArchiveTime.Policy([1_700_000_000, 1_700_000_002]) == .mixed)
    #expect(ArchiveTime.Policy([1_700_000_000, nil]) == .mixed)
    #expect(ArchiveTime.Policy([]) == .mixed)
    for constant in ArchiveTime.constants {
      #expect(ArchiveTime.Policy([constant.seconds]) == .constant(constant))
    }
  }

  @Test("a wheel's times, modes and licence")
  func wheel() throws {
    let day = PublishedSamples.date(2025, 1, 1)
    let plain = try WheelTraits(parsing: try PublishedSamples.wheel(time: day))
    #expect(plain.times == .single(1_735_689_600))
    #expect(!plain.isGroupWritable)
    #expect(!plain.hasUnnamedLicense)
    #expect(plain.generatorText == "hatchling 1.27.0")
    let mixed = try WheelTraits(
      parsing: try PublishedSamples.wheel(
        time: day, infoTime: PublishedSamples.date(2016, 1, 1), mode: 0o664, license: true))
    #expect(mixed.times == .mixed)
    #expect(mixed.isGroupWritable)
    #expect(mixed.hasUnnamedLicense)
    let named = try WheelTraits(
      parsing: try PublishedSamples.wheel(
        metadata: PublishedSamples.metadata + "License-File: LICENSE\n", license: true))
    #expect(!named.hasUnnamedLicense)
  }

  @Test("a date that does not exist is no time")
  func impossibleDate() throws {
    let traits = try WheelTraits(
      parsing: try PublishedSamples.wheel(time: PublishedSamples.date(2025, 2, 31)))
    #expect(traits.times == .mixed)
  }

  private static func dialect(
    _ headers: [PublishedSamples.Header]
  ) throws -> SdistTraits.Dialect {
    let traits = try SdistTraits(parsing: PublishedSamples.sdist(headers))
    return traits.dialect
  }

  @Test("who wrote the tar headers")
  func dialects() throws {
    typealias Header = PublishedSamples.Header
    let new = Header(path: "a.py")
    var old = new
    old.device = PublishedSamples.oldDevice
    var gnu = new
    gnu.magic = "ustar  \u{0}"
    #expect(try Self.dialect([new]) == .python)
    #expect(try Self.dialect([old]) == .pythonUpTo38)
    #expect(try Self.dialect([gnu]) == .gnu)
    old.path = "b.py"
    #expect(try Self.dialect([new, old]) == .mixed)
  }

  @Test("times with fractions are a file system's")
  func fractions() throws {
    let headers = [
      PublishedSamples.Header(path: "a.py", time: "1713275310.385738"),
      PublishedSamples.Header(path: "b.py", time: "1713275310.0"),
    ]
    let traits = try SdistTraits(parsing: try PublishedSamples.sdist(headers))
    #expect(traits.hasFractions)
    #expect(traits.times == .mixed)
    #expect(
      traits.recordedTimes.first
        == SdistTraits.RecordedTime(
          path: "a.py", seconds: 1_713_275_310, nanoseconds: 385_738_000))
    let whole = try SdistTraits(
      parsing: try PublishedSamples.sdist([PublishedSamples.Header(path: "a.py")]))
    #expect(!whole.hasFractions)
    #expect(whole.times == .single(1_700_000_000))
  }

  @Test("line endings, modes and owner of a checkout")
  func checkout() throws {
    let windows = PublishedSamples.Header(
      path: "a.py", contents: "x = 1\r\ny = 2\r\n", mode: 0o664, owner: "runner")
    let traits = try SdistTraits(parsing: try PublishedSamples.sdist([windows]))
    #expect(traits.hasWindowsLineEndings)
    #expect(traits.isGroupWritable)
    #expect(traits.ownerName == "runner")
    let plain = try SdistTraits(
      parsing: try PublishedSamples.sdist([.init(path: "a.py", contents: "x = 1\n")]))
    #expect(!plain.hasWindowsLineEndings)
    #expect(!plain.isGroupWritable)
    #expect(plain.ownerName == nil)
  }

  @Test("what is no archive, or has no metadata, is refused")
  func refused() throws {
    #expect(throws: ArchiveError.self) { try WheelTraits(parsing: []) }
    #expect(throws: ArchiveError.self) { try SdistTraits(parsing: Array("not gzip".utf8)) }
    // A wheel whose metadata nobody can read is still compared.
    let unreadable = try PublishedSamples.wheel(metadata: "Name: tiny\n")
    #expect(try WheelTraits(parsing: unreadable).metadata == nil)
    #expect(throws: PackagingError.self) {
      try SdistTraits(parsing: try PublishedSamples.sdist([.init(path: "a.py")], metadata: "?"))
    }
  }
}
