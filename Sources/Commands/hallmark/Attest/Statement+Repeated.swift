// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings

extension Statement {
  /// The bytes to sign: canonical where the predicate has only numbers that have one form, else with
  /// the numbers as they were written.
  var signedText: [UInt8] {
    (try? payload()) ?? Array(json.compactText.utf8)
  }

  /// Whether two statements make the same claim about the same subjects; which run of a build it was
  /// makes no difference, because a job that is started again has another number.
  func saysTheSame(as other: Statement) -> Bool {
    subjects == other.subjects
      && predicateType.utf8.elementsEqual(other.predicateType.utf8)
      && Self.withoutRun(predicate).utf8.elementsEqual(Self.withoutRun(other.predicate).utf8)
  }

  /// The predicate without what names the run: of provenance the run's metadata, of a job on GitLab
  /// also its number and the runner.
  private static func withoutRun(_ predicate: JSONValue) -> String {
    guard case .object(var object) = predicate else { return predicate.sorted.compactText }
    if case .object(var run)? = object["runDetails"] {
      run["metadata"] = nil
      object["runDetails"] = .object(run)
    }
    if case .object(var definition)? = object["buildDefinition"],
      definition["buildType"] == .string(GitLabJobProvenance.buildType)
    {
      definition["internalParameters"] = nil
      object["buildDefinition"] = .object(definition)
      object["runDetails"] = nil
    }
    return JSONValue.object(object).sorted.compactText
  }
}

extension JSONValue {
  /// The same value with the members of all objects in the order of their names' bytes.
  fileprivate var sorted: JSONValue {
    switch self {
    case .object(let object):
      let members = object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      return .object(members.map { ($0.key, $0.value.sorted) })
    case .array(let elements): return .array(elements.map(\.sorted))
    default: return self
    }
  }
}
