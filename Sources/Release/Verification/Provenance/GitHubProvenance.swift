// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings

/// Provenance of a GitHub workflow: where each known builder keeps source, trigger and environment
/// (slsa-verifier `verifiers/internal/gha/slsaprovenance/{v0.2,v1.0}`).
struct GitHubProvenance {
  /// How a builder lays out its provenance.
  enum Layout {
    /// slsa-github-generator's own builders: v0.2, environment in lower case.
    case generator
    /// Builders behind a delegator: what was built may differ from what triggered it.
    case delegator
    /// The container-based builder: v1.
    case containerBased
    /// npm's command line: v0.2.
    case npm
    /// npm's command line and GitHub's own attestations: v1 with the workflow in the parameters.
    case workflow
  }

  /// The build types of each builder (slsa-verifier `common/buildtypes.go` and the two tables
  /// `buildTypeMap`).
  private static let delegatorType =
    "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0"
  static let npmBuildTypeV1 = "https://github.com/npm/cli/gha@v1"
  private static let generatorTypes = "https://github.com/slsa-framework/slsa-github-generator/"
  private static let v02: [String: [String: Layout]] = [
    TrustedBuilders.delegator: [delegatorType: .delegator],
    TrustedBuilders.lowPermissionsDelegator: [delegatorType: .delegator],
    TrustedBuilders.go: [
      generatorTypes + "go@v1": .generator,
      "https://github.com/slsa-framework/slsa-github-generator@v1": .generator,
      "https://github.com/slsa-framework/slsa-github-generator-go@v1": .generator,
    ],
    TrustedBuilders.genericGenerator: [generatorTypes + "generic@v1": .generator],
    TrustedBuilders.containerGenerator: [generatorTypes + "container@v1": .generator],
    TrustedBuilders.npmLegacy: npmTypes,
    TrustedBuilders.npmHosted: npmTypes,
  ]
  private static let npmTypes: [String: Layout] = [
    npmBuildTypeV1: .npm, "https://github.com/npm/cli/gha/v2": .npm,
  ]
  private static let gitHubTypes: [String: Layout] = [
    "https://actions.github.io/buildtypes/workflow/v1": .workflow
  ]
  private static let v1: [String: [String: Layout]] = [
    TrustedBuilders.delegator: [delegatorType: .delegator],
    TrustedBuilders.lowPermissionsDelegator: [delegatorType: .delegator],
    TrustedBuilders.containerBased: [
      "https://slsa.dev/container-based-build/v0.1?draft": .containerBased
    ],
    TrustedBuilders.npmHosted: [
      "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1": .workflow
    ],
    TrustedBuilders.bazelReleaser: gitHubTypes,
    TrustedBuilders.bazelPublisher: gitHubTypes,
  ]

  /// The provenance.
  let provenance: BuildProvenance
  /// Its layout.
  let layout: Layout

  /// Reads the provenance of a builder.
  ///
  /// - Parameters:
  ///   - payload: the signed statement.
  ///   - builder: the builder's name, without version.
  /// - Throws: ``ProvenanceReason/invalidDssePayload``, ``ProvenanceReason/invalidBuilderID`` for a
  ///   builder without known layouts, ``ProvenanceReason/invalidBuildType``.
  init(payload: [UInt8], builder: String) throws(ProvenanceFailure) {
    do {
      provenance = try BuildProvenance(parsing: payload)
    } catch {
      throw ProvenanceReason.invalidDssePayload.failure("\(error)")
    }
    let table =
      switch provenance.predicate {
      case .v02: Self.v02
      case .v1: Self.v1
      }
    guard let types = table.value(bytesOf: builder) else {
      throw ProvenanceReason.invalidBuilderID.failure(
        "the builder `\(builder)` is not known to make provenance of this version")
    }
    guard let layout = types.value(bytesOf: provenance.buildType) else {
      throw ProvenanceReason.invalidBuildType.failure(
        "the builder `\(builder)` does not make builds of the type `\(provenance.buildType)`")
    }
    self.layout = layout
  }

  /// Who built, a URI.
  var builderID: String { provenance.builderID }

  /// The kind of build, a URI.
  var buildType: String { provenance.buildType }

  /// The URI of the source that was built, with ref where it has one.
  func sourceURI() throws(ProvenanceFailure) -> String {
    guard let first = provenance.dependencies.first else {
      throw ProvenanceReason.invalidDssePayload.failure("the provenance names no source")
    }
    guard !first.uri.isEmpty else {
      throw ProvenanceReason.malformedURI.failure("the source's URI is empty")
    }
    return first.uri
  }

