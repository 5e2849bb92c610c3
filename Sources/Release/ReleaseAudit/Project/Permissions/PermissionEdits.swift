// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

extension YAMLDocument {
  /// Writes the permissions of a job that has none of its own.
  func giving(
    _ job: Job, _ permissions: YAMLFragment
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    let place = ["runs-on", "needs", "name"].first { job.entry($0) != nil }
    return try inserting(
      "permissions", permissions, into: job.node, at: place.map { .after($0) } ?? .first)
  }

  /// Adds rights to a job: to its own block, or to a new one with what it has from its workflow.
  func adding(
    _ lacking: [TokenNeed], to job: Job, _ permissions: Permissions, _ needs: JobNeeds
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    guard let block = job.entry("permissions")?.value else {
      if needs.isWhole {
        let hadIdentity = permissions.access("id-token") != "none"
        return try giving(job, needs.permissions(hadIdentity: hadIdentity))
      }
      guard case .scopes(let scopes) = permissions.grant else { throw .shape }
      var all: [(key: String, value: YAMLFragment)] = []
      for scope in scopes where !lacking.contains(where: { $0.scope == scope.name.value }) {
        all.append((scope.name.value, .scalar(scope.access.value)))
      }
      for need in lacking { all.append((need.scope, .scalar(need.access.text))) }
      return try giving(job, .mapping(all))
    }
    guard block.entries?.isEmpty == false else {
      return try replacing(
        valueOf: "permissions", in: job.node,
        with: .mapping(lacking.map { ($0.scope, .scalar($0.access.text)) }))
    }
    var edits: [SourceEdit] = []
    for need in lacking {
      edits +=
        block[need.scope] != nil
        ? try replacing(valueOf: need.scope, in: block, with: .scalar(need.access.text))
        : try inserting(need.scope, .scalar(need.access.text), into: block)
    }
    return edits
  }
}
