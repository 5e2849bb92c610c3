// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Foundation
import PyPIAttestations
import TestSupport
import Testing
import TrustSimulator

/// `hallmark publish` to an index with one fault: nothing wrong is uploaded, the message says what
/// happened, the status is the documented one, and when the fault is gone the next run completes.
struct PublishFaultTests {
  typealias Fault = FaultyIndex.Fault

  /// One row of the table.
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let faults: [Fault]
    let status: Int32
    let words: String
    /// How many files are there afterwards.
    var files = 0
    /// How often a place must have been asked.
    var calls: [String: Int] = [:]

    init(
      _ name: String, _ faults: Fault..., status: Int32, _ words: String, files: Int = 0,
      calls: [String: Int] = [:]
    ) {
      testDescription = name
      self.faults = faults
      self.status = status
      self.words = words
      self.files = files
      self.calls = calls
    }
  }

  static func refusal(_ code: String, _ text: String) -> Fault {
    .answer(
      "mint", 422,
      #"{"message":"Token request failed","errors":[{"code":"\#(code)","description":"\#(text)"}]}"#
    )
  }

  static func words(_ status: Int, _ text: String) -> String {
    #"{"message":"\#(text)","code":"\#(status) \#(text)","title":"Bad Request"}"#
  }

  // Before anything is sent.
  static let preparing = [
    Row("page fails", .answer("page", 500), status: 6, "status 500", calls: ["page": 4]),
    Row(
      "page fails once", .answer("page", 503, calls: [1]), status: 0, "is published at", files: 2),
    Row("page is late", .wait("page", 20), status: 6, "in time"),
    Row(
      "page is too large", Fault(at: "page", action: "answer", fill: 65 << 20), status: 6,
      "larger than"),
    Row("page is half", .broken("page", "half"), status: 6, "could not read the index"),
    Row("page is another", .answer("page", 200, "<html>"), status: 6, "not a page"),
    Row("page wants a login", .answer("page", 401), status: 4, "status 401"),
    Row(
      "page is busy", .answer("page", 429, headers: ["Retry-After": "3600"]), status: 6,
      "Retry-After 3600", calls: ["page": 1]),
    Row(
      "page moves", .answer("page", 302, headers: ["Location": "http://localhost:{port}/x"]),
      status: 6, "another host"),
    Row("no trusted publishing", .answer("audience", 404), status: 4, "no Trusted Publishing"),
    Row(
      "trusted publishing is off",
      .answer("audience", 403, #"{"message":"Trusted publishing functionality not enabled"}"#),
      status: 4, "not enabled"),
    Row("audience is none", .answer("audience", 200), status: 6, "names no audience"),
    Row(
      "audience of PyPI", .answer("audience", 200, #"{"audience":"pypi"}"#), status: 4,
      "which is another service's", calls: ["identity": 0, "mint": 0]),
    Row(
      "audience of the certificate authority",
      .answer("audience", 200, #"{"audience":"sigstore"}"#), status: 4,
      "which is another service's", calls: ["identity": 0]),
    Row(
      "audience of a cloud", .answer("audience", 200, #"{"audience":"sts.amazonaws.com"}"#),
      status: 4, "may be another service's", calls: ["identity": 0, "mint": 0]),
    Row(
      "a token from before all time",
      .answer("mint", 200, #"{"token":"t","expires":-9223372036854775808}"#), status: 4,
      "not sent"),
    Row("discovery fails", .answer("discovery", 500), status: 6, "status 500"),
    Row("discovery is none", .answer("discovery", 200, "{}"), status: 6, "no usable endpoints"),
    Row(
      "discovery leads elsewhere",
      .answer(
        "discovery", 200,
        #"{"audience-endpoint":"https://example.org/a","token-mint-endpoint":"https://example.org/m"}"#
      ), status: 6, "another host", calls: ["identity": 0]),
    Row("mint fails", .answer("mint", 500), status: 6, "status 500", calls: ["mint": 4]),
    Row(
      "mint fails once", .answer("mint", 502, calls: [1]), status: 0, "is published at", files: 2),
    Row(
      "mint is cut off once", .broken("mint", "close", after: true, calls: [1]), status: 0,
      "is published at",
      files: 2, calls: ["mint": 2, "identity": 2]),
    Row("mint gives nothing", .answer("mint", 200), status: 6, "not an upload token"),
    Row(
      "mint moves", .answer("mint", 307, headers: ["Location": "http://localhost:{port}/m"]),
      status: 6, "must not follow"),
  ]

  // What PyPI says, word for word.
  static let refusals = [
    ("invalid-payload", "malformed JWT", "malformed JWT"),
    ("invalid-payload", "unknown trusted publishing issuer", "unknown trusted publishing issuer"),
    (
      "not-enabled", "github trusted publishing functionality not enabled",
      "try again later"
    ),
    ("invalid-token", "malformed or invalid token", "date -u"),
    (
      "invalid-pending-publisher", "valid token, but project already exists",
      "one of its owners"
    ),
    (
      "invalid-publisher",
      "valid token, but no corresponding publisher (Publisher with matching claims was not found)",
      "register this workflow"
    ),
    (
      "invalid-publisher",
      "valid token, but no corresponding publisher (Publishing from a workflow invoked via "
        + "'pull_request_target' is not supported.)", "pull_request_target"
    ),
    ("invalid-reuse-token", "invalid token: already used", "run the command again"),
  ].map { code, text, words in
    Row("\(code): \(text)", refusal(code, text), status: 4, words, calls: ["mint": 1, "upload": 0])
  }

  // While files are sent.
  static let uploading = [
    Row(
      "fails once before", .answer("upload", 500, calls: [1]), status: 0, "is published at",
      files: 2),
    Row(
      "fails once after", .answer("upload", 500, after: true, calls: [1]), status: 0,
      "is published at", files: 2,
      calls: ["upload": 2]),
    Row("fails", .answer("upload", 502), status: 6, "perhaps there: greeting"),
    Row(
      "is busy for a moment",
      .answer("upload", 429, headers: ["Retry-After": "1"], calls: [1]), status: 0,
      "is published at", files: 2),
    Row(
      "is busy", .answer("upload", 429, headers: ["Retry-After": "3600"]), status: 6,
      "nothing of the release is out", calls: ["upload": 1]),
    Row(
      "is cut off once", .broken("upload", "close", calls: [1]), status: 0, "is published at",
      files: 2),
    Row("is cut off", .broken("upload", "close"), status: 6, "perhaps there"),
    Row(
      "is cut off after", .broken("upload", "close", after: true), status: 0, "is published at",
      files: 2,
      calls: ["upload": 2]),
    Row(
      "has half an answer", .broken("upload", "half"), status: 0, "is published at", files: 2,
      calls: ["upload": 2]),
    Row(
      "is late", .wait("upload", 3, after: true, calls: [1]), status: 0, "is published at",
      files: 2,
      calls: ["upload": 2]),
    Row(
      "name is taken",
      .answer(
        "upload", 400,
        words(
          400,
          "File already exists ('f', with blake2_256 hash '0'). See https://index.example/help/")),
      status: 5, "the name is taken"),
    Row("conflicts", .answer("upload", 409, ""), status: 5, "the name is taken"),
    Row(
      "name was deleted",
      .answer(
        "upload", 400,
        words(
          400,
          "This filename was previously used by a file that has since been deleted. Use a "
            + "different version.")), status: 5, "deleted names do not come back"),
    Row(
      "token is for another project",
      .answer("upload", 403, words(403, "The given token isn't allowed to upload to project 'x'.")),
      status: 4, "isn't allowed to upload", calls: ["upload": 2, "mint": 2]),
    Row(
      "attestations are refused",
      .answer(
        "upload", 400,
        words(
          400,
          "Invalid attestations supplied during upload: Could not verify the uploaded artifact")),
      status: 3, "the same workflow that uploads"),
    Row(
      "file is too large", .answer("upload", 413, words(413, "File too large.")), status: 3,
      "File too large"),
    Row(
      "moves", .answer("upload", 308, headers: ["Location": "/elsewhere/"]), status: 6,
      "must not follow", calls: ["upload": 1]),
    Row(
      "second file is refused",
      .answer("upload", 400, words(400, "Use a known file type."), calls: [2]), status: 3,
      "uploaded by this run: greeting-1.0.0-py3-none-any.whl", files: 1),
    Row("burning fails", .answer("burn", 500), status: 0, "could not be burned", files: 2),
    Row("burning is unknown", .answer("burn", 404), status: 0, "expires by itself", files: 2),
  ]

  // When all is read again.
  static let reading = [
    Row("never shown", .page("hide"), status: 6, "does not list it", files: 2),
    Row("shown late", .page("hide", calls: [2, 3]), status: 0, "is published at", files: 2),
    Row("another hash", .page("hash"), status: 5, "as the index lists it", files: 2),
    Row("no hash", .page("nohash"), status: 0, "is published at", files: 2),
    Row("listed twice", .page("twice"), status: 5, "as the index lists it", files: 2),
    Row(
      "address of a local file", .page("url", url: "file:///etc/passwd"), status: 6, "https://",
      files: 2),
    Row(
      "address above the root", .page("url", url: "../../../../etc/passwd"), status: 6, "404",
      files: 2),
    Row("other bytes", .answer("file", 200, "other"), status: 5, "not the file", files: 2),
    Row(
      "more bytes", Fault(at: "file", action: "answer", fill: 1 << 20), status: 5, "more bytes",
      files: 2),
    Row("no file", .answer("file", 404), status: 6, "status 404", files: 2),
    Row(
      "no link to provenance", .page("noprovenance"), status: 5, "without the attestations",
      files: 2),
    Row(
      "no provenance", .answer("provenance", 404), status: 5, "without the attestations", files: 2),
    Row(
      "provenance of nothing",
      .answer("provenance", 200, #"{"version":1,"attestation_bundles":[]}"#), status: 5,
      "without the attestations", files: 2),
    Row(
      "provenance is none", .answer("provenance", 200, "[]"), status: 5, "other attestations",
      files: 2),
    Row("provenance fails", .answer("provenance", 500), status: 6, "status 500", files: 2),
    Row("page fails", .answer("page", 500, stored: true), status: 6, "status 500", files: 2),
  ]

  private func check(_ row: Row) throws {
    let workplace = try Workplace()
    let release = try SignedRelease(in: workplace)
    let index = try FaultyIndex(.init(faults: row.faults), in: workplace)
    let outcome = try release.publish(to: index)
    #expect(outcome.status == row.status, "\(outcome)")
    #expect((outcome.errors + outcome.output).contains(row.words), "\(outcome)")
    if row.status != 0 { #expect(outcome.errors.contains("error: "), "\(outcome)") }
    let state = try index.state()
    #expect(state.files.count == row.files, "\(outcome)")
    for (place, count) in row.calls { #expect(state.calls[place, default: 0] == count, "\(place)") }
    #expect(state.files.allSatisfy { release.digests[$0.key] == $0.value })
    #expect(workplace.names(in: "tmp") == [])

    try index.heal()
    let again = try release.publish(to: index)
    #expect(again.status == 0, "\(again)")
    try release.expectPublished(at: index)
    #expect(try index.state().good == (row.faults.contains { $0.at == "burn" } ? 1 : lost(row)))
  }

  // A token whose answer was lost cannot be burned.
  private func lost(_ row: Row) -> Int {
    row.faults.contains { $0.at == "mint" && $0.after == true } ? 1 : 0
  }

  @Test(arguments: preparing) func prepares(_ row: Row) throws { try check(row) }
  @Test(arguments: refusals) func isRefused(_ row: Row) throws { try check(row) }
  @Test(arguments: uploading) func uploads(_ row: Row) throws { try check(row) }
  @Test(arguments: reading) func readsBack(_ row: Row) throws { try check(row) }

  /// The provenance of another file, valid in itself.
  @Test func provenanceOfAnotherFile() throws {
    let workplace = try Workplace()
    let release = try SignedRelease(in: workplace)
    let attestation = try release.attestation(
      of: "greeting-1.0.0.tar.gz", PredicateType.publish, digest: String(repeating: "0", count: 64))
    let body =
      #"{"version":1,"attestation_bundles":[{"publisher":{"kind":"Google","email":"a@b.example"},"#
      + #""attestations":[\#(attestation.json.compactText)]}]}"#
    let index = try FaultyIndex(.init(faults: [.answer("provenance", 200, body)]), in: workplace)
    let outcome = try release.publish(to: index)
    #expect(outcome.status == 5, "\(outcome)")
    #expect(outcome.errors.contains("2 of 2 missing, 1 unknown"), "\(outcome)")
  }

  /// A redirect never takes the token to another server.
  @Test(arguments: ["upload", "mint", "audience", "identity", "page"])
  func redirectsTakeNoSecretsAlong(_ place: String) throws {
    let workplace = try Workplace()
    let release = try SignedRelease(in: workplace)
    let other = try FaultyIndex(in: workplace)
    let index = try FaultyIndex(
      .init(faults: [.answer(place, 307, headers: ["Location": "\(other.url)/legacy/"])]),
      in: workplace)
    let outcome = try release.publish(to: index)
    #expect(outcome.status != 0, "\(outcome)")
    #expect(try index.state().files.isEmpty)
    #expect(try other.state().calls.isEmpty, "the other server was asked")
  }
}
