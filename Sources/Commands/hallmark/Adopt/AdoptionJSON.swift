// SPDX-License-Identifier: Apache-2.0

import Adoption
import Encodings
import PythonPackaging
import ReleaseAudit

/// A plan by Documentation/schemas/adopt-v1.json.
struct AdoptionJSON {
  let plan: AdoptionPlan
  let isWritten: Bool

  /// The document.
  var document: JSONValue {
    [
      "schema": "hallmark.adopt/v1", "profile": .string(plan.facts.profile.rawValue),
      "project": .string(plan.facts.name.text),
      "repository": .string(plan.facts.repository.description),
      "forge": .string(plan.facts.forge.rawValue),
      "workflow": .string(plan.facts.workflow),
      "environment": .string(plan.facts.environment), "written": .boolean(isWritten),
      "changes": .array(
        plan.changes.map { change in
          [
            "path": .string(change.path), "new": .boolean(change.before == nil),
            "reason": .string(change.reason),
            "sha256": .string(SHA256Hash(hashing: change.after).hexadecimal),
          ]
        }),
      "notes": .array(plan.notes.map { .string($0) }),
      "edited": .array(
        plan.edited.map { block in
          [
            "path": .string(block.path),
            "section": block.section.map { .string($0) } ?? .null,
          ]
        }),
      "failing": .array(
        plan.failing.map { failing in
          [
            "item": .integer(Int64(failing.item.number)),
            "recommendation": .string(failing.item.recommendation),
            "findings": .array(
              failing.findings.map { finding in
                [
                  "rule": .string(finding.rule), "path": .string(finding.place.path),
                  "message": .string(finding.message),
                ]
              }),
          ]
        }),
      "unfinished": .array(plan.unfinished.map { .string($0) }),
      "toDo": .array(
        plan.toDo.map { toDo in
          [
            "title": .string(toDo.title),
            "items": .array(toDo.items.map { .integer(Int64($0)) }),
            "place": toDo.place.map { .string($0) } ?? .null,
            "values": .array(
              toDo.values.map { ["name": .string($0.name), "value": .string($0.value)] }),
          ]
        }),
    ]
  }
}
