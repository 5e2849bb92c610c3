// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import FoundationEssentials
import PythonPackaging
import Rebuild

/// The statements of a release.
///
/// The provenance is of SLSA build level 1: it says how the files were made, is signed by the one
/// who made them, and nothing keeps that one from writing something else into it. The build type
/// `urn:hallmark:buildtype:pypa-build:v1` means: the source was exported from `source.commit`, and
/// `internalParameters.commands` were run on it in a fresh virtual environment.
struct ReleaseStatements: Sendable {
  /// Identifies the template of the build.
  static let buildType = "urn:hallmark:buildtype:pypa-build:v1"

  private let build: BuildResult
  private let provenance: SLSAProvenance

  /// Prepares the statements of one build; all carry the same provenance.
  ///
  /// - Parameters:
  ///   - build: what was built.
  ///   - builder: who built, the subject URI of the identity token.
  ///   - version: this program's version.
  init(build: BuildResult, builder: String, version: String) {
    self.build = build
    provenance = SLSAProvenance(
      buildType: Self.buildType,
      externalParameters: Self.externalParameters(build),
      internalParameters: Self.internalParameters(build),
      resolvedDependencies: Self.dependencies(build),
      builderID: builder,
      builderVersion: [
        "hallmark": version, "python": build.tools.python, "pip": build.tools.pip,
        "build": build.tools.build,
      ],
      invocationID: "urn:uuid:\(UUID().uuidString.lowercased())",
      startedOn: build.startedOn, finishedOn: build.finishedOn)
  }

  /// The predicate of the provenance.
  var predicate: JSONValue { provenance.predicate }

  /// PyPI's publish attestation of one file.
  func publish(_ file: BuildResult.File) -> Statement {
    Statement(
      subjects: [Self.subject(file)], predicateType: PredicateType.publish, predicate: .null)
  }

  /// The provenance of one file.
  func provenance(_ file: BuildResult.File) -> Statement {
    Statement(
      subjects: [Self.subject(file)], predicateType: PredicateType.slsaProvenance,
      predicate: provenance.predicate)
  }

  /// The provenance of all files together.
  func provenanceOfAll() -> Statement {
    Statement(
      subjects: build.files.map(Self.subject), predicateType: PredicateType.slsaProvenance,
      predicate: provenance.predicate)
  }

  private static func subject(_ file: BuildResult.File) -> Subject {
    Subject(name: file.filename.text, sha256: file.sha256)
  }

  // Only a clean commit can be fetched and built again, so nothing else is named as the source.
  private static func externalParameters(_ build: BuildResult) -> JSONValue {
    var source = JSONObject([("subfolder", .string(build.subfolder))])
    if let commit = build.commit, !build.isDirty {
      source["commit"] = .string(commit)
      source["ref"] = build.ref.map { .string($0) }
    }
    return ["source": .object(source)]
  }

  private static func internalParameters(_ build: BuildResult) -> JSONValue {
    var parameters = JSONObject([
      ("dirty", .boolean(build.isDirty)),
      ("SOURCE_DATE_EPOCH", .integer(build.sourceDateEpoch)),
      (
        "commands",
        .array(build.commands.map { command in .array(command.map { .string($0) }) })
      ),
      ("buildRequirements", .array(build.tools.requirements.map { .string($0) })),
    ])
    if build.isDirty, let commit = build.commit {
      parameters["baseCommit"] = .string(commit)
    }
    parameters["buildBackend"] = build.tools.backend.map { .string($0) }
    parameters["generator"] = build.tools.generator.map { .string($0) }
    return .object(parameters)
  }

  private static func dependencies(
    _ build: BuildResult
  ) -> [SLSAProvenance.ResourceDescriptor] {
    guard let commit = build.commit, !build.isDirty else { return [] }
    // The repository's address is known to nobody here; the identifier of a git revision by its
    // content (ISO/IEC 18670, SWHID) is true wherever the repository lies.
    return [
      SLSAProvenance.ResourceDescriptor(
        uri: "swh:1:rev:\(commit)", digests: ["gitCommit": commit])
    ]
  }
}
