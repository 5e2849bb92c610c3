// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import NIOCore
package import TrustedPublishing

/// The files that a run of a forge's CI made: the artifacts of a run of GitHub Actions (REST API,
/// "Workflow runs", "Artifacts"), or those of a job of GitLab CI/CD ("Jobs", "Job artifacts").
///
/// Each artifact is a ZIP file, read strictly and never unpacked to the disk.
package struct RunArtifacts: Sendable {
  /// What the forge says about the run.
  package struct Run: Hashable, Sendable {
    /// The commit that it ran on.
    package let commit: String
    /// Whether it ended well.
    package let isSuccess: Bool
    /// How it ended, in the forge's word.
    package let ending: String
  }

  /// A file of an artifact.
  package struct File: Hashable, Sendable {
    /// The artifact's name.
    package let artifact: String
    /// The path in it.
    package let path: String
    /// The contents.
    package let bytes: [UInt8]
  }

  /// Why a run's files cannot be had.
  package enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The run has no artifacts.
    case none
    /// The forge no longer keeps one.
    case expired(artifact: String)
    /// One cannot be read.
    case unreadable(artifact: String, problem: String)

    /// One sentence.
    package var description: String {
      switch self {
      case .none: "the run has no artifacts"
      case .expired(let name): "the artifact `\(name)` has expired"
      case .unreadable(let name, let problem):
        "the artifact `\(name)` cannot be read: \(problem)"
      }
    }
  }

  /// Most bytes of one artifact, packed.
  package static let sizeLimit = 1 << 30
  /// Most bytes of all files together.
  package static let unpackedLimit = 2 << 30
  /// Most artifacts of a run that are looked at.
  package static let artifactLimit = 100

  private let reference: ForgeReference
  private let number: Int64
  private let api: ForgeAPI

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - reference: the project.
  ///   - number: the run's number; at GitLab the job's.
  ///   - base: the base of the API.
  ///   - token: the token; GitHub gives artifacts to nobody without one.
  ///   - transport: the transport.
  package init(
    _ reference: ForgeReference, run number: Int64, api base: ServiceURL, token: ForgeToken?,
    transport: HTTPTransport
  ) {
    self.reference = reference
    self.number = number
    api = ForgeAPI(
      base: base, token: token, transport: transport,
      headers: reference.kind == .github ? [("X-GitHub-Api-Version", "2022-11-28")] : [])
  }

  private func url(_ path: String, query: String? = nil) -> ServiceURL {
    switch reference.kind {
    case .github: api.base.appending("repos/\(reference.project)/actions/\(path)", query: query)
    case .gitlab:
      api.base.appending(
        "projects/\(PercentEncoding.encodePathSegment(reference.project))/\(path)", query: query)
    }
  }

  /// Asks for the run.
  ///
  /// - Throws: ``TransportError``.
  package func run() async throws -> Run {
    let isGitHub = reference.kind == .github
    let request = api.request(
      .get, url(isGitHub ? "runs/\(number)" : "jobs/\(number)"),
      purpose: "look at the \(isGitHub ? "run" : "job") \(number)")
    guard let document = try await api.document(request) else {
      throw request.error(.badAnswer, "the answer is empty")
    }
    return try ForgeAPI.reading(request) {
      if isGitHub {
        let ending =
          try document.optional("conclusion")?.string() ?? document.required("status").string()
        let place = try document.required("head_repository").required("full_name").string()
        let event = try document.required("event").string()
        // A pull request's run may be of a stranger's code, whatever commit it names.
        let isOwn =
          Self.folded(place) == Self.folded(reference.project)
          && !event.utf8.starts(with: "pull_request".utf8)
        return Run(
          commit: try document.required("head_sha").string(),
          isSuccess: isOwn && ending.utf8.elementsEqual("success".utf8),
          ending: isOwn ? ending : "\(ending), for the event \(event) of \(place)")
      }
      let ending = try document.required("status").string()
      return Run(
        commit: try document.required("commit").required("id").string(),
        isSuccess: ending.utf8.elementsEqual("success".utf8), ending: ending)
    }
  }

  // GitHub's names are the same in capitals.
  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
  }

  /// Reads the files of all artifacts.
  ///
  /// - Parameter isWanted: whether the contents of a file are wanted, by the last part of its path.
  /// - Returns: the files that are wanted, in the order of the artifacts.
  /// - Throws: ``TransportError``, ``Problem``.
  package func files(isWanted: (String) -> Bool) async throws -> [File] {
    var files: [File] = []
    var room = Self.unpackedLimit
    for artifact in try await artifacts() {
      let bytes = try await download(artifact)
      do {
        // CI writes its archives as streams, with sizes after the data.
        let archive = try ZipArchive(parsing: bytes, profile: .general)
        for member in archive.members where !member.isFolder {
          let name = member.path.utf8.split(separator: UInt8(ascii: "/")).last
          guard isWanted(name.map { String(decoding: $0, as: UTF8.self) } ?? "") else { continue }
          room -= member.size
          guard room >= 0 else {
            throw Problem.unreadable(
              artifact: artifact.name,
              problem: "the run's files are larger than \(Self.unpackedLimit) bytes together")
          }
          files.append(
            File(
              artifact: artifact.name, path: member.path,
              bytes: try archive.contents(of: member)))
        }
      } catch let problem as Problem {
        throw problem
      } catch {
        throw Problem.unreadable(artifact: artifact.name, problem: "\(error)")
      }
    }
    return files
  }

  /// An artifact that is to be downloaded.
  private struct Artifact {
    let name: String
    let url: ServiceURL
    let sha256: SHA256Hash?
  }

  private func artifacts() async throws -> [Artifact] {
    guard reference.kind == .github else {
      return [Artifact(name: "job \(number)", url: url("jobs/\(number)/artifacts"), sha256: nil)]
    }
    let request = api.request(
      .get, url("runs/\(number)/artifacts", query: "per_page=\(Self.artifactLimit)"),
      purpose: "list the artifacts of the run \(number)")
    guard let document = try await api.document(request) else {
      throw request.error(.badAnswer, "the answer is empty")
    }
    let artifacts = try ForgeAPI.reading(request) {
      guard try document.required("total_count").integer() <= Self.artifactLimit else {
        throw document.error("the run has more than \(Self.artifactLimit) artifacts")
      }
      return try document.required("artifacts").array(limit: Self.artifactLimit).map {
        node throws(DocumentError) in try artifact(node)
      }
    }
    if let expired = artifacts.first(where: { $0.isExpired }) {
      throw Problem.expired(artifact: expired.artifact.name)
    }
    guard !artifacts.isEmpty else { throw Problem.none }
    return artifacts.map(\.artifact)
  }

  private func artifact(
    _ node: JSONNode
  ) throws(DocumentError) -> (artifact: Artifact, isExpired: Bool) {
    // Its own address in the answer is not used: the token goes to the API alone.
    let number = try node.required("id").integer()
    let text = try node.optional("digest").flatMap { try? $0.string() } ?? ""
    let prefix = "sha256:"
    return (
      Artifact(
        name: try node.required("name").string(), url: url("artifacts/\(number)/zip"),
        sha256: text.utf8.starts(with: prefix.utf8)
          ? SHA256Hash(hexadecimal: String(text.dropFirst(prefix.count))) : nil),
      try node.optional("expired")?.boolean() ?? false
    )
  }

  private func download(_ artifact: Artifact) async throws -> [UInt8] {
    var request = api.request(
      .get, artifact.url, purpose: "download the artifact `\(artifact.name)`",
      accept: reference.kind == .github ? "application/vnd.github+json" : "application/zip")
    request.answerLimit = Self.sizeLimit
    request.timeout = .seconds(600)
    // To a store of files, which does not get the token.
    request.followsToOtherHosts = true
    var bytes: [UInt8] = []
    do {
      try await api.transport.download(
        request, restart: { bytes = [] },
        consume: { chunk in bytes.append(contentsOf: chunk.readableBytesView) })
    } catch let error as TransportError where error.reason == .status(410) {
      throw Problem.expired(artifact: artifact.name)
    } catch let error as TransportError
      where error.reason == .status(404) && reference.kind == .gitlab
    {
      throw Problem.none
    }
    if let expected = artifact.sha256 {
      let found = SHA256Hash(hashing: bytes)
      guard found == expected else {
        throw request.error(
          .differs, "its SHA-256 is \(found), the forge says \(expected.hexadecimal)")
      }
    }
    return bytes
  }
}
