// SPDX-License-Identifier: Apache-2.0

import Encodings
import Verification

/// One line of a case file: a command line of slsa-verifier and its outcome.
struct SLSACase {
  /// slsa-verifier's subcommands.
  enum Command: String {
    case artifact = "verify-artifact"
    case image = "verify-image"
    case npmPackage = "verify-npm-package"
    case gitHubAttestation = "verify-github-attestation"
    case summary = "verify-vsa"
  }

  /// Names the case.
  let id: String
  /// The subcommand.
  let command: Command
  /// `pass`, or the name of the error.
  let expected: String
  /// Paths of the artifacts within the files.
  let artifacts: [String]
  /// Digests of the artifacts that are not among the files, `sha256:HEX`, in the same order.
  let artifactDigests: [String]
  /// Path of the provenance within the files.
  let provenance: String?
  /// The image, `path@sha256:HEX`; for cosign layouts the path is within the files.
  let image: String?
  /// What every command has.
  let expectations: ProvenanceExpectations
  /// `--package-name` and `--package-version`.
  let package: NpmPackageExpectations
  /// The options of `verify-vsa`.
  let summary: SummaryExpectations
  /// Path of the public key within the files.
  let publicKeyPath: String?

  /// Reads a line.
  ///
  /// - Throws: `DocumentError`.
  init(parsing line: [UInt8]) throws(DocumentError) {
    let node = try JSONNode(parsing: line)
    id = try node.required("id").string()
    let commandNode = try node.required("command")
    guard let command = Command(rawValue: try commandNode.string()) else {
      throw commandNode.error("not a command that is known")
    }
    self.command = command
    expected = try node.required("expected").string()
    artifacts = try Self.strings(try node.optional("artifacts"))
    artifactDigests = try Self.strings(try node.optional("artifact_digests"))
    provenance = try node.optional("provenance")?.string()
    image = try node.optional("image")?.string()
    let flags = try node.required("flags")
    var inputs: [String: String] = [:]
    if let node = try flags.optional("build_workflow_inputs") {
      for member in try node.object().members {
        inputs[member.key] = try node.required(member.key).string()
      }
    }
    expectations = ProvenanceExpectations(
      sourceURI: try Self.text(flags, "source_uri") ?? "",
      builderID: try Self.text(flags, "builder_id"),
      branch: try Self.text(flags, "source_branch"), tag: try Self.text(flags, "source_tag"),
      versionedTag: try Self.text(flags, "source_versioned_tag"), workflowInputs: inputs,
      allowsTestBuilders: try node.optional("env")?.optional("SLSA_VERIFIER_TESTING") != nil)
    package = NpmPackageExpectations(
      name: try Self.text(flags, "package_name"), version: try Self.text(flags, "package_version"))
    summary = SummaryExpectations(
      subjectDigests: try Self.strings(try flags.optional("subject_digests")),
      verifierID: try Self.text(flags, "verifier_id") ?? "",
      resourceURI: try Self.text(flags, "resource_uri") ?? "",
      verifiedLevels: try Self.strings(try flags.optional("verified_levels")),
      publicKeyID: try Self.text(flags, "public_key_id"))
    publicKeyPath = try Self.text(flags, "public_key_path")
  }

  private static func text(_ node: JSONNode, _ key: String) throws(DocumentError) -> String? {
    try node.optional(key)?.string()
  }

  private static func strings(_ node: JSONNode?) throws(DocumentError) -> [String] {
    var strings: [String] = []
    for item in try node?.array(limit: 1024) ?? [] { strings.append(try item.string()) }
    return strings
  }
}
