// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import TestSupport
import Testing

@testable import Archives

/// The public vectors: what is marked as malicious or broken must be refused, and what is refused
/// although it is marked as acceptable must stand in a list with its reason.
@Suite(.enabled(if: TestData.archives.isPresent))
struct ArchiveVectorTests {
  private static let refusedByProfile: Set<String> = [
    // ZIP64, data descriptors and comments are left out of the profile.
    "comment.zip", "data_descriptor.zip", "data_descriptor_zip64.zip",
    "normal_deflate_zip64_extra.zip", "zip64_eocd.zip",
    // In fact malicious: more comes out than the declared size.
    "short_usize.zip", "short_usize_zip64.zip",
  ]

  @Test func zipArchives() throws {
    for folder in ["zip/accept", "zip/malicious", "zip/reject", "zip/iffy"]
      + ["pypi-zip/accept", "pypi-zip/reject"]
    {
      let names = TestData.archives.names(in: folder)
      #expect(!names.isEmpty, "\(folder)")
      for name in names {
        let bytes = try TestData.archives.bytes("\(folder)/\(name)")
        let refusal = Self.refusal {
          let archive = try ZipArchive(parsing: bytes)
          for member in archive.members { _ = try archive.contents(of: member) }
        }
        if folder.hasSuffix("accept"), !Self.refusedByProfile.contains(name) {
          #expect(refusal == nil, "\(folder)/\(name)")
        } else if !folder.hasSuffix("iffy") {
          #expect(refusal != nil, "\(folder)/\(name)")
        }
      }
    }
  }

  @Test func tarArchives() throws {
    // A plain link to a file beside it; listed, and followed by nothing here.
    let harmless: Set<String> = ["symlink.tar"]
    for folder in ["tar/accept", "tar/malicious", "tar/reject", "tar/iffy"] {
      let names = TestData.archives.names(in: folder).filter { $0.hasSuffix(".tar") }
      #expect(!names.isEmpty, "\(folder)")
      for name in names {
        let bytes = try TestData.archives.bytes("\(folder)/\(name)")
        let refusal = Self.refusal { _ = try TarArchive(parsing: bytes) }
        if folder.hasSuffix("accept") || harmless.contains(name) {
          #expect(refusal == nil, "\(folder)/\(name)")
        } else if !folder.hasSuffix("iffy") {
          #expect(refusal != nil, "\(folder)/\(name)")
        }
      }
    }
  }

  @Test func deflateStreams() throws {
    for folder in ["deflate/accept", "deflate/malicious", "deflate/reject"] {
      for name in TestData.archives.names(in: folder) where name.hasSuffix(".deflate") {
        let bytes = try TestData.archives.bytes("\(folder)/\(name)")
        let refusal = Self.refusal {
          let (_, consumed) = try Inflate.raw(
            bytes[...], maximumSize: 1 << 20, limits: ArchiveLimits())
          guard consumed == bytes.count else { throw ArchiveError(.malformed, "trailing bytes") }
        }
        #expect((refusal == nil) == folder.hasSuffix("accept"), "\(folder)/\(name)")
      }
    }
  }

  @Test(.enabled(if: TestData.pypiAttestations.isPresent))
  func metadataOfRealDistributions() throws {
    let wheel = try TestData.pypiAttestations.bytes("rfc8785-0.1.2-py3-none-any.whl")
    let built = try CoreMetadata(parsing: try DistributionMetadata.wheelMetadata(in: wheel))
    #expect(built.name.text == "rfc8785")
    #expect(built.version.text == "0.1.2")
    #expect(try DistributionMetadata.wheelGenerator(in: wheel) == "flit 3.9.0")
    let sdist = try TestData.pypiAttestations.bytes("pypi_attestations-0.0.19.tar.gz")
    let source = try CoreMetadata(parsing: try DistributionMetadata.sdistMetadata(in: sdist))
    #expect(source.name.normalized == "pypi-attestations")
    #expect(source.version.text == "0.0.19")
    #expect(throws: ArchiveError.self) { try DistributionMetadata.wheelMetadata(in: sdist) }
    #expect(throws: ArchiveError.self) { try DistributionMetadata.sdistMetadata(in: wheel) }
  }

  private static func refusal(_ body: () throws -> Void) -> ArchiveError? {
    do {
      try body()
      return nil
    } catch let error as ArchiveError {
      return error
    } catch {
      Issue.record("another error: \(error)")
      return nil
    }
  }
}
