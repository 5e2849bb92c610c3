// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import SystemPackage

/// The resolution of requirements that cannot change any more, because the moment after which uploads
/// do not count has passed: kept in the cache, so that a release is rebuilt again without its index.
///
/// The file's name is a digest of all that the answer follows from: the requirements, the moment, the
/// interpreter, the resolver, and the index.
struct KeptResolution {
  /// Uploads may be seen late by mirrors and caches, in seconds.
  private static let delay: Int64 = 3600

  private let path: FilePath
  private let question: EnvironmentStore.Question

  /// Names the file of a question; `nil` where the answer may change, or lies in folders.
  init?(
    _ question: EnvironmentStore.Question, for interpreter: Interpreter, index: IndexSettings,
    in cache: FilePath, at now: Timestamp
  ) {
    guard let moment = question.uploadedBefore, moment.seconds < now.seconds - Self.delay,
      let places = Self.places(index)
    else { return nil }
    self.question = question
    func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
    let key: JSONValue = [
      1, .string(UVTool.version), .string(Platform.architecture),
      .string(interpreter.program.string), .string(interpreter.version),
      .string(interpreter.sha256.hexadecimal), .string(moment.rfc3339),
      question.oldestPython.map { .string($0) } ?? .null, texts(Self.sorted(question.requirements)),
      texts(places),
    ]
    let name = SHA256Hash(hashing: Array(key.compactText.utf8)).hexadecimal.prefix(32)
    path = cache.appending("resolutions").appending("\(name).toml")
  }

  /// The indexes, without what is secret in their addresses; `nil` where one is a folder.
  private static func places(_ index: IndexSettings) -> [String]? {
    guard index.variables["UV_FIND_LINKS"] == nil else { return nil }
    var places: [String] = []
    for name in ["UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"] {
      for address in (index.variables[name] ?? "").split(whereSeparator: { $0.isWhitespace }) {
        guard let mark = address.utf8.firstRange(of: "://".utf8),
          !address[..<mark.lowerBound].hasSuffix("file")
        else { return nil }
        let rest = address[mark.upperBound...]
        let host = rest.prefix { $0 != "/" }
        let start = host.lastIndex(of: "@").map { rest.index(after: $0) } ?? rest.startIndex
        places.append("\(name) \(address[..<mark.upperBound])\(rest[start...])")
      }
    }
    return places
  }

  private static func sorted(_ texts: [String]) -> [String] {
    texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// What was resolved before; `nil` if nothing was, or if the file is not its answer.
  func read() -> BuildLock? {
    guard let bytes = try? FileTree.read(path, limit: 16 << 20),
      var lock = try? BuildLock(parsing: bytes),
      lock.requirements == Self.sorted(question.requirements),
      lock.uploadedBefore == question.uploadedBefore, lock.oldestPython == question.oldestPython
    else { return nil }
    lock.isKept = true
    return lock
  }

  /// Keeps an answer.
  ///
  /// - Throws: ``RebuildError`` of reason `files`.
  func write(_ lock: BuildLock) throws(RebuildError) {
    let folder = path.removingLastComponent()
    try FileTree.makeFolder(folder)
    let partial = folder.appending(".\(Platform.uniqueSuffix).partial")
    defer { try? FileManager.default.removeItem(atPath: partial.string) }
    try FileTree.write(lock.bytes, to: partial)
    do {
      try Platform.rename(partial, to: path)
    } catch {
      throw RebuildError(.files, "cannot write `\(path)`")
    }
  }
}
