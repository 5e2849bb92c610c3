// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import Archives

/// What the profile for uploads asks of wheels and source distributions.
@Suite struct DistributionArchiveTests {
  private static let info = "greeting-1.0.dist-info"

  /// A good wheel's members; `RECORD` comes last.
  private static let files: [(name: String, contents: [UInt8])] = [
    ("greeting/__init__.py", Array("1\n".utf8)),
    ("\(info)/METADATA", Array("Name: greeting\n".utf8)),
    ("\(info)/WHEEL", Array("Generator: test 1\n".utf8)),
  ]

  private static func line(_ name: String, _ contents: [UInt8]) -> String {
    let digest = Base64.encodeURL(SHA256Hash(hashing: contents).bytes)
    return "\(name),sha256=\(digest),\(contents.count)\n"
  }

  private static var record: String {
    files.map { line($0.name, $0.contents) }.joined() + "\(info)/RECORD,,\n"
  }

  private static func wheel(
    _ members: [(name: String, contents: [UInt8])] = files, record: String? = record
  ) -> [UInt8] {
    let last = record.map { [("\(info)/RECORD", Array($0.utf8))] } ?? []
    return ZipSample(members: members + last).bytes
  }

  @Test func wheelsAreRead() throws {
    let wheel = try WheelArchive(parsing: Self.wheel(), named: "greeting-1.0")
    #expect(wheel.folder == Self.info)
    #expect(wheel.metadata == Self.files[1].contents)
    // Signatures of RECORD are not in it; digests and sizes may be left out.
    let signed = Self.files + [("\(Self.info)/RECORD.jws", [1])]
    _ = try WheelArchive(parsing: Self.wheel(signed))
    let bare = Self.files.map { "\($0.name),,\r\n" }.joined() + "\"\(Self.info)/RECORD\",,"
    _ = try WheelArchive(parsing: Self.wheel(record: bare))
    let odd = "greeting/a,\"b\".txt"
    _ = try WheelArchive(
      parsing: Self.wheel(
        Self.files + [(odd, [])], record: Self.record + "\"greeting/a,\"\"b\"\".txt\",,0\n"))
  }

