// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import SystemPackage
import Testing

@testable import Rebuild

/// Sources that others wrote, which are looked at outside of any sandbox.
@Suite struct HostileSourceTests {
  private static func git(_ arguments: [String], in folder: FilePath) async throws -> [UInt8] {
    let outcome = try await GitCommand(
      folder: folder,
      configuration: ["user.name=A", "user.email=a@example.org", "commit.gpgSign=false"]
    ).run(arguments)
    try #require(outcome.isSuccess, "git \(arguments): \(outcome.standardError)")
    return outcome.standardOutput
  }

  private static func repository(
    in folder: FilePath, format: String = "sha1", pyproject: String
  ) async throws -> FilePath {
    let top = folder.appending("repository")
    try FileTree.makeFolder(top)
    try FileTree.write(Array(pyproject.utf8), to: top.appending("pyproject.toml"))
    _ = try await git(["init", "--quiet", "--object-format=\(format)"], in: top)
    _ = try await git(["add", "."], in: top)
    _ = try await git(["commit", "--quiet", "--message=one"], in: top)
    _ = try await git(["tag", "v1"], in: top)
    return top
  }

  private static func checkout(_ top: FilePath, into folder: FilePath) async throws
    -> SourceCheckout
  {
    try await SourceCheckout(
      cloning: top.string,
      wanted: SourceCheckout.Wanted(tag: "v1", isTagOfRelease: { _ in false }),
      into: folder.appending("clone"))
  }

  @Test(arguments: ["/dev/ptmx", "/etc/passwd", "../outside", "pipe", "folder", "nowhere", "loop"])
  func aLinkOutOfTheSourceIsNotRead(_ target: String) async throws {
    try await FileTree.withTemporaryFolder { folder in
      let root = folder.appending("source")
      try FileTree.makeFolder(root.appending("folder"))
      try FileTree.write([0x23], to: folder.appending("outside"))
      let path = root.appending("loop")
      try FileManager.default.createSymbolicLink(
        atPath: path.string, withDestinationPath: target)
      if target == "pipe" {
        let made = try await ChildProcess(
          command: ["mkfifo", root.appending("pipe").string],
          environment: ["PATH": "/usr/bin:/bin"],
          folder: folder
        ).collect()
        try #require(made.isSuccess)
      }
      #expect {
        try FileTree.readSource("loop", in: root, limit: 1 << 20)
      } throws: {
        ($0 as? RebuildError)?.reason == .source
      }
    }
  }

  @Test func aLinkWithinTheSourceIsRead() async throws {
    try await FileTree.withTemporaryFolder { folder in
      try FileTree.write([0x23], to: folder.appending("real"))
      try FileManager.default.createSymbolicLink(
        atPath: folder.appending("link").string, withDestinationPath: "real")
      #expect(try FileTree.readSource("link", in: folder, limit: 9) == [0x23])
      #expect(try FileTree.readSource("real", in: folder, limit: 9) == [0x23])
      #expect(try FileTree.readSource("none", in: folder, limit: 9) == nil)
    }
  }

  @Test(arguments: ["sha1", "sha256"]) func bothKindsOfObjectsCanBeRebuilt(
    _ format: String
  ) async throws {
    try await FileTree.withTemporaryFolder { folder in
      let top = try await Self.repository(
        in: folder, format: format, pyproject: "[project]\nname = 'hello'\n")
      let clone = try await Self.checkout(top, into: folder)
      #expect(clone.commit.utf8.count == (format == "sha1" ? 40 : 64))
      #expect(clone.projectFolders == [""])
    }
  }

  @Test func aTagThatIsNoTextIsLeftOut() async throws {
    try await FileTree.withTemporaryFolder { folder in
      let top = try await Self.repository(in: folder, pyproject: "[project]\nname = 'hello'\n")
      // A name in Latin-1, which only a file can have here.
      let made = try await ChildProcess(
        command: [
          "sh", "-c", "git update-ref \"$(printf 'refs/tags/caf\\351')\" HEAD && git tag v1.0",
        ],
        environment: ["PATH": "/usr/bin:/bin"], folder: top
      ).collect()
      try #require(made.isSuccess, "\(made.standardError)")
      let clone = try await Self.checkout(top, into: folder)
      let tags = try await Self.git(["for-each-ref", "--format=%(refname)"], in: clone.folder)
      #expect(String(decoding: tags, as: UTF8.self) == "refs/tags/v1\nrefs/tags/v1.0\n")
    }
  }

  @Test func aSmallRepositoryOfManyBytesIsRefused() async throws {
    try await FileTree.withTemporaryFolder { folder in
      let top = try await Self.repository(in: folder, pyproject: "[project]\nname = 'hello'\n")
      // One blob of 20 MiB under many names, more than the disk of a build in all.
      let zeros = top.appending("zeros")
      try FileTree.write([UInt8](repeating: 0, count: 20 << 20), to: zeros)
      let blob = try await Self.git(["hash-object", "-w", "zeros"], in: top)
      let id = String(decoding: blob.prefix(40), as: UTF8.self)
      let names = (0..<110).map { "100644 \(id)\tf\($0)\n" }.joined()
      try FileTree.write(Array(names.utf8), to: folder.appending("index"))
      let made = try await ChildProcess(
        command: ["sh", "-c", "git update-index --index-info <../index"],
        environment: ["PATH": "/usr/bin:/bin"], folder: top
      ).collect()
      try #require(made.isSuccess, "\(made.standardError)")
      _ = try await Self.git(["commit", "--quiet", "--message=many"], in: top)
      _ = try await Self.git(["tag", "--force", "v1"], in: top)
      await #expect {
        _ = try await Self.checkout(top, into: folder)
      } throws: { error in
        guard case SourceCheckout.Problem.reference(let message) = error else { return false }
        return message.contains("MiB")
      }
      #expect(!FileTree.isFile(folder.appending("clone/f1")))
    }
  }
}
