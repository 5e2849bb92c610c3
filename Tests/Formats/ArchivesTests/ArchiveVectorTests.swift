// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import TestSupport
import Testing

@testable import Archives

/// The public vectors, file by file, against the table of `Documentation/archives.md`.
@Suite(.enabled(if: TestData.archives.isPresent || TestData.isCI))
struct ArchiveVectorTests {
  static let folders =
    ["zip", "tar", "deflate"].flatMap { kind in
      ["accept", "iffy", "malicious", "reject"].map { "\(kind)/\($0)" }
    } + ["pypi-zip/accept", "pypi-zip/reject"]

  /// Verdict and reason in both profiles, by file.
  static let table: [String: [ArchiveProfile: String]] = {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let text = (try? TestData.read("/\(root)/Documentation/archives.md")) ?? []
    var table: [String: [ArchiveProfile: String]] = [:]
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      let cells = line.split(separator: "|").map { $0.trimmingPrefix(" ").dropLast(1) }
      guard cells.count == 3, cells[0].hasPrefix("zip/") || cells[0].contains("/"),
        folders.contains(where: { cells[0].hasPrefix($0 + "/") }), cells[1] != "refused",
        cells[1] != "accepted"
      else { continue }
      let general = String(cells[1])
      table[String(cells[0])] = [
        .general: general, .upload: cells[2] == "the same" ? general : String(cells[2]),
      ]
    }
    return table
  }()

  /// Marked as acceptable and refused: more comes out than they declare.
  static let hiding = ["short_usize.zip", "short_usize_zip64.zip"]
  /// Refused by the rules for uploads alone: twins of zip/accept/data_descriptor*.zip.
  static let streamed = ["data_descriptor.zip", "data_descriptor_zip64.zip"]

  @Test(arguments: ArchiveProfile.allCases, folders)
  func everyFileHasItsVerdict(profile: ArchiveProfile, folder: String) throws {
    let names = TestData.archives.names(in: folder).filter { !$0.hasSuffix(".json") }
    #expect(!names.isEmpty)
    for name in names {
      let bytes = try TestData.archives.bytes("\(folder)/\(name)")
      var verdict = "accept"
      do {
        _ = try ArchiveInspection(bytes, filename: name, profile: profile)
      } catch {
        verdict = "\(error.reason.rawValue): \(error)"
      }
      #expect(verdict == Self.table["\(folder)/\(name)"]?[profile], "\(folder)/\(name)")
      if folder.hasSuffix("/accept"), profile == .general {
        #expect((verdict == "accept") == !Self.hiding.contains(name), "\(folder)/\(name)")
      }
      if folder.hasSuffix("/malicious") || folder.hasSuffix("/reject") {
        let isTwin = folder == "pypi-zip/reject" && Self.streamed.contains(name)
        #expect((verdict == "accept") == (isTwin && profile == .general), "\(folder)/\(name)")
      }
    }
  }

  /// What uploads may have, everything else may have.
  @Test func uploadIsTheStricterProfile() {
    #expect(Self.table.count > 240)
    for (file, verdicts) in Self.table where verdicts[.upload] == "accept" {
      #expect(verdicts[.general] == "accept", "\(file)")
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
}
