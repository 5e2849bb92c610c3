// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Foundation
import TestSupport
import Testing

@testable import Verification

@Suite struct FileReadingTests {
  @Test func readsAndHashes() throws {
    let scratch = try Scratch()
    let path = try scratch.write("file", "text")
    #expect(try FileReading.bytes(of: path, limit: 4) == Array("text".utf8))
    #expect(try FileReading.sha256(of: path) == SHA256Hash(hashing: Array("text".utf8)))
    #expect(FileReading.exists(path))
    #expect(FileReading.isOwnedByUser(path))
    #expect(!FileReading.exists(scratch.path))
    #expect(FileReading.isPresent(scratch.path))
    #expect(FileReading.isFolder(scratch.path))
    #expect(!FileReading.isFolder(path))
    for digest in [
      try FileReading.digest(of: path, .sha256), try FileReading.digest(of: path, .sha512),
    ] {
      #expect(digest.hexadecimal.utf8.count == (digest.algorithm == .sha512 ? 128 : 64))
    }
    #expect(
      try FileReading.digest(of: path, .sha256)
        == ArtifactDigest(SHA256Hash(hashing: Array("text".utf8))))
    #expect(!FileReading.isOwnedByUser("\(scratch.path)/none"))
  }

  @Test func largerFilesAreRefused() throws {
    let scratch = try Scratch()
    let path = try scratch.write("file", "text")
    #expect(throws: FileError(path: path, problem: "it is larger than 3 bytes")) {
      try FileReading.bytes(of: path, limit: 3)
    }
    #if os(Linux)
      // Files of the kernel have no size and much to read.
      #expect(throws: FileError.self) { try FileReading.bytes(of: "/proc/cpuinfo", limit: 3) }
    #endif
  }

  @Test func whatIsNoFileIsRefused() throws {
    let scratch = try Scratch()
    _ = try scratch.write("file", "text")
    try #require(mkfifo("\(scratch.path)/pipe", 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: "\(scratch.path)/link", withDestinationPath: "nowhere")
    for (name, problem) in [
      ("", "it is a folder"), ("pipe", "not a regular file"), ("link", "no such file"),
      ("none", "no such file"), ("file/x", "a part of the path is not a folder"),
      ("file\0", "the name has a NUL byte"),
    ] {
      let path = "\(scratch.path)/\(name)"
      let error = FileError(path: path, problem: problem)
      #expect(throws: error) { try FileReading.sha256(of: path) }
      #expect(throws: FileError.self) { try FileReading.bytes(of: path, limit: 10) }
      #expect(throws: FileError.self) { try FileReading.sha256(of: path) }
    }
    #expect(throws: FileError.self) { try FileReading.bytes(of: "/proc/self/mem", limit: 10) }
  }

  /// As git itself, which only the system's administrator can see tested.
  @Test(.enabled(if: geteuid() == 0))
  func repositoriesOfOthersDoNotCount() throws {
    let scratch = try Scratch()
    _ = try scratch.write("repository/.git/HEAD", "")
    let policy = try scratch.write("repository/hallmark.toml", "")
    let folder = "\(scratch.path)/repository"
    #expect(PolicyDiscovery.find(environment: [:], currentFolder: folder)?.path == policy)
    try #require(chown(folder, 4_242, 4_242) == 0)
    #expect(PolicyDiscovery.find(environment: [:], currentFolder: folder) == nil)
  }

  @Test func policiesAreFoundInOrder() throws {
    let scratch = try Scratch()
    let folder = "\(scratch.path)/repository/a/b"
    _ = try scratch.write("repository/a/b/file", "")
    _ = try scratch.write("configuration/none", "")
    func found(_ environment: [String: String]) -> String? {
      PolicyDiscovery.find(environment: environment, currentFolder: folder)?.path
    }
    #expect(found([:]) == nil)
    _ = try scratch.write("repository/.git/HEAD", "")
    #expect(found([:]) == nil)
    let inRepository = try scratch.write("repository/hallmark.toml", "")
    #expect(found([:]) == inRepository)
    // Above the enclosing root nothing counts.
    _ = try scratch.write("repository/a/.git/HEAD", "")
    #expect(found([:]) == nil)
    let environment = ["XDG_CONFIG_HOME": "\(scratch.path)/configuration"]
    #expect(found(environment) == nil)
    let own = try scratch.write("configuration/hallmark/hallmark.toml", "")
    #expect(found(environment) == own)
    #expect(found(["XDG_CONFIG_HOME": "configuration"]) == nil)
  }
}
