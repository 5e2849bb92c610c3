// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// SLSA provenance v1 as others wrote it (slsa.dev/provenance/v1), parsed strictly.
///
/// ``SLSAProvenance`` is the form that Hallmark writes, in which nothing may be missing.
package struct ProvenanceV1: Hashable, Sendable {
  /// Who built, a URI.
  package let builderID: String
  /// The kind of build, a URI.
  package let buildType: String
  /// Parameters under outside control.
  package let externalParameters: JSONValue
  /// Parameters that the builder set.
  package let internalParameters: JSONValue
  /// What went into the build; by convention the source is first.
  package let resolvedDependencies: [SLSAProvenance.ResourceDescriptor]
  /// Identifies the run; empty when absent.
  package let invocationID: String
  /// Start of the build.
  package let startedOn: Timestamp?
  /// End of the build.
  package let finishedOn: Timestamp?

  /// Reads a predicate.
  ///
  /// - Throws: `DocumentError`, also for members that the version does not have.
  package init(_ node: JSONNode) throws(DocumentError) {
    try node.onlyMembers(["buildDefinition", "runDetails"])
    let definition = try node.required("buildDefinition")
    try definition.onlyMembers([
      "buildType", "externalParameters", "internalParameters", "resolvedDependencies",
    ])
    buildType = try definition.required("buildType").string()
    externalParameters = try definition.optional("externalParameters")?.value ?? .null
    internalParameters = try definition.optional("internalParameters")?.value ?? .null
    resolvedDependencies = try Self.resources(definition, "resolvedDependencies")
    let run = try node.required("runDetails")
    try run.onlyMembers(["builder", "metadata", "byproducts"])
    let builder = try run.required("builder")
    try builder.onlyMembers(["id", "version", "builderDependencies"])
    builderID = try builder.required("id").string()
    _ = try builder.strings("version")
    _ = try Self.resources(builder, "builderDependencies")
    _ = try Self.resources(run, "byproducts")
    let metadata = try run.optional("metadata")
    try metadata?.onlyMembers(["invocationId", "invocationID", "startedOn", "finishedOn"])
    // The specification writes `Id`, the first generators wrote `ID`.
    let older = try metadata?.text("invocationID") ?? ""
    let current = try metadata?.text("invocationId") ?? ""
    guard older.isEmpty || current.isEmpty else {
      throw run.error("two members name the invocation")
    }
    invocationID = older.isEmpty ? current : older
    startedOn = try metadata?.optional("startedOn")?.timestamp()
    finishedOn = try metadata?.optional("finishedOn")?.timestamp()
  }

  private static func resources(
    _ node: JSONNode, _ key: String
  ) throws(DocumentError) -> [SLSAProvenance.ResourceDescriptor] {
    var resources: [SLSAProvenance.ResourceDescriptor] = []
    for item in try node.optional(key)?.array(limit: 4096) ?? [] {
      try item.onlyMembers([
        "uri", "digest", "name", "downloadLocation", "mediaType", "content", "annotations",
      ])
      resources.append(
        SLSAProvenance.ResourceDescriptor(
          uri: try item.text("uri"), digests: try item.strings("digest")))
    }
    return resources
  }
}
