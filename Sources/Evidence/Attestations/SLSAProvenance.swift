// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// SLSA provenance v1: how, from what and by whom artifacts were built (slsa.dev/provenance/v1).
package struct SLSAProvenance: Hashable, Sendable {
  /// A material or tool, with the digests that identify it.
  package struct ResourceDescriptor: Hashable, Sendable {
    /// Where it is from.
    package let uri: String
    /// Digests in hexadecimal by algorithm name, `gitCommit` for commits.
    package let digests: [String: String]

    /// Describes a resource.
    package init(uri: String, digests: [String: String]) {
      self.uri = uri
      self.digests = digests
    }
  }

  /// The template of the build, a URI whose documentation explains the parameters.
  package let buildType: String
  /// Parameters under outside control.
  package let externalParameters: JSONValue
  /// Parameters that the builder set.
  package let internalParameters: JSONValue
  /// What went into the build.
  package let resolvedDependencies: [ResourceDescriptor]
  /// Who built, a URI.
  package let builderID: String
  /// Versions of the builder's parts.
  package let builderVersion: [String: String]
  /// Identifies this run.
  package let invocationID: String
  /// Start of the build.
  package let startedOn: Timestamp
  /// End of the build.
  package let finishedOn: Timestamp

  /// Collects the fields of a provenance to write.
  package init(
    buildType: String, externalParameters: JSONValue, internalParameters: JSONValue,
    resolvedDependencies: [ResourceDescriptor], builderID: String,
    builderVersion: [String: String], invocationID: String, startedOn: Timestamp,
    finishedOn: Timestamp
  ) {
    self.buildType = buildType
    self.externalParameters = externalParameters
    self.internalParameters = internalParameters
    self.resolvedDependencies = resolvedDependencies
    self.builderID = builderID
    self.builderVersion = builderVersion
    self.invocationID = invocationID
    self.startedOn = startedOn
    self.finishedOn = finishedOn
  }

  /// The predicate's JSON.
  package var predicate: JSONValue {
    func strings(_ pairs: [String: String]) -> JSONValue {
      .object(pairs.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }
    return [
      "buildDefinition": [
        "buildType": .string(buildType),
        "externalParameters": externalParameters,
        "internalParameters": internalParameters,
        "resolvedDependencies": .array(
          resolvedDependencies.map { ["uri": .string($0.uri), "digest": strings($0.digests)] }),
      ],
      "runDetails": [
        "builder": ["id": .string(builderID), "version": strings(builderVersion)],
        "metadata": [
          "invocationId": .string(invocationID),
          "startedOn": .string(startedOn.rfc3339),
          "finishedOn": .string(finishedOn.rfc3339),
        ],
      ],
    ]
  }
}
