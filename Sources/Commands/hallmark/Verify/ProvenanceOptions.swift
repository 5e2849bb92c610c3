// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Verification

/// What the provenance should say, in the words of slsa-verifier.
struct ProvenanceOptions: ParsableArguments {
  @Option(help: "The source it was built from: github.com/owner/name, or gs://… for Cloud Build.")
  var sourceURI: String?

  @Option(help: "The source branch, without refs/heads/.")
  var sourceBranch: String?

  @Option(help: "The source tag, exactly.")
  var sourceTag: String?

  @Option(help: "A semantic version that the source tag must be of: v1, v1.2 or v1.2.3.")
  var sourceVersionedTag: String?

  @Option(help: "The builder, NAME or NAME@VERSION (default: the builders of slsa-framework).")
  var builderID: String?

  @Option(help: "An input with which the workflow was started, NAME=VALUE; may be repeated.")
  var buildWorkflowInput: [String] = []

  @Option(help: "The npm package, with scope.")
  var packageName: String?

  @Option(help: "The npm package's version.")
  var packageVersion: String?

  /// Whether provenance is to be judged at all.
  var isUsed: Bool { sourceURI != nil }

  func validate() throws {
    if sourceTag != nil, sourceVersionedTag != nil {
      throw ValidationError("use only one of --source-tag and --source-versioned-tag.")
    }
    let others = [
      sourceBranch, sourceTag, sourceVersionedTag, builderID, packageName, packageVersion,
    ]
    if sourceURI == nil, others.contains(where: { $0 != nil }) || !buildWorkflowInput.isEmpty {
      throw ValidationError(
        "--source-branch, --source-tag, --source-versioned-tag, --builder-id, "
          + "--build-workflow-input, --package-name and --package-version need --source-uri.")
    }
    _ = try inputs()
  }

  /// What is expected; `nil` if nothing is said about the source.
  func expectation() throws -> Expectation? {
    guard let sourceURI else { return nil }
    return .provenance(
      ProvenanceExpectations(
        sourceURI: sourceURI, builderID: builderID, branch: sourceBranch, tag: sourceTag,
        versionedTag: sourceVersionedTag, workflowInputs: try inputs()),
      package: NpmPackageExpectations(name: packageName, version: packageVersion))
  }

  private func inputs() throws -> [String: String] {
    var inputs: [String: String] = [:]
    for text in buildWorkflowInput {
      let parts = text.utf8.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
      guard parts.count == 2, let name = String(parts[0]), let value = String(parts[1]),
        inputs.updateValue(value, forKey: name) == nil
      else {
        throw ValidationError("--build-workflow-input must be NAME=VALUE, each name once.")
      }
    }
    return inputs
  }
}

/// What a verification summary should say (slsa.dev/verification_summary/v1).
struct SummaryOptions: ParsableArguments {
  @Option(help: "Who verified, a URI; the evidence is then a verification summary by --key.")
  var verifierID: String?

  @Option(help: "What was verified, a URI.")
  var resourceURI: String?

  @Option(
    help: "A digest that it must be about, TYPE:VALUE, in the place of files; may be repeated.")
  var subjectDigest: [String] = []

  @Option(help: "A level that was verified, such as SLSA_BUILD_LEVEL_3; may be repeated.")
  var verifiedLevel: [String] = []

  @Option(help: "The key's name in the envelope, if it is not the key's own digest.")
  var keyID: String?

  /// Whether a summary is to be judged at all.
  var isUsed: Bool { verifierID != nil }

  func validate() throws {
    if (verifierID == nil) != (resourceURI == nil) {
      throw ValidationError("--verifier-id and --resource-uri belong together.")
    }
    if verifierID == nil, !verifiedLevel.isEmpty || !subjectDigest.isEmpty || keyID != nil {
      throw ValidationError("--verified-level, --subject-digest and --key-id need --verifier-id.")
    }
  }
}
