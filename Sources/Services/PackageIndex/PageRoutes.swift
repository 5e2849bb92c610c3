// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import HTTPTypes
import Hummingbird
import PythonPackaging

/// The pages for people: an overview, and one page per project. No scripts, nothing from elsewhere.
extension IndexService {
  private static let contentSecurityPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    + "frame-ancestors 'none'"

  func addPageRoutes(to table: RouteTable, listener: Listener) {
    table.get("/") { request, _ in
      try await overview(origin: origin(of: request, listener: listener), listener: listener)
    }
    table.get("/project/:project") { request, context in
      let text = try context.part("project")
      guard let name = try? ProjectName(text),
        let project = try await database.project(named: name.normalized)
      else {
        return page(.missing, ["title": "No such project", "home": "/"], status: .notFound)
      }
      let path = "/project/\(project.name)/"
      guard request.uri.path == path else {
        return Response(status: .movedPermanently, headers: [.location: path])
      }
      return try await self.page(
        of: project, origin: origin(of: request, listener: listener), listener: listener)
    }
  }

  private func page(
    _ page: IndexPages.Page, _ values: [String: Any], status: HTTPResponse.Status = .ok
  ) -> Response {
    .text(
      pages.render(page, values), contentType: "text/html; charset=utf-8", status: status,
      headers: [
        .cacheControl: "no-cache", .contentSecurityPolicy: Self.contentSecurityPolicy,
      ])
  }

  private func overview(origin: String, listener: Listener) async throws -> Response {
    var projects: [[String: Any]] = []
    for project in try await database.projects() {
      let latest = Self.sorted(try await database.files(of: project)).last?.version
      let summary = try await database.summaries(of: project)[latest ?? ""]
      var values: [String: Any] = ["name": project.name, "displayName": project.displayName]
      values["latest"] = latest
      if let summary, !summary.isEmpty { values["summary"] = summary }
      projects.append(values)
    }
    return page(
      .overview,
      [
        "title": "Hallmark package index", "origin": origin, "projects": projects,
        "secure": listener == .secure,
        "installLine": Self.installLine("PROJECT", origin: origin, listener: listener),
      ])
  }

  private static func installLine(_ project: String, origin: String, listener: Listener) -> String {
    let certificate = listener == .secure ? " --cert tls-ca.pem" : ""
    return "pip install --index-url \(origin)/simple/\(certificate) \(project)"
  }

  private func page(
    of project: ProjectRecord, origin: String, listener: Listener
  ) async throws -> Response {
    let files = Self.sorted(try await database.files(of: project))
    let attestations = try await database.attestations(of: project)
    let publishers = try await database.publishers(of: project)
    let summaries = try await database.summaries(of: project)

    var versions: [[String: Any]] = []
    // Newest first.
    for version in files.map(\.version).reduced().reversed() {
      let values = files.filter { $0.version == version }.map { file in
        Self.values(of: file, attestations: attestations[file.id] ?? [])
      }
      versions.append(["version": version, "files": values])
    }
    var values: [String: Any] = [
      "title": "\(project.displayName) - Hallmark package index",
      "displayName": project.displayName, "hasFiles": !files.isEmpty, "versions": versions,
      "publishers": publishers.map { ["subject": $0.subject, "issuer": $0.issuer] },
      "installLine": Self.installLine(project.name, origin: origin, listener: listener),
    ]
    if let latest = files.last, let summary = summaries[latest.version], !summary.isEmpty {
      values["summary"] = summary
    }
    let attested = files.filter { attestations[$0.id]?.isEmpty == false }
    // The wheel is what people install.
    let isNewest = { (file: FileRecord) in file.version == attested.last?.version }
    let wheel = attested.first { isNewest($0) && $0.filetype == "bdist_wheel" }
    if let file = wheel ?? attested.last {
      values["verify"] = [
        "lines": Self.verificationLines(for: file, origin: origin, listener: listener)
      ]
    }
    return page(.project, values)
  }

  private static func values(
    of file: FileRecord, attestations: [AttestationRecord]
  ) -> [String: Any] {
    var values: [String: Any] = [
      "filename": file.filename,
      "url": "../../files/" + FileStore.relativePath(sha256: file.sha256, filename: file.filename),
      "kind": file.filetype == "sdist" ? "source distribution" : "wheel",
      "size": ByteCount.text(file.size), "sha256": file.sha256,
      "uploadTime": shown(file.uploadTime), "publisher": file.publisherSubject,
      "attested": !attestations.isEmpty,
      "attestations": attestations.map { attestation -> [String: Any] in
        [
          "title": attestation.predicateType == PredicateType.publish
            ? "Publish attestation" : "SLSA provenance",
          "time": shown(Timestamp(unixSeconds: attestation.integratedTime).rfc3339),
          "logIndex": attestation.logIndex,
        ]
      },
    ]
    values["requiresPython"] = file.requiresPython
    values["commit"] = attestations.lazy.compactMap(\.sourceCommit).first
    values["ref"] = attestations.lazy.compactMap(\.sourceRef).first
    if file.hasProvenance { values["provenance"] = "../.." + provenancePath(of: file) }
    return values
  }

  /// `2026-01-02 03:04:05 UTC`.
  private static func shown(_ rfc3339: String) -> String {
    guard let time = try? Timestamp(rfc3339: rfc3339) else { return rfc3339 }
    let text = Timestamp(unixSeconds: time.seconds).rfc3339
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
  }

  private static func verificationLines(
    for file: FileRecord, origin: String, listener: Listener
  ) -> String {
    let curl = listener == .secure ? "curl --cacert tls-ca.pem" : "curl"
    let path = FileStore.relativePath(sha256: file.sha256, filename: file.filename)
    return """
      \(curl) -O \(origin)/files/\(path)
      \(curl) -o \(file.filename).provenance \(origin)\(provenancePath(of: file))
      \(curl) -O \(origin)/trust/trusted_root.json
      hallmark verify \(file.filename) --trusted-root trusted_root.json \\
        --identity \(file.publisherSubject) \\
        --issuer \(file.publisherIssuer)
      """
  }
}

extension [String] {
  /// Without elements that equal the one before.
  fileprivate func reduced() -> [String] {
    reduce(into: []) { result, element in
      if result.last != element { result.append(element) }
    }
  }
}
