// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A request that changes a setting of a project.
package struct ForgeChange: Sendable {
  /// How it is sent.
  package enum Method: String, Hashable, Sendable {
    /// Makes something new.
    case post = "POST"
    /// Sets something, all of it.
    case put = "PUT"
    /// Sets a part of something.
    case patch = "PATCH"
  }

  /// What it does, in the imperative: "let nobody approve their own runs in `pypi`".
  package let title: String
  /// How it is sent.
  package let method: Method
  /// The path below the project's address, percent-encoded.
  package let path: String
  /// The body; nil for none.
  package let body: JSONValue?
  /// The rules that object to what is set now.
  package let rules: [String]
  /// What it allows that was not allowed before; nil where it only forbids.
  package let allows: String?
  /// Whether only some plans of the forge have the setting: Premium and Ultimate of GitLab.
  package let needsPlan: Bool

  init(
    _ title: String, _ method: Method, _ path: String, body: JSONValue? = nil, rules: [String],
    allows: String? = nil, needsPlan: Bool = false
  ) {
    self.title = title
    self.method = method
    self.path = path
    self.body = body
    self.rules = rules
    self.allows = allows
    self.needsPlan = needsPlan
  }
}
