// SPDX-License-Identifier: Apache-2.0

import Approvals
import Attestations
import BuildVersion
import Encodings
import Reproducibility
import Verification

/// What `hallmark reproduce --json` printed (`hallmark.reproduce/v1`), as statements about the files
/// that were rebuilt.
struct ReproductionDocument: Sendable {
  private static let schema = "hallmark.reproduce/v1"
  private static let sizeLimit = 64 << 20
  private static let fileLimit = 10_000

  private let path: String
  private let root: JSONNode

  /// Reads a document.
  ///
  /// - Throws: `CommandFailure` that names the file.
  init(path: String) throws(CommandFailure) {
    do {
      let bytes = try FileReading.bytes(of: path, limit: Self.sizeLimit)
      root = try JSONNode(
        parsing: bytes, limits: JSONLimits(size: Self.sizeLimit, values: 2_000_000))
      let schema = try root.required("schema")
      guard try schema.string().utf8.elementsEqual(Self.schema.utf8) else {
        throw schema.error("expected `\(Self.schema)`")
      }
    } catch let error as FileError {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    } catch {
      throw Self.unusable(path, "\(error)")
    }
    self.path = path
  }

  private static func unusable(_ path: String, _ problem: String) -> CommandFailure {
    CommandFailure(
      status: ExitStatus.couldNotRun.rawValue,
      Diagnostic(
        "the report of the rebuild cannot be used: \(problem)", place: path,
        help: ["write it by `hallmark reproduce … --json`"]))
  }

  /// The statement about one file; whatever its verdict is, it is said.
  ///
  /// - Throws: `CommandFailure`: status 5 where the report is about another file of this name, or
  ///   about none.
  func statement(about file: Subject) throws(CommandFailure) -> RebuildStatement {
    let found: RebuildStatement?
    do {
      found = try entry(of: file).map { node throws(DocumentError) in
        try statement(node, about: file)
      }
    } catch {
      throw Self.unusable(path, "\(error)")
    }
    guard let found else {
      throw CommandFailure(
        status: ExitStatus.differs.rawValue,
        Diagnostic(
          "the report is not about `\(file.name)` with these contents", place: path,
          found: "sha256:\(file.sha256?.hexadecimal ?? "")",
          help: ["rebuild these very files: `hallmark reproduce FILE… --json`"]))
    }
    return found
  }

  private func entry(of file: Subject) throws(DocumentError) -> JSONNode? {
    for node in try root.required("files").array(limit: Self.fileLimit) {
      let isNamed = try node.required("filename").string().utf8.elementsEqual(file.name.utf8)
      let digest = try node.optional("sha256")?.string()
      if isNamed, digest == file.sha256?.hexadecimal, try node.optional("verdict") != nil {
        return node
      }
    }
    return nil
  }

  private func statement(
    _ node: JSONNode, about file: Subject
  ) throws(DocumentError) -> RebuildStatement {
    let name = try node.required("verdict")
    let comparison = try node.optional("comparison")
    var counts: [RebuildVerdict.ContainerField: Int] = [:]
    for member in try comparison?.optional("given")?.object().members ?? [] {
      guard let field = RebuildVerdict.ContainerField(rawValue: member.key),
        case .integer(let count) = member.value
      else { throw name.error("`\(member.key)` is not a counted field of a container") }
      counts[field] = Int(clamping: count)
    }
    let all: [RebuildVerdict] = [
      .identical, .identicalGiven(counts), .equivalentMetadata, .different, .cannotRebuild,
    ]
    let text = try name.string()
    guard let verdict = all.first(where: { $0.name.utf8.elementsEqual(text.utf8) }) else {
      throw name.error("`\(text)` is not a verdict")
    }
    var rebuilt: SHA256Hash?
    if let digest = try comparison?.optional("rebuilt")?.required("sha256") {
      rebuilt = SHA256Hash(hexadecimal: try digest.string())
    }
    var reason = try node.optional("message")?.string()
    if reason == nil, !verdict.passes {
      reason = try comparison?.optional("differences")?.array(limit: Self.fileLimit).first?
        .required("title").string()
    }
    let commit = try root.optional("commit")?.string()
    var packages: [String] = []
    for item in try node.optional("environment")?.array(limit: Self.fileLimit) ?? [] {
      packages.append(try item.string())
    }
    let lock = try node.optional("lock").map { node throws(DocumentError) in
      let digest = try node.required("sha256")
      guard let hash = SHA256Hash(hexadecimal: try digest.string()) else {
        throw digest.error("expected 64 lower-case hexadecimal digits")
      }
      return hash
    }
    let finished = try root.required("finishedOn")
    guard let time = try? Timestamp(rfc3339: try finished.string()) else {
      throw finished.error("expected a time of RFC 3339")
    }
    let made = RebuildStatement(
      file: file, verdict: verdict, time: time,
      source: RebuildStatement.Source(
        kind: try root.required("from").string(), place: try root.optional("source")?.string(),
        commit: commit, tag: try root.optional("tag")?.string()),
      environment: RebuildStatement.Environment(
        python: try node.optional("python")?.string(), packages: packages, lock: lock),
      rebuilt: rebuilt, reason: reason, toolVersion: String(HALLMARK_VERSION))
    // What readers would refuse is not signed.
    return try RebuildStatement(made.statement)
  }
}
