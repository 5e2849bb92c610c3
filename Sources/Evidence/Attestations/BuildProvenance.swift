// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A statement with SLSA provenance of a version that is understood.
package struct BuildProvenance: Hashable, Sendable {
  /// The predicate, by version.
  package enum Predicate: Hashable, Sendable {
    /// Version 0.2.
    case v02(ProvenanceV02)
    /// Version 1.
    case v1(ProvenanceV1)
  }

  /// What the provenance is about.
  package let subjects: [Subject]
  /// How it was built.
  package let predicate: Predicate

  /// Reads a statement's payload.
  ///
  /// - Throws: `DocumentError`: not a statement, another predicate type, or members that are not
  ///   known.
  package init(parsing payload: [UInt8]) throws(DocumentError) {
    let node = try JSONNode(parsing: payload)
    try node.onlyMembers(["_type", "subject", "predicateType", "predicate"])
    let statement = try Statement(parsing: payload)
    subjects = statement.subjects
    let predicate = try node.required("predicate")
    switch statement.predicateType {
    case ProvenanceV02.predicateType: self.predicate = .v02(try ProvenanceV02(predicate))
    case PredicateType.slsaProvenance: self.predicate = .v1(try ProvenanceV1(predicate))
    default:
      throw try node.required("predicateType").error("not SLSA provenance of a known version")
    }
  }

  /// Who built, a URI.
  package var builderID: String {
    switch predicate {
    case .v02(let provenance): provenance.builderID
    case .v1(let provenance): provenance.builderID
    }
  }

  /// The kind of build, a URI.
  package var buildType: String {
    switch predicate {
    case .v02(let provenance): provenance.buildType
    case .v1(let provenance): provenance.buildType
    }
  }

  /// What went into the build; by convention the source is first.
  package var dependencies: [SLSAProvenance.ResourceDescriptor] {
    switch predicate {
    case .v02(let provenance): provenance.materials
    case .v1(let provenance): provenance.resolvedDependencies
    }
  }
}
