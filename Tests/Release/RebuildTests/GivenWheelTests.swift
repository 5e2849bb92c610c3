// SPDX-License-Identifier: Apache-2.0

import Encodings
import SystemPackage
import Testing

@testable import Rebuild

/// Wheels that were made elsewhere.
@Suite struct GivenWheelTests {
  private static let name = "tiny-1.0-py3-none-any.whl"

  private static func wheel() async throws -> [UInt8] {
    let project = try TinyProject()
    return try await SandboxedBuild(
      source: project.folder, kind: .wheel, interpreter: try await Interpreter(python: "python3"),
      sourceDateEpoch: 1_700_000_000, place: .sandbox(try await Sandbox.find())
    ).run().bytes
  }

  /// What becomes of the file after it was taken makes no difference.
  @Test func isReadOnce() async throws {
    let bytes = try await Self.wheel()
    try await FileTree.withTemporaryFolder { folder in
      let original = folder.appending("house").appending(Self.name)
      try FileTree.makeFolder(original.removingLastComponent())
      for change in [[], [0x50, 0x4B], bytes + [0]] as [[UInt8]] {
        try FileTree.write(bytes, to: original)
        let taken = try #require(
          try GivenWheel.take([original.removingLastComponent()], into: folder.appending("own"))
            .first)
        try FileTree.write(change, to: original)
        try FileTree.publish([taken.path], into: folder.appending("out"))
        let published = try FileTree.digest(folder.appending("out").appending(Self.name))
        #expect(published.sha256 == SHA256Hash(hashing: bytes))
        #expect(published.sha256 == taken.sha256 && published.size == taken.size)
      }
    }
  }

  @Test(arguments: [
    ("tiny-2.0-py3-none-any.whl", true, "are those of tiny 1.0"),
    ("other-1.0-py3-none-any.whl", true, "are those of tiny 1.0"),
    ("tiny-1.0.tar.gz", true, "not named like a wheel"), (name, false, "is not acceptable"),
  ])
  func refuses(name: String, isWhole: Bool, words: String) async throws {
    let bytes = isWhole ? try await Self.wheel() : [0x50, 0x4B]
    try await FileTree.withTemporaryFolder { folder in
      let path = folder.appending(name)
      try FileTree.write(bytes, to: path)
      let error = #expect(throws: RebuildError.self) {
        try GivenWheel.take([path], into: folder.appending("own"))
      }
      #expect(error?.message.contains(words) == true, "\(String(describing: error))")
      let twice = #expect(throws: RebuildError.self) {
        try GivenWheel.take([path, path], into: folder.appending("own"))
      }
      #expect(twice?.reason == .output)
      let empty = folder.appending("empty")
      try FileTree.makeFolder(empty)
      #expect(throws: RebuildError.self) {
        try GivenWheel.take([empty], into: folder.appending("own"))
      }
    }
  }
}
