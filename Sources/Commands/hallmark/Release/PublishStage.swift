// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import Identity
import PythonPackaging
import ServiceClients
import SystemPackage
import TrustedPublishing
import Verification

/// The third stage: upload by Trusted Publishing, with a token that lives for this stage only.
struct PublishStage: Sendable {
  let build: BuiltRelease
  let attestations: [String: [JSONValue]]
  let services: StackServices

  private static let fileLimit = 1 << 30

  func run() async throws -> [ReleaseOutcome.Published] {
    let uploads = try build.files.map { ($0, try upload($0)) }
    // Before anything is sent: a version whose files differ must not be half-published.
    let present = try await filesAtIndex()

    let audience = try await services.publishing.audience()
    let identity = try await services.tokens.token(audience: audience)
    let minted = try await services.publishing.mint(
      identityToken: identity.unsafelyRevealedText)
    do {
      var published: [ReleaseOutcome.Published] = []
      for (file, upload) in uploads {
        let wasThere = present.contains(upload.filename)
        if !wasThere {
          try await services.uploads.upload(upload, file: file.path, token: minted.token)
        }
        published.append(
          ReleaseOutcome.Published(filename: upload.filename, wasThere: wasThere))
      }
      try await burn(minted.token).get()
      return published
    } catch {
      _ = await burn(minted.token)
      throw error
    }
  }

  // A task of its own: the token must go also when this stage was interrupted.
  private func burn(_ token: UploadToken) async -> Result<Void, any Error> {
    let client = services.publishing
    return await Task { try await client.burn(token) }.result
  }

  private func upload(_ file: BuiltRelease.File) throws -> DistributionUpload {
    let bytes = try FileReading.bytes(of: file.path.string, limit: Self.fileLimit)
    guard SHA256Hash(hashing: bytes) == file.sha256 else {
      throw CommandFailure(
        status: ExitStatus.differs.rawValue,
        Diagnostic("`\(file.path)` has changed since it was built"))
    }
    let text =
      switch file.filename {
      case .wheel: try DistributionMetadata.wheelMetadata(in: bytes)
      case .sdist: try DistributionMetadata.sdistMetadata(in: bytes)
      }
    return try DistributionUpload(
      filename: file.filename.text, metadata: try CoreMetadata(parsing: text),
      sha256: file.sha256, attestations: attestations[file.filename.text] ?? [])
  }

  /// The names of those files that the index has already, byte for byte.
  private func filesAtIndex() async throws -> Set<String> {
    guard let page = try await services.index.page(of: build.project) else { return [] }
    var present: Set<String> = []
    for file in build.files {
      guard let listed = page.page.file(named: file.filename.text) else { continue }
      guard listed.sha256 == file.sha256 else {
        throw CommandFailure(
          status: ExitStatus.differs.rawValue,
          Diagnostic(
            "the index has a file named `\(file.filename)` with other contents",
            place: services.pageURL.description,
            expected: "SHA-256 \(file.sha256) (just built)",
            found: "SHA-256 \(listed.sha256?.hexadecimal ?? "unknown") (at the index)",
            help: ["released files never change: raise the version in pyproject.toml"]))
      }
      present.insert(file.filename.text)
    }
    return present
  }

  /// The stage's line.
  static func summary(_ published: [ReleaseOutcome.Published], url: ServiceURL) -> String {
    let skipped = published.count(where: \.wasThere)
    let uploaded = published.count - skipped
    switch (uploaded, skipped) {
    case (_, 0): return "\(uploaded) files uploaded to \(url.origin), token burned"
    case (0, _): return "nothing to do: the index has the same \(skipped) files already"
    default: return "\(uploaded) files uploaded, \(skipped) were there already, token burned"
    }
  }
}
