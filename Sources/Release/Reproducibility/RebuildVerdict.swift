// SPDX-License-Identifier: Apache-2.0

/// What a comparison of a published file with a rebuilt one comes to, from best to worst.
///
/// The rungs are about what a file does once it is installed. Only the first two pass: on these,
/// every path, every byte of contents, every permission to execute and every link is the same.
package enum RebuildVerdict: Hashable, Sendable {
  /// Both files have the same bytes.
  case identical
  /// The same contents; the fields of the container that are counted here are all that differs.
  case identicalGiven([ContainerField: Int])
  /// What differs says how the file was made (a generator's version, the order of a list), not what
  /// it does.
  case equivalentMetadata
  /// Contents, permissions or links differ, or a file is more or less.
  case different
  /// There is nothing to compare with; the reason stands beside the verdict.
  case cannotRebuild

  /// A field of an archive that no installer looks at.
  package enum ContainerField: String, Hashable, Sendable, CaseIterable {
    /// Date and time of a ZIP member.
    case zipTime = "zip-time"
    /// Modification time of a tar member.
    case tarTime = "tar-time"
    /// User, group and their names of a tar member.
    case tarOwner = "tar-owner"
    /// How a tar header is written: its mark, its device numbers, pax records without effect.
    case tarDialect = "tar-dialect"
    /// Permissions other than that to execute.
    case mode
    /// Time, name, system or level in a gzip header.
    case gzipHeader = "gzip-header"
    /// The same contents, compressed to other bytes.
    case deflate
    /// Versions and attributes of a ZIP header that do not touch contents or permissions, and
    /// whether sizes are told in it or after the data.
    case zipHeader = "zip-header"
    /// The order of the members.
    case order
  }

  /// The verdict's name, in JSON and in statements.
  package var name: String {
    switch self {
    case .identical: "identical"
    case .identicalGiven: "identical-given"
    case .equivalentMetadata: "equivalent-metadata"
    case .different: "different"
    case .cannotRebuild: "cannot-rebuild"
    }
  }

  /// Whether a release with this verdict is what its source makes.
  package var passes: Bool {
    switch self {
    case .identical, .identicalGiven: true
    case .equivalentMetadata, .different, .cannotRebuild: false
    }
  }

  /// The place on the ladder; 1 is best.
  package var rung: Int {
    switch self {
    case .identical: 1
    case .identicalGiven: 2
    case .equivalentMetadata: 3
    case .different: 4
    case .cannotRebuild: 5
    }
  }
}
