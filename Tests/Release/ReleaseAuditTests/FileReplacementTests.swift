// SPDX-License-Identifier: Apache-2.0

import Foundation
import ReleaseAudit
import SystemPackage
import TestSupport
import Testing

@Suite struct FileReplacementTests {
  let scratch: Scratch
  var root: FilePath { FilePath(scratch.path) }

  init() throws { scratch = try Scratch() }

  private func read(_ path: String) throws -> String {
    String(decoding: try TestData.read(scratch.path + "/" + path), as: UTF8.self)
  }

  private func write(_ path: String, _ before: String?, _ after: String) throws {
    try FileReplacement.write(
      path, in: root, before: before.map { Array($0.utf8) }, after: Array(after.utf8))
  }

  @Test func replacesAndKeepsTheMode() throws {
    let path = try scratch.write("a.yml", Array("old".utf8))
    try FileManager.default.setAttributes([.posixPermissions: 0o751], ofItemAtPath: path)
    try write("a.yml", "old", "new")
    #expect(try read("a.yml") == "new")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o751)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["a.yml"])
  }

  @Test func makesNewFilesWithTheirFolders() throws {
    try write(".github/new/a.yml", nil, "new")
    #expect(try read(".github/new/a.yml") == "new")
  }

  /// Nothing is written where the file is not what was read, or not in the project.
  @Test(arguments: [
    ("a.yml", "other", "has changed"), ("a.yml", "old+", "has changed"),
    ("a.yml", nil, "has come there"), ("none.yml", "old", "no longer there"),
    ("../a.yml", "old", "not a path"), ("", nil, "not a path"), ("b//a.yml", nil, "not a path"),
    ("link.yml", "old", "symbolic link"), ("folder", "old", "not a file"),
    ("linked/a.yml", "old", "symbolic link"), ("a.yml/b.yml", nil, "not a folder"),
  ])
  func refuses(path: String, before: String?, reason: String) throws {
    _ = try scratch.write("a.yml", Array("old".utf8))
    let files = FileManager.default
    try files.createDirectory(atPath: scratch.path + "/folder", withIntermediateDirectories: false)
    try Data("old".utf8).write(to: URL(fileURLWithPath: scratch.path + "/folder/a.yml"))
    try files.createSymbolicLink(
      atPath: scratch.path + "/link.yml", withDestinationPath: "a.yml")
    try files.createSymbolicLink(
      atPath: scratch.path + "/linked", withDestinationPath: "folder")
    #expect { try write(path, before, "new") } throws: {
      ($0 as? FileReplacement.Failure)?.problem.contains(reason) == true
    }
    #expect(try read("a.yml") == "old")
    #expect(try read("folder/a.yml") == "old")
    #expect(try files.contentsOfDirectory(atPath: scratch.path).count == 4)
  }
}
