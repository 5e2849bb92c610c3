// SPDX-License-Identifier: Apache-2.0

import Encodings

/// The search for a target through delegations (TUF specification §5.6.7): depth first, in the order
/// in which roles list their delegations, each role once.
///
/// A role is verified against whoever led to it in this search, never on the word of an earlier one.
package struct TargetSearch: MetadataWorkflow {
  /// What comes next; `nil` at the end.
  package private(set) var need: MetadataNeed?
  /// The target; `nil` at the end when no role that may speak for the path lists it.
  package private(set) var target: TargetFile?
  private let repository: TrustedRepository
  private let path: String
  /// Delegations that remain, the next one last.
  private var pending: [Step] = []
  private var visited: Set<[UInt8]> = []
  private var current: (step: Step, isCached: Bool)?
  private var changes: [CacheChange] = []

  private struct Step: Sendable {
    let delegation: Delegation
    let keys: KeyTable
    let depth: Int
  }

  /// Starts with what the role `targets` says.
  ///
  /// - Throws: ``MetadataError`` when a role that could list it is not in the snapshot.
  package init(in repository: TrustedRepository, for path: String) throws(MetadataError) {
    self.repository = repository
    self.path = path
    try examine(repository.targets, depth: 0)
  }

  /// The changes that have come up since the last call.
  package mutating func takeChanges() -> [CacheChange] {
    defer { changes = [] }
    return changes
  }

  /// Goes on with what was needed.
  ///
  /// - Throws: ``MetadataError``.
  package mutating func provide(_ bytes: [UInt8]?) throws(MetadataError) {
    guard let (step, isCached) = current else { return }
    let role = step.delegation.name
    if isCached {
      if let bytes, let metadata = try? verified(bytes, step) {
        try examine(metadata, depth: step.depth)
      } else {
        current = (step, false)
        need = .served(try repository.view.request(role))
      }
      return
    }
    let present = try UpdateWorkflow.present(bytes, role)
    let metadata = try verified(present, step)
    changes.append(.store(role: role, present))
    try examine(metadata, depth: step.depth)
  }

  private func verified(_ bytes: [UInt8], _ step: Step) throws(MetadataError) -> TargetsMetadata {
    try repository.view.verified(
      bytes, role: step.delegation.name, signedBy: step.delegation.role, of: step.keys)
  }

  private mutating func examine(
    _ metadata: TargetsMetadata, depth: Int
  ) throws(MetadataError) {
    target = metadata.target(path)
    guard target == nil else {
      need = nil
      return
    }
    if let keys = metadata.keys {
      var next: [Step] = []
      for delegation in metadata.delegations where delegation.covers(path) {
        next.append(Step(delegation: delegation, keys: keys, depth: depth + 1))
        if delegation.isTerminating {
          pending = []
          break
        }
      }
      pending += next.reversed()
    }
    try goOn()
  }

  private mutating func goOn() throws(MetadataError) {
    while let step = pending.popLast() {
      guard visited.insert(Array(step.delegation.name.utf8)).inserted else { continue }
      guard visited.count <= repository.view.limits.roles else {
        throw .limit("a search leads to more than \(repository.view.limits.roles) roles")
      }
      guard step.depth <= repository.view.limits.depth else {
        throw .limit("a search leads through more than \(repository.view.limits.depth) delegations")
      }
      // Asked first, so that what the snapshot does not list is not read either.
      _ = try repository.view.request(step.delegation.name)
      current = (step, true)
      need = .cached(role: step.delegation.name, limit: repository.view.limits.targets)
      return
    }
    need = nil
  }
}
