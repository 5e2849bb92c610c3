// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The sets of external test vectors; CONTRIBUTING says where each comes from.
///
/// They are read in place from `HALLMARK_TESTDATA` (default `../shared/testdata` beside the
/// checkout) and are not part of the repository. Tests over a missing set are skipped by name;
/// under CI a missing set is a failure.
package enum TestData: String, CaseIterable, Sendable {
  /// Bundles of sigstore-conformance.
  case conformance = "sigstore-conformance"
  /// Distributions and attestations of pypi-attestations.
  case pypiAttestations = "pypi-attestations"
  /// Archive vectors.
  case archives = "archives"
  /// Command lines of slsa-verifier with their outcomes.
  case slsa = "slsa"

  /// How many cases the set has: folders of bundles, command lines, else files.
  package var caseCount: Int {
    switch self {
    case .conformance: 70
    case .pypiAttestations: 16
    case .archives: 293
    case .slsa: 1857
    }
  }

  /// The folder that holds the sets.
  package static var root: String {
    if let set = getenv("HALLMARK_TESTDATA") { return String(cString: set) }
    // …/Tests/Support/TestSupport/TestData.swift
    let parts = #filePath.split(separator: "/").dropLast(4)
    return "/" + parts.dropLast().joined(separator: "/") + "/shared/testdata"
  }

  /// The folder of this set.
  package var folder: String { "\(Self.root)/\(rawValue)" }

  /// Whether the set is there.
  package var isPresent: Bool { access(folder, R_OK) == 0 }

  /// Whether the tests run under CI.
  package static var isCI: Bool {
    getenv("CI").map { String(cString: $0) } == "true"
  }

  /// A file's bytes.
  ///
  /// - Throws: ``MissingTestData``.
  package func bytes(_ path: String) throws -> [UInt8] {
    try Self.read("\(folder)/\(path)")
  }

  /// The names in a folder of the set, sorted.
  package func names(in path: String) -> [String] {
    guard let directory = opendir("\(folder)/\(path)") else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
        String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// How many files are in a folder of the set and below it.
  package func fileCount(in path: String = ".") -> Int {
    names(in: path).reduce(0) { count, name in
      var status = stat()
      let isFolder =
        stat("\(folder)/\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      return count + (isFolder ? fileCount(in: "\(path)/\(name)") : 1)
    }
  }

  /// Reads any file.
  ///
  /// - Throws: ``MissingTestData``.
  package static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw MissingTestData(path: path) }
    defer { fclose(file) }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { return output }
      output.append(contentsOf: chunk[..<count])
    }
  }
}

/// A file that a test needs is not there.
package struct MissingTestData: Error, CustomStringConvertible {
  /// The file.
  package let path: String

  package var description: String {
    "no test data at \(path); set HALLMARK_TESTDATA (see CONTRIBUTING.md)"
  }
}
