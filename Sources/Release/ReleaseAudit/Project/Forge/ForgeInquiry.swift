// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Finds out a project's settings by questions and answers, without sending anything itself.
///
/// What to ask next depends on what was answered: ``open`` lists it, ``take(_:to:)`` takes an answer,
/// and ``state`` is what is known so far. A question without an answer leaves its piece unknown, with
/// the request and the permission that would tell; the rest goes on.
package struct ForgeInquiry: Sendable {
  /// Most rulesets of which the rules are read.
  package static let rulesetLimit = 50
  /// Most environments of which the patterns are read, and most branches that they name.
  package static let environmentLimit = 20
  /// Most items of a list.
  package static let itemLimit = 1_000

  /// The kind of the forge.
  package let kind: ForgeKind
  /// The project: `owner/name`, or a path of groups.
  package let project: String
  /// The environments of the jobs that publish, as far as files name them.
  package let environments: [String]
  /// Filters of the branches from which jobs publish, as workflows write them.
  package let branches: [String]

  private var answers: [String: ForgeAnswer] = [:]
  private var asked: [ForgeQuestion] = []

  /// Begins to ask.
  ///
  /// - Parameters:
  ///   - kind: the kind of the forge.
  ///   - project: the project: `owner/name`, or a path of groups.
  ///   - environments: the environments of interest.
  ///   - branches: filters of the branches from which jobs publish.
  package init(
    _ kind: ForgeKind, project: String, environments: [String], branches: [String] = []
  ) {
    self.kind = kind
    self.project = project
    self.environments = environments
    self.branches = branches
  }

  /// What is to be asked next; empty at the end.
  package var open: [ForgeQuestion] {
    var seen: Set<String> = []
    return questions.filter { answers[$0.path] == nil && seen.insert($0.path).inserted }
  }

  /// Takes an answer.
  package mutating func take(_ answer: ForgeAnswer, to question: ForgeQuestion) {
    answers[question.path] = answer
    asked.append(question)
  }

  /// What is known.
  package var state: ForgeState {
    var state = kind == .github ? gitHubState : gitLabState
    state.gaps = asked.compactMap { question in
      guard case .unanswered(let why)? = answers[question.path] else { return nil }
      return "\(question.subject): \(why); \(question.permission) would tell"
    }
    return state
  }

  private var questions: [ForgeQuestion] { kind == .github ? gitHubQuestions : gitLabQuestions }

  /// Reads an answer.
  ///
  /// - Parameters:
  ///   - path: the question's path.
  ///   - absent: what it means that there is no such thing; nil where that tells nothing.
  ///   - read: reads the document.
  /// - Returns: What the answer comes to.
  func fact<Value>(
    _ path: String, absent: Value? = nil, _ read: (JSONNode) throws(DocumentError) -> Value
  ) -> ForgeFact<Value> {
    switch answers[path] {
    case .found(let node)?:
      do throws(DocumentError) {
        return .known(try read(node))
      } catch {
        return .unknown(wouldTell(path, "the answer is not in the form of the interface: \(error)"))
      }
    case .absent?:
      return absent.map { .known($0) } ?? .unknown(wouldTell(path, "there is no such thing"))
    case .unanswered(let why)?: return .unknown(wouldTell(path, why))
    case nil: return .unknown(wouldTell(path, nil))
    }
  }

  /// The document of an answer, where there is one.
  func document(_ path: String) -> JSONNode? {
    if case .found(let node)? = answers[path] { node } else { nil }
  }

  /// Whether a question was asked, whatever was said.
  func isAnswered(_ path: String) -> Bool { answers[path] != nil }

  /// Whether a question was answered by that there is no such thing.
  func isAbsent(_ path: String) -> Bool {
    if case .absent? = answers[path] { true } else { false }
  }

  /// The command that would tell, with the permission and what was answered.
  func wouldTell(_ path: String, _ why: String?) -> String {
    let command =
      kind == .github
      ? "gh api repos/{repo}" : "glab api projects/\(PercentEncoding.encodePathSegment(project))"
    var text = "`\(command)\(path.isEmpty ? "" : "/")\(path)`"
    if let question = asked.first(where: { $0.path == path }) {
      text += " with \(question.permission)"
    }
    if let why { text += " (now: \(why))" }
    return text
  }
}

extension JSONNode {
  /// The texts of a list that may be missing.
  func strings(_ key: String) throws(DocumentError) -> [String] {
    guard let list = try optional(key) else { return [] }
    var result: [String] = []
    for node in try list.array(limit: ForgeInquiry.itemLimit) { result.append(try node.string()) }
    return result
  }

  /// A truth value that is false where it is missing.
  func flag(_ key: String) throws(DocumentError) -> Bool {
    try optional(key)?.boolean() ?? false
  }

  /// A member `{"enabled": true}` that is off where it is missing.
  func isEnabled(_ key: String) throws(DocumentError) -> Bool {
    try optional(key)?.flag("enabled") ?? false
  }
}