  @Test(arguments: [
    ("greeting-1.1", wheel(), ArchiveError.Reason.malformed),
    ("Greeting-1.0", wheel(), .malformed),
    ("greeting-1.0", wheel(record: nil), .missing),
    ("greeting-1.0", wheel(files.filter { !$0.name.hasSuffix("WHEEL") }), .missing),
    ("greeting-1.0", wheel(files.filter { !$0.name.hasSuffix("METADATA") }), .missing),
    ("greeting-1.0", wheel(files + [("other.py", [])]), .malformed),
    ("greeting-1.0", wheel(files + [("b-1.dist-info/WHEEL", [])]), .malformed),
    ("greeting-1.0", wheel([("a.py", [])]), .missing),
    ("greeting-1.0", wheel(record: record + line("missing.py", [])), .malformed),
    ("greeting-1.0", wheel(record: record + line(files[0].name, files[0].contents)), .malformed),
    ("greeting-1.0", wheel(record: record.replacing(",2\n", with: ",3\n")), .corrupt),
    ("greeting-1.0", wheel([(files[0].name, [1, 2])] + files.dropFirst()), .corrupt),
  ])
  func otherWheelsAreRefused(stem: String, bytes: [UInt8], reason: ArchiveError.Reason) {
    #expect(
      performing: { try WheelArchive(parsing: bytes, named: stem) },
      throws: { ($0 as? ArchiveError)?.reason == reason })
  }

  @Test(arguments: [
    "a", "a,,,", "a,,\n,,", "\"a,,\n", "\"a\"b,,\n", "a,,x", "a,,-1", "a,,99999999999999999999",
    "a,md5=00,1", "a,sha256=00,1", "a,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=,0",
    "a,,\n\n",
  ])
  func otherRecordsAreRefused(text: String) {
    #expect(throws: ArchiveError.self) { try WheelRecord(parsing: Array(text.utf8)) }
  }

  @Test func recordsOfManyBytesAreRefused() {
    let record = Self.record + String(repeating: " ", count: 65 << 20)
    #expect(
      performing: { try WheelArchive(parsing: Self.wheel(record: record)) },
      throws: { ($0 as? ArchiveError)?.reason == .limit })
  }

  private static func sdist(_ members: [UInt8]...) throws -> [UInt8] {
    try GzipWriter.file(of: members.joined() + TarSample.end)
  }

  @Test func sourceDistributionsAreRead() throws {
    let sdist = try SdistArchive(
      parsing: try Self.sdist(
        TarSample.member("greeting-1.0/", type: "5"),
        TarSample.member("greeting-1.0/PKG-INFO", [1, 2]),
        TarSample.member("greeting-1.0/a/PKG-INFO", [3])), named: "greeting-1.0")
    #expect(sdist.folder == "greeting-1.0")
    #expect(sdist.metadata == [1, 2])
    #expect(sdist.contents == TarContents(members: 3, unpackedSize: 5 * 512 + 1_024))
  }

  @Test func otherSourceDistributionsAreRefused() throws {
    let info = TarSample.member("greeting-1.0/PKG-INFO")
    let cases: [(String, [UInt8], ArchiveError.Reason)] = [
      ("empty", try Self.sdist(), .malformed),
      ("two folders", try Self.sdist(info, TarSample.member("b/c")), .malformed),
      ("a file at the top", try Self.sdist(info, TarSample.member("b")), .malformed),
      ("only a file", try Self.sdist(TarSample.member("greeting-1.0")), .malformed),
      ("other folder", try Self.sdist(TarSample.member("b/PKG-INFO")), .malformed),
      ("no metadata", try Self.sdist(TarSample.member("greeting-1.0/a")), .missing),
      (
        "metadata in a folder", try Self.sdist(TarSample.member("greeting-1.0/a/PKG-INFO")),
        .missing
      ),
      (
        "a folder as metadata",
        try Self.sdist(TarSample.member("greeting-1.0/PKG-INFO/", type: "5")), .missing
      ),
      (
        "large metadata",
        try Self.sdist(
          TarSample.member("greeting-1.0/PKG-INFO", [UInt8](repeating: 1, count: 17 << 20))), .limit
      ),
    ]
    for (label, bytes, reason) in cases {
      let error = #expect(throws: ArchiveError.self, "\(label)") {
        try SdistArchive(parsing: bytes, named: "greeting-1.0")
      }
      #expect(error?.reason == reason, "\(label)")
    }
  }

  /// What comes out is counted while it comes out: nothing is believed, nothing is held.
  @Test func bombsEndEarly() throws {
    var limits = ArchiveLimits()
    limits.ratioFreeSize = 1 << 20
    var bomb = try GzipWriter.file(
      of: TarSample.header("a/b", size: 64 << 20)
        + [UInt8](repeating: 0, count: 64 << 20))
    // The announced size is a lie, so that only counting finds it.
    bomb.replaceSubrange((bomb.count - 4)..., with: [1, 0, 0, 0])
    for read in [
      { _ = try SdistArchive(parsing: bomb, limits: limits) },
      { _ = try TarContents(parsingGzip: bomb, limits: limits) },
      { _ = try GzipMember(parsing: bomb, limits: limits) },
    ] {
      #expect(performing: read, throws: { ($0 as? ArchiveError)?.reason == .limit })
    }
  }

  @Test func namesAndFirstBytesSayWhatAFileIs() throws {
    let zip = Self.wheel()
    let tar = TarSample.member("a") + TarSample.end
    let gzip = try GzipWriter.file(of: tar)
    let cases: [(String, [UInt8], ArchiveInspection.Kind)] = [
      ("a.zip", zip, .zip), ("A.ZIP", zip, .zip), ("a.whl", zip, .wheel), ("data", zip, .zip),
      ("a.tar", tar, .tar), ("data", tar, .tar), ("a.tar.gz", gzip, .gzippedTar),
      ("a.tgz", gzip, .gzippedTar), ("a.gz", gzip, .gzip), ("data", gzip, .gzip),
      ("a.deflate", [3, 0], .deflate),
    ]
    for (name, bytes, kind) in cases {
      let inspection = try ArchiveInspection(bytes, filename: name, profile: .general)
      #expect(inspection.kind == kind, "\(name)")
    }
    #expect(throws: ArchiveError.self) {
      try ArchiveInspection([1], filename: "a.txt", profile: .general)
    }
    for (name, bytes) in [
      ("greeting-1.1-py3-none-any.whl", zip), ("greeting.whl", zip), ("a-1.tar.gz", gzip),
    ] {
      _ = try ArchiveInspection(bytes, filename: name, profile: .general)
      #expect(throws: ArchiveError.self, "\(name)") {
        try ArchiveInspection(bytes, filename: name, profile: .upload)
      }
    }
    let good = "greeting-1.0-py3-none-any.whl"
    #expect(try ArchiveInspection(zip, filename: good, profile: .upload).members == 4)
  }
}
