// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import TestSupport
import Testing

/// The data folder: whose it is, who may read it, and what a failure leaves.
struct DataFolderTests {
  private let scratch: Scratch
  private var path: String { "\(scratch.path)/data" }

  init() throws {
    scratch = try Scratch()
  }

  private func permissions(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  @Test func newFolderIsPrivate() throws {
    let folder = try DataFolder(opening: path)
    try folder.write([1, 2, 3], to: "secrets/key")
    #expect(try permissions(folder.path) == 0o700)
    #expect(try permissions(folder.absolute("secrets")) == 0o700)
    #expect(try permissions(folder.absolute("secrets/key")) == 0o600)
    #expect(try folder.read("secrets/key") == [1, 2, 3])
    #expect(try folder.read("secrets/other") == nil)
  }

  @Test func writingReplacesAndLeavesNothingElse() throws {
    let folder = try DataFolder(opening: path)
    for content in [[1], [], [2, 3]] as [[UInt8]] {
      try folder.write(content, to: "files/a")
      #expect(try folder.read("files/a") == content)
    }
    #expect(try SystemFile.names(in: folder.absolute("files")) == ["a"])
    #expect(try SystemFile.names(in: folder.path) == ["files", "hallmark.lock"])
  }

  @Test func failedWriteLeavesTheOldFile() throws {
    let folder = try DataFolder(opening: path)
    try folder.makeFolder("files/a")
    #expect(throws: StorageError.self) { try folder.write([1], to: "files/a") }
    #expect(try SystemFile.names(in: folder.absolute("files")) == ["a"])
  }

  @Test func textIsMadeOnce() throws {
    let folder = try DataFolder(opening: path)
    #expect(try folder.text("a") { "first" } == "first")
    #expect(try folder.text("a") { "second" } == "first")
    try folder.write([0xff], to: "a")
    #expect(throws: StorageError.self) { try folder.text("a") { "third" } }
  }

  @Test func twoServersCannotShareIt() throws {
    do {
      let first = try DataFolder(opening: path)
      let error = #expect(throws: StorageError.self) { _ = try DataFolder(opening: path) }
      #expect(error?.problem.contains("in use") == true)
      withExtendedLifetime(first) {}
    }
    _ = try DataFolder(opening: path)
  }

  @Test func whatIsNotOursIsRefused() throws {
    let file = try scratch.write("file", "text")
    #expect(
      #expect(throws: StorageError.self) { _ = try DataFolder(opening: file) }?.problem
        .contains("not a folder") == true)
    _ = try scratch.write("home/letter", "text")
    #expect(
      #expect(throws: StorageError.self) { _ = try DataFolder(opening: "\(scratch.path)/home") }?
        .problem.contains("not a data folder") == true)
    #expect(try SystemFile.names(in: "\(scratch.path)/home") == ["letter"])
    #expect(throws: StorageError.self) { _ = try DataFolder(opening: "\(file)/data") }
  }

  @Test func oversizedFilesAreNotRead() throws {
    let file = try scratch.write("large", [UInt8](repeating: 0, count: 1_001))
    #expect(throws: StorageError.self) { try SystemFile.read(file, limit: 1_000) }
    #expect(try SystemFile.read(file, limit: 1_001)?.count == 1_001)
  }

  @Test(arguments: [
    (EROFS, "read-only"), (EACCES, "permission denied"), (ENOSPC, "no space"),
    (EFBIG, "no space"), (ENOTDIR, "in the way"), (EIO, "error"),
  ])
  func errorsSayWhatToDo(code: Int32, words: String) {
    let error = StorageError.system(code, "write", "/data/x")
    #expect(error.problem.contains(words), "\(error)")
    #expect(error.problem.contains("`/data/x`"))
    #expect(!error.help.isEmpty)
  }
}
