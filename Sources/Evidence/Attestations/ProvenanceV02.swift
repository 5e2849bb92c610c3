// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// SLSA provenance v0.2 as others wrote it (slsa.dev/provenance/v0.2), parsed strictly.
package struct ProvenanceV02: Hashable, Sendable {
  /// The predicate type.
  package static let predicateType = "https://slsa.dev/provenance/v0.2"

  /// What a builder claims to have recorded completely.
  package struct Completeness: Hashable, Sendable {
    /// All parameters.
    package let parameters: Bool
    /// All of the environment.
    package let environment: Bool
    /// All materials.
    package let materials: Bool
  }

  /// `metadata`.
  package struct Metadata: Hashable, Sendable {
    /// Identifies the run; empty when absent.
    package let invocationID: String
    /// Start of the build.
    package let startedOn: Timestamp?
    /// End of the build.
    package let finishedOn: Timestamp?
    /// What is claimed to be complete.
    package let completeness: Completeness
    /// Whether another build would give the same bytes.
    package let isReproducible: Bool
  }

  /// Who built, a URI.
  package let builderID: String
  /// The kind of build, a URI.
  package let buildType: String
  /// Where the build's configuration is from, a URI with ref; empty when absent.
  package let configSourceURI: String
  /// The configuration's path within its source; empty when absent.
  package let entryPoint: String
  /// Parameters under outside control.
  package let parameters: JSONValue
  /// The environment that the builder recorded.
  package let environment: JSONValue
  /// The steps, in the builder's own form.
  package let buildConfig: JSONValue
  /// Facts about the run.
  package let metadata: Metadata?
  /// What went into the build; by convention the source is first.
  package let materials: [SLSAProvenance.ResourceDescriptor]

  /// Reads a predicate.
  ///
  /// - Throws: `DocumentError`, also for members that the version does not have.
  package init(_ node: JSONNode) throws(DocumentError) {
    try node.onlyMembers([
      "builder", "buildType", "invocation", "buildConfig", "metadata", "materials",
    ])
    let builder = try node.required("builder")
    try builder.onlyMembers(["id"])
    builderID = try builder.required("id").string()
    buildType = try node.required("buildType").string()
    let invocation = try node.optional("invocation")
    try invocation?.onlyMembers(["configSource", "parameters", "environment"])
    let source = try invocation?.optional("configSource")
    try source?.onlyMembers(["uri", "digest", "entryPoint"])
    _ = try source?.strings("digest")
    configSourceURI = try source?.text("uri") ?? ""
    entryPoint = try source?.text("entryPoint") ?? ""
    parameters = try invocation?.optional("parameters")?.value ?? .null
    environment = try invocation?.optional("environment")?.value ?? .null
    buildConfig = try node.optional("buildConfig")?.value ?? .null
    metadata = try node.optional("metadata").map { item throws(DocumentError) in
      try Self.metadata(item)
    }
    var materials: [SLSAProvenance.ResourceDescriptor] = []
    for item in try node.optional("materials")?.array(limit: 4096) ?? [] {
      try item.onlyMembers(["uri", "digest"])
      materials.append(
        SLSAProvenance.ResourceDescriptor(
          uri: try item.text("uri"), digests: try item.strings("digest")))
    }
    self.materials = materials
  }

  private static func metadata(_ node: JSONNode) throws(DocumentError) -> Metadata {
    try node.onlyMembers([
      "buildInvocationID", "buildInvocationId", "buildStartedOn", "buildFinishedOn",
      "completeness", "reproducible",
    ])
    let completeness = try node.optional("completeness")
    try completeness?.onlyMembers(["parameters", "environment", "materials"])
    // The specification writes `Id`, the first generators wrote `ID`.
    let older = try node.text("buildInvocationID")
    let current = try node.text("buildInvocationId")
    guard older.isEmpty || current.isEmpty else {
      throw node.error("two members name the invocation")
    }
    return Metadata(
      invocationID: older.isEmpty ? current : older,
      startedOn: try node.optional("buildStartedOn")?.timestamp(),
      finishedOn: try node.optional("buildFinishedOn")?.timestamp(),
      completeness: Completeness(
        parameters: try completeness?.flag("parameters") ?? false,
        environment: try completeness?.flag("environment") ?? false,
        materials: try completeness?.flag("materials") ?? false),
      isReproducible: try node.flag("reproducible"))
  }
}
