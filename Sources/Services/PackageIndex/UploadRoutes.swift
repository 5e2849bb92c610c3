// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import PythonPackaging

/// The legacy upload API, `POST /legacy/` with `multipart/form-data`: one file with its attestations.
///
/// An upload is one transaction. Whatever is refused leaves neither file nor row behind.
extension IndexService {
  func addUploadRoutes(to table: RouteTable) {
    table.post("/legacy") { request, context in
      guard request.uri.path == "/legacy/" else {
        return Response(
          status: .permanentRedirect, headers: [.location: "/legacy/"])
      }
      return try await upload(request, context)
    }
  }

  private func upload(
    _ request: Request, _ context: BasicRequestContext
  ) async throws -> Response {
    // (1) Who is it?
    guard let token = UploadToken(of: request),
      let grant = try await database.grant(of: token, at: now())
    else { throw unauthenticated }

    // (2) The form, its file into `incoming`.
    let form = try await ReceivedForm.read(request, limits: configuration.limits, into: store)
    defer { withExtendedLifetime(form) {} }
    let candidate = try UploadCandidate(form)
    guard let file = form.file else {
      throw IndexRefusal.invalid("Upload payload does not have a file.")
    }

    // (3) May they publish this project?
    guard grant.projects.contains(candidate.project.normalized) else {
      throw try await notAllowed(candidate.project)
    }

    // (4) The bytes that were promised, and not yet here.
    let sha256 = try file.upload.finish()
    guard sha256 == candidate.sha256 else {
      throw IndexRefusal.invalid(
        "The digest supplied does not match a digest calculated from the uploaded file.")
    }
    let duplicate = try await database.duplicate(
      filename: candidate.filename.text, sha256: sha256, project: candidate.project.normalized,
      version: candidate.version.normalized, filetype: candidate.filename.filetype)
    if let duplicate { return try answer(to: duplicate, candidate) }

    // (5) The file is a distribution of this project and version.
    let contents = try Self.contents(of: file.upload)
    let distribution = try DistributionCheck(contents, of: candidate)

    // (6) Its attestations are the publisher's, and about this file.
    let evidence = try await verifyAttestations(of: candidate, publisher: grant.publisher)

    // (7) All or nothing.
    let new = NewFile(
      project: candidate.project.normalized, version: candidate.version.normalized,
      summary: distribution.summary, filename: candidate.filename.text,
      filetype: candidate.filename.filetype, size: Int64(file.upload.size), sha256: sha256,
      requiresPython: distribution.requiresPython, uploadTime: now(),
      metadata: candidate.filename.filetype == "bdist_wheel" ? distribution.bytes : nil,
      provenance: evidence?.provenance, attestations: evidence?.records ?? [])
    let response = try await add(new, from: file.upload.path, token: token, candidate)
    context.logger.info(
      "published \(new.filename)",
      metadata: ["sha256": "\(sha256)", "by": "\(grant.publisher.subject)"])
    return response
  }

  private func add(
    _ new: NewFile, from path: String, token: UploadToken, _ candidate: UploadCandidate
  ) async throws -> Response {
    let digest = new.sha256.hexadecimal
    do {
      try await database.add(new, token: token, at: now()) { [store] in
        try store.keep(path, sha256: digest, filename: new.filename)
      }
    } catch IndexDatabase.UploadConflict.tokenGone {
      throw unauthenticated
    } catch IndexDatabase.UploadConflict.projectNotAllowed {
      throw try await notAllowed(candidate.project)
    } catch IndexDatabase.UploadConflict.duplicate(let duplicate) {
      return try answer(to: duplicate, candidate)
    } catch {
      try? await database.ifUnlisted(new.filename) { [store] in
        store.discard(sha256: digest, filename: new.filename)
      }
      throw error
    }
    return Response(status: .ok)
  }

  private var unauthenticated: IndexRefusal {
    .forbidden(
      "Invalid or non-existent authentication information. See \(baseURL)/ for more information.")
  }

  private func notAllowed(_ project: ProjectName) async throws -> IndexRefusal {
    guard try await database.project(named: project.normalized) != nil else {
      return .invalid(
        "Non-user identities cannot create new projects. No publisher is registered for "
          + "'\(project.normalized)' on this index.")
    }
    return .forbidden(
      "The given token isn't allowed to upload to project '\(project.normalized)'. "
        + "See \(baseURL)/ for more information.")
  }

  private func answer(
    to duplicate: IndexDatabase.Duplicate, _ candidate: UploadCandidate
  ) throws -> Response {
    switch duplicate {
    case .identical: return Response(status: .ok)
    case .conflicting:
      throw IndexRefusal.invalid(
        "File already exists ('\(candidate.filename)', with sha256 hash '\(candidate.sha256)'). "
          + "A published file never changes; use a new version.")
    case .secondSdist:
      throw IndexRefusal.invalid("Only one sdist may be uploaded per release.")
    }
  }

  private static func contents(of upload: IncomingFile) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: upload.path)))
  }
}
