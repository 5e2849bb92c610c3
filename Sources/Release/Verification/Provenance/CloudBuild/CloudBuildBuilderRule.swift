// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings

/// The builder is a version of Cloud Build's worker that is known, and used a recipe of its own.
///
/// slsa-verifier `verifiers/internal/gcb/provenance.go` (`VerifyBuilder`).
enum CloudBuildBuilderRule {
  private static let buildTypeV1 =
    "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1"
  private static let recipes = [
    "https://cloudbuild.googleapis.com/CloudBuildYaml@",
    "https://cloudbuild.googleapis.com/CloudBuildSteps@",
  ]
  private static let argumentsType =
    "type.googleapis.com/google.devtools.cloudbuild.v1.Build"

  /// Checks builder and recipe.
  ///
  /// - Throws: ``ProvenanceReason/invalidBuilderID``, ``ProvenanceReason/mismatchBuilderID``,
  ///   ``ProvenanceReason/invalidRecipe``, ``ProvenanceReason/invalidBuildType``,
  ///   ``ProvenanceReason/invalidDssePayload``.
  static func check(
    _ statement: CloudBuildStatement, expected: String?
  ) throws(ProvenanceFailure) -> BuilderIdentifier {
    let name = TrustedBuilders.cloudBuild
    let known =
      switch statement.version {
      case .v01: ["\(name)@v0.2", "\(name)@v0.3"]
      case .v1: [name]
      }
    guard known.contains(bytesOf: statement.builderID) else {
      throw ProvenanceReason.invalidBuilderID.failure(
        "the builder `\(statement.builderID)` is not a known worker of Cloud Build")
    }
    let builder = try BuilderIdentifier(statement.builderID)
    if let expected { try builder.check(expected: expected, .loose, allowsTag: false) }
    try checkType(statement.buildType, builder)
    if statement.version == .v01 { try checkArguments(statement) }
    return builder
  }

  /// Checks the recipe or build type, which belongs to the builder's version.
  ///
  /// - Throws: ``ProvenanceReason/invalidRecipe``, ``ProvenanceReason/invalidBuildType``.
  static func checkType(
    _ type: String, _ builder: BuilderIdentifier
  ) throws(ProvenanceFailure) {
    switch builder.version {
    case nil:
      guard type.utf8.elementsEqual(buildTypeV1.utf8) else {
        throw ProvenanceReason.invalidBuildType.failure("the build type is `\(type)`")
      }
    case "v0.2":
      guard type.utf8.elementsEqual(builder.description.utf8) else {
        throw ProvenanceReason.invalidRecipe.failure("the recipe is `\(type)`")
      }
    default:
      guard recipes.contains(where: { type.utf8.starts(with: $0.utf8) }) else {
        throw ProvenanceReason.invalidRecipe.failure("the recipe is `\(type)`")
      }
    }
  }

  private static func checkArguments(
    _ statement: CloudBuildStatement
  ) throws(ProvenanceFailure) {
    guard
      let recipe = try? statement.predicate.optional("recipe"),
      let arguments = try? recipe.optional("arguments"),
      let type = try? arguments.required("@type").string()
    else {
      throw ProvenanceReason.invalidDssePayload.failure("the recipe's arguments have no type")
    }
    guard type.utf8.elementsEqual(argumentsType.utf8) else {
      throw ProvenanceReason.mismatchBuilderID.failure("the recipe's arguments are a `\(type)`")
    }
  }
}