  /// The URI with ref of the source whose workflow was triggered.
  func triggerURI() throws(ProvenanceFailure) -> String {
    switch provenance.predicate {
    case .v02(let predicate):
      guard !predicate.configSourceURI.isEmpty else {
        throw ProvenanceReason.malformedURI.failure("the trigger's URI is empty")
      }
      return predicate.configSourceURI
    case .v1(let predicate):
      if layout == .workflow {
        let workflow = try workflowParameters(predicate)
        guard case .string(let repository)? = workflow["repository"],
          case .string(let ref)? = workflow["ref"]
        else {
          throw ProvenanceReason.invalidFormat.failure(
            "the workflow's repository and ref are not recorded")
        }
        return "git+\(repository)@\(ref)"
      }
      return try triggerFromEnvironment(predicate.internalParameters)
    }
  }

  /// The path of the workflow that was triggered.
  func triggerPath() throws(ProvenanceFailure) -> String {
    switch provenance.predicate {
    case .v02(let predicate): return predicate.entryPoint
    case .v1(let predicate):
      guard case .object(let external) = predicate.externalParameters,
        case .object(let workflow)? = external["workflow"],
        case .string(let path)? = workflow["path"]
      else {
        throw ProvenanceReason.invalidDssePayload.failure("the workflow's path is not recorded")
      }
      return path
    }
  }

  /// The recorded environment.
  func context() throws(ProvenanceFailure) -> GitHubContext {
    switch provenance.predicate {
    case .v02(let predicate):
      try GitHubContext(predicate.environment, isUpperCase: layout != .generator)
    case .v1(let predicate): try GitHubContext(predicate.internalParameters, isUpperCase: true)
    }
  }

  /// The ref of the tag that was built; `nil` for a branch.
  func tag() throws(ProvenanceFailure) -> String? {
    guard layout == .delegator else { return try context().tag() }
    let ref = try delegatedRef()
    return GitReference.kind(of: ref) == .tag ? ref : nil
  }

  /// The ref of the branch that was built or tagged; `nil` if nothing tells.
  func branch() throws(ProvenanceFailure) -> String? {
    guard layout == .delegator else { return try context().branch() }
    let ref = try delegatedRef()
    return GitReference.kind(of: ref) == .branch ? ref : try context().branch()
  }

  /// A delegated builder may build another ref than the one that triggered it.
  private func delegatedRef() throws(ProvenanceFailure) -> String {
    let source = try sourceURI()
    guard let ref = try GitReference.split(source).ref, GitReference.kind(of: ref) != nil else {
      throw ProvenanceReason.invalidDssePayload.failure(
        "the source `\(source)` names neither a branch nor a tag")
    }
    return ref
  }

  private func workflowParameters(
    _ predicate: ProvenanceV1
  ) throws(ProvenanceFailure) -> JSONObject {
    guard case .object(let external) = predicate.externalParameters else {
      throw ProvenanceReason.invalidDssePayload.failure("the external parameters are not an object")
    }
    guard case .object(let workflow)? = external["workflow"] else {
      throw ProvenanceReason.invalidFormat.failure("the parameters do not have the workflow")
    }
    return workflow
  }

  /// `GITHUB_WORKFLOW_REF` is `owner/repository/path@ref`.
  private func triggerFromEnvironment(
    _ parameters: JSONValue
  ) throws(ProvenanceFailure) -> String {
    guard case .object(let environment) = parameters else {
      throw ProvenanceReason.invalidDssePayload.failure("the internal parameters are not an object")
    }
    guard let value = environment["GITHUB_WORKFLOW_REF"] else {
      throw ProvenanceReason.notPresent.failure("the workflow's ref is not recorded")
    }
    guard case .string(let text) = value else {
      throw ProvenanceReason.invalidDssePayload.failure("the workflow's ref is not text")
    }
    let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    let path = parts.first?.split(
      separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 2, let path, path.count >= 2 else {
      throw ProvenanceReason.invalidFormat.failure(
        "`\(text)` is not of the form owner/repository/path@ref")
    }
    guard !parts[1].isEmpty else {
      throw ProvenanceReason.malformedURI.failure("the workflow `\(text)` has no ref")
    }
    return "git+https://github.com/\(path[0].text)/\(path[1].text)@\(parts[1].text)"
  }
}
