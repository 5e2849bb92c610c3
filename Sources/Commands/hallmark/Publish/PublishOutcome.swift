// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import ServiceClients
import TrustedPublishing
import Verification

/// How a publication ended, for people and for machines.
struct PublishOutcome: Sendable {
  /// The form's name; its number changes when a member changes its meaning or goes.
  static let schema = "hallmark.publish/v1"

  /// What was published where.
  let publication: IndexPublication
  /// Where the policy is from.
  let policyOrigin: String?
  /// What was to be done.
  let plan: PublicationPlan
  /// What was done; `nil` in a dry run.
  var committed: IndexPublication.Committed?
  /// What the index then served.
  var reports: [IndexPublication.FileReport] = []
  /// What became of the token.
  var end: UploadSession.End?
  /// What became of the assets at a forge, if one was named.
  var assets: ForgeAssetsOutcome?

  init(publication: IndexPublication, policyOrigin: String?, plan: PublicationPlan) {
    self.publication = publication
    self.policyOrigin = policyOrigin
    self.plan = plan
  }

  /// Everything that went wrong, the upload's part first.
  var failures: [CommandFailure] {
    [committed?.failure].compactMap { $0 } + reports.compactMap(\.failure)
      + [assets?.failure].compactMap { $0 }
  }

  /// Says with what went wrong at the index what the public sees at the forge.
  mutating func holdAssetsBack() {
    guard let note = assets?.heldBack else { return }
    if committed?.failure != nil {
      committed?.failure?.diagnostic.notes.append(note)
    } else if let index = reports.firstIndex(where: { $0.failure != nil }) {
      reports[index].failure?.diagnostic.notes.append(note)
    }
  }

  /// The exit status.
  var status: ExitStatus {
    ExitStatus.worst(of: failures.map { ExitStatus(rawValue: $0.status) ?? .couldNotRun })
  }

  /// Where a person looks at the release.
  var page: String {
    let release = publication.release
    return publication.index.page(of: release.project, version: release.version).description
  }

  /// The stage's line.
  static func summary(_ committed: IndexPublication.Committed) -> String {
    var parts = ["\(committed.names(.uploaded).count) uploaded"]
    for placement in [IndexPublication.Placement.wasThere, .refused, .unknown, .notSent] {
      let count = committed.names(placement).count
      if count > 0 { parts.append("\(count) \(placement.rawValue)") }
    }
    switch committed.end {
    case .burned: parts.append("token burned")
    case .expires: parts.append("the token expires by itself")
    case .failed: parts.append("the token could not be burned and expires by itself")
    case .stored, nil: break
    }
    return parts.joined(separator: ", ")
  }

  private func placement(of name: String) -> String {
    if let placement = committed?.files.first(where: { $0.name == name })?.placement {
      return placement.rawValue
    }
    return plan.skipped.contains { $0.name == name } ? "already there" : "would be uploaded"
  }

  /// The document.
  var json: JSONValue {
    let release = publication.release
    let index = publication.index
    var object = JSONObject([
      ("schema", .string(Self.schema)), ("status", .integer(Int64(status.rawValue))),
      ("project", .string(release.project.text)), ("version", .string(release.version.text)),
      ("dryRun", .boolean(committed == nil)),
      (
        "index",
        [
          "name": .string(index.name), "upload": .string(index.uploadURL.description),
          "simple": .string(index.simpleURL.description),
        ]
      ),
      ("authorization", .string(publication.authorization.name)),
      ("policy", policyOrigin.map { .string($0) } ?? .null), ("page", .string(page)),
      ("files", .array(release.files.map(file))),
    ])
    object["forge"] = assets.map(\.json)
    if !failures.isEmpty {
      object["problems"] = .array(failures.map(\.diagnostic.json))
    }
    return .object(object)
  }

  private func file(_ file: LocalRelease.File) -> JSONValue {
    let name = file.name.text
    let report = reports.first { $0.name == name }
    let attestations = publication.attestations?[name]
    return [
      "filename": .string(name), "path": .string(file.path),
      "sha256": .string(file.sha256.hexadecimal), "size": .integer(file.size),
      "placement": .string(placement(of: name)),
      "attestations": .array(
        publication.sendsAttestations
          ? attestations?.predicateTypes.map { .string($0) } ?? [] : []),
      "signers": .array(attestations?.signers.map { .string($0) } ?? []),
      "readBack": .boolean(report.map { $0.failure == nil } ?? false),
      "provenance": report?.provenance.map { .string($0.rawValue) } ?? .null,
      "url": report?.url.map { .string($0) } ?? .null,
    ]
  }

  /// What became of the upload token, where it is not useless now.
  private var tokenEnd: String {
    switch end {
    case .failed: "; the upload token could not be burned and expires by itself"
    case .expires: "; the upload token expires by itself"
    case .burned, .stored, nil: ""
    }
  }

  /// Shows the end as a person reads it: problems on standard error, the result on standard output.
  func show(on console: Console) {
    let release = publication.release
    let index = publication.index.name
    let title = UntrustedText.printable("\(release.project) \(release.version)")
    func line(_ heading: String, _ text: String) {
      let padding = String(repeating: " ", count: max(1, 11 - heading.count))
      console.output(console.styled(heading, .good, on: .output) + padding + text)
    }
    let ending =
      if committed == nil {
        " can be published at \(index); nothing was uploaded\(tokenEnd)"
      } else if status == .done {
        " is published at \(index)"
      } else {
        " is not published as it should be at \(index)"
      }
    console.output(
      console.styled(title, .strong, on: .output) + UntrustedText.printable(ending))
    let width = release.files.map { $0.name.text.count }.max() ?? 0
    for (number, file) in release.files.enumerated() {
      let name = file.name.text
      line(
        number == 0 ? "Files" : "",
        name + String(repeating: " ", count: width - name.count)
          + "  sha256:\(file.sha256)  \(placement(of: name))")
    }
    var signers: [String] = []
    for signer in (publication.attestations ?? [:]).values.flatMap(\.signers)
    where !signers.contains(signer) {
      signers.append(signer)
    }
    for (number, signer) in signers.sorted().enumerated() {
      line(number == 0 ? "Signed" : "", "by \(UntrustedText.printable(signer))")
    }
    if committed != nil {
      let good = reports.count { $0.failure == nil }
      let what = publication.sendsAttestations ? "bytes and attestations" : "bytes"
      line("Read back", "\(good) of \(release.files.count) files, \(what) compared")
      line("See", console.styled(UntrustedText.printable(page), .accent, on: .output))
    }
    if let assets {
      line("Assets", UntrustedText.printable("\(assets.summary), at \(assets.run.target.name)"))
      if case .published(let published) = assets.state {
        line("", console.styled(UntrustedText.printable(published.page), .accent, on: .output))
      }
    }
  }
}
