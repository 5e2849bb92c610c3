// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport
import Testing
import Verification

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
  }

  @Test func largerFilesAreRefused() throws {
    let path = try Scratch().write("file", "text")
    #expect(throws: FileError.self) { try FileReading.bytes(of: path, limit: 3) }
  }

  @Test func whatIsNoFileIsRefused() throws {
    let scratch = try Scratch()
    _ = try scratch.write("file", "text")
    try #require(mkfifo("\(scratch.path)/pipe", 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: "\(scratch.path)/link", withDestinationPath: "nowhere")
    for name in ["", "pipe", "link", "none", "file/x", "file\0"] {
      let path = "\(scratch.path)/\(name)"
      #expect(throws: FileError.self) { try FileReading.bytes(of: path, limit: 10) }
      #expect(throws: FileError.self) { try FileReading.sha256(of: path) }
    }
    #expect(throws: FileError.self) { try FileReading.bytes(of: "/proc/self/mem", limit: 10) }
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
