// SPDX-License-Identifier: Apache-2.0

import Archives
import PythonPackaging
import Testing

@testable import Rebuild

/// What is taken out of built files, and what stays.
@Suite struct NormalizationTests {
  private static let moment: Int64 = 1_700_000_000

  private static func sdist(
    time: Int64 = moment, mode: Int = 0o644, gzipTime: Int64 = 0
  ) throws -> [UInt8] {
    var tar = TarWriter()
    try tar.add(
      TarWriter.Entry(path: "a-1/PKG-INFO", kind: .file, mode: mode, modificationTime: time),
      contents: Array("Name: a\n".utf8)[...])
    var gzip = try GzipWriter(modificationTime: gzipTime)
    gzip.write(tar.finish()[...])
    return gzip.finish()
  }

  private static func wheel(time: Int64 = moment, mode: Int = 0o644) throws -> [UInt8] {
    var zip = ZipWriter(time: DOSTime(unixSeconds: time))
    for path in ["a.py", "a-1.dist-info/METADATA"] {
      try zip.add(path, contents: Array("text \(path)".utf8), mode: mode)
    }
    return zip.finish()
  }

  private static func normal(_ bytes: [UInt8], _ name: String) throws -> Normalization {
    try Normalization(
      bytes, filename: try DistributionFilename(name), sourceDateEpoch: moment)
  }

  @Test func whatSaysNothingStays() throws {
    #expect(try !Self.normal(Self.sdist(), "a-1.tar.gz").isChanged)
    #expect(try !Self.normal(Self.sdist(time: 0, gzipTime: Self.moment), "a-1.tar.gz").isChanged)
    #expect(try !Self.normal(Self.wheel(), "a-1-py3-none-any.whl").isChanged)
    #expect(try !Self.normal(Self.wheel(time: 1_451_606_400), "a-1-py3-none-any.whl").isChanged)
    for mode in [0o755, 0o664, 0o600] {
      #expect(try !Self.normal(Self.wheel(mode: mode), "a-1-py3-none-any.whl").isChanged)
    }
  }

  @Test(arguments: [(moment + 9, 0o644, 0), (moment, 0o600, 0), (moment, 0o644, moment + 9)])
  func takesOutOfSdists(time: Int64, mode: Int, gzipTime: Int64) throws {
    let normal = try Self.normal(
      Self.sdist(time: time, mode: mode, gzipTime: gzipTime), "a-1.tar.gz")
    #expect(normal.isChanged)
    #expect(
      try normal.bytes
        == CanonicalSdist.rewrite(Self.sdist(), sourceDateEpoch: Self.moment))
    // Once is enough.
    #expect(try !Self.normal(normal.bytes, "a-1.tar.gz").isChanged)
  }

  @Test(arguments: [(moment + 9, 0o644, 0o644), (moment, 0o600, 0o644), (moment, 0o700, 0o755)])
  func takesOutOfWheels(time: Int64, mode: Int, plain: Int) throws {
    let bytes = try Self.wheel(time: time, mode: mode)
    let normal = try Self.normal(bytes, "a-1-py3-none-any.whl")
    #expect(try normal.bytes == Self.wheel(mode: mode))
    let compared = try Normalization(
      bytes, filename: try DistributionFilename("a-1-py3-none-any.whl"),
      sourceDateEpoch: Self.moment, levelsModes: true)
    #expect(compared.isChanged)
    #expect(try compared.bytes == Self.wheel(mode: plain))
  }

  @Test func refusesWhatIsNoArchive() {
    #expect(throws: ArchiveError.self) { try Self.normal([1, 2, 3], "a-1.tar.gz") }
    #expect(throws: ArchiveError.self) { try Self.normal([1, 2, 3], "a-1-py3-none-any.whl") }
  }
}
