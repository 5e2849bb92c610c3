// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A forge whose settings an audit can ask for.
package enum ForgeKind: String, Hashable, Sendable, CaseIterable {
  /// GitHub, public or one's own (REST API, version 2022-11-28).
  case github
  /// GitLab, public or one's own (REST API, version 4).
  case gitlab

  /// The name as people write it.
  package var title: String { self == .github ? "GitHub" : "GitLab" }
}

/// A request that reads a piece of a project's settings.
package struct ForgeQuestion: Hashable, Sendable {
  /// What an answer is.
  package enum Form: Hashable, Sendable {
    /// One document.
    case document
    /// A list in pages; where a member is named, each page is an object that has it there.
    case list(member: String?)
  }

  /// What the status 404 stands for.
  package enum Absence: Hashable, Sendable {
    /// That nobody without more rights is told; nothing is known.
    case hidden
    /// That there is no such thing.
    case documented
    /// That there is no such thing where the forge says so in these words; else nothing is known.
    case words(String)
  }

  /// The path below the project's address, percent-encoded; empty for the project itself.
  package let path: String
  /// The query without `?`.
  package let query: String?
  /// What an answer is.
  package let form: Form
  /// What it asks for, such as "the rules of the branch `main`".
  package let subject: String
  /// What a token must be allowed to get an answer.
  package let permission: String
  /// What the status 404 stands for.
  package let absence: Absence

  init(
    _ path: String, query: String? = nil, form: Form = .document, _ subject: String,
    permission: String, absence: Absence = .hidden
  ) {
    self.path = path
    self.query = query
    self.form = form
    self.subject = subject
    self.permission = permission
    self.absence = absence
  }
}

/// What a forge said to a question.
package enum ForgeAnswer: Sendable {
  /// A document, or all items of a list as an array.
  case found(JSONNode)
  /// There is no such thing, as the interface documents.
  case absent
  /// Nothing is known, and why, in a few words: "status 403: Must have admin rights".
  case unanswered(String)
}

/// Something about a project's settings: known, or what would tell.
package enum ForgeFact<Value: Sendable>: Sendable {
  /// It is this.
  case known(Value)
  /// Not known; which request with which token would tell, and what it was answered.
  case unknown(String)

  /// The value; nil where it is not known.
  package var value: Value? {
    if case .known(let value) = self { value } else { nil }
  }

  /// What would tell; nil where it is known.
  package var wouldTell: String? {
    if case .unknown(let how) = self { how } else { nil }
  }
}
