// SPDX-License-Identifier: Apache-2.0

/// What a client accepts of a repository at most (TUF specification §5: numbers of its own choice).
package struct RepositoryLimits: Hashable, Sendable {
  /// Bytes of a root.
  package var root = 512 << 10
  /// Bytes of a timestamp.
  package var timestamp = 16 << 10
  /// Bytes of a snapshot.
  package var snapshot = 2 << 20
  /// Bytes of the metadata of targets or of a delegated role.
  package var targets = 5 << 20
  /// Bytes of a target.
  package var target = 64 << 20
  /// New versions of the root in one update.
  package var rootRotations = 256
  /// Roles that a search for a target looks at.
  package var roles = 64
  /// Delegations from the top to a role.
  package var depth = 16

  /// The default limits.
  package init() {}
}
