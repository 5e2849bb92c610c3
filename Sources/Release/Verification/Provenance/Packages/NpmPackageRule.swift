// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore

/// Provenance and publish attestation are about the expected package.
///
/// slsa-verifier `verifiers/internal/gha/npm.go` (`verifyPackageName`, `verifyPackageVersion`,
/// `verifyIntotoHeaders`).
struct NpmPackageRule {
  private static let purlPrefix = "pkg:npm/"

  /// The workflow's provenance.
  let provenance: GitHubProvenance
  /// The registry's publish attestation.
  let publish: Statement

  /// The publish attestation is one, and about the tarball.
  ///
  /// - Throws: ``ProvenanceReason/mismatchHash``, ``ProvenanceReason/invalidDssePayload``.
  func checkPublish(_ tarball: ArtifactDigest) throws(ProvenanceFailure) {
    try SubjectDigestRule.check(publish.subjects, artifact: tarball)
    guard publish.predicateType.utf8.starts(with: NpmAttestations.publishTypePrefix.utf8) else {
      throw ProvenanceReason.invalidDssePayload.failure(
        "`\(publish.predicateType)` is not a publish attestation")
    }
  }

  /// Name and version in all three places are the expected ones.
  ///
  /// - Throws: ``ProvenanceReason/mismatchPackageName``,
  ///   ``ProvenanceReason/mismatchPackageVersion``, ``ProvenanceReason/invalidPackageName``,
  ///   ``ProvenanceReason/invalidSubject``, ``ProvenanceReason/invalidEncoding``,
  ///   ``ProvenanceReason/invalidDssePayload``.
  func check(_ expected: NpmPackageExpectations) throws(ProvenanceFailure) {
    guard expected.name != nil || expected.version != nil else { return }
    let subject = try subjectPackage()
    let published = try publishedPackage()
    if let name = expected.name {
      for found in [subject.name, published.name] where !found.utf8.elementsEqual(name.utf8) {
        throw ProvenanceReason.mismatchPackageName.failure(
          "expected the package `\(name)`, found `\(found)`")
      }
    }
    if let version = expected.version {
      for found in [subject.version, published.version]
      where !found.utf8.elementsEqual(version.utf8) {
        throw ProvenanceReason.mismatchPackageVersion.failure(
          "expected the version `\(version)`, found `\(found)`")
      }
    }
  }

  /// The provenance's subject is a purl: `pkg:npm/%40scope/name@version`.
  private func subjectPackage() throws(ProvenanceFailure) -> (name: String, version: String) {
    let subjects = provenance.provenance.subjects
    guard subjects.count == 1, let only = subjects.first else {
      throw ProvenanceReason.invalidSubject.failure("it is about \(subjects.count) packages")
    }
    guard only.name.utf8.starts(with: Self.purlPrefix.utf8) else {
      throw ProvenanceReason.invalidPackageName.failure("`\(only.name)` is not a package of npm")
    }
    let encoded = Array(only.name.utf8.dropFirst(Self.purlPrefix.utf8.count))
    guard let text = Self.percentDecoded(encoded) else {
      throw ProvenanceReason.invalidEncoding.failure("`\(only.name)` is not percent-encoded")
    }
    // A scope starts with the same character that separates the version.
    let scope = text.utf8.starts(with: "@".utf8) ? 1 : 0
    let parts = text.utf8.dropFirst(scope)
      .split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.first else {
      throw ProvenanceReason.invalidPackageName.failure("`\(text)` is not of the form name@version")
    }
    return (
      (scope == 1 ? "@" : "") + name.text, parts.count == 2 ? parts[1].text : ""
    )
  }

  private func publishedPackage() throws(ProvenanceFailure) -> (name: String, version: String) {
    let node = JSONNode(publish.predicate, path: "predicate")
    do {
      return (try node.required("name").string(), try node.required("version").string())
    } catch {
      throw ProvenanceReason.invalidDssePayload.failure("\(error)")
    }
  }

  private static func percentDecoded(_ bytes: [UInt8]) -> String? {
    var output: [UInt8] = []
    var position = 0
    while position < bytes.count {
      guard bytes[position] == UInt8(ascii: "%") else {
        output.append(bytes[position])
        position += 1
        continue
      }
      guard position + 3 <= bytes.count,
        let decoded = try? Hexadecimal.decode(
          bytes[(position + 1)..<(position + 3)].text.lowercased())
      else { return nil }
      output += decoded
      position += 3
    }
    return String(validating: output, as: UTF8.self)
  }
}
