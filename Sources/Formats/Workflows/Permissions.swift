// SPDX-License-Identifier: Apache-2.0

import SourceText

/// The rights of `GITHUB_TOKEN`: a workflow's or a job's `permissions:`.
package struct Permissions: Hashable, Sendable {
  /// What is granted.
  package enum Grant: Hashable, Sendable {
    /// `read-all`.
    case readAll
    /// `write-all`.
    case writeAll
    /// A scope and its access each; scopes that are not named have none. `{}` is none at all.
    case scopes([Scope])
    /// Something else, such as an expression.
    case other
  }

  /// One scope and its access.
  package struct Scope: Hashable, Sendable {
    /// The scope: `contents`, `id-token`.
    package let name: Located<String>
    /// `read`, `write` or `none`.
    package let access: Located<String>
    /// From the name to the end of the access.
    package let span: Range<Int>
  }

  /// What is granted.
  package let grant: Grant
  /// The bytes of the key `permissions`.
  package let key: Range<Int>
  /// The bytes of the value.
  package let span: Range<Int>

  /// The access to a scope: `none` where a mapping does not name it, `read` or `write` for all;
  /// nil where it cannot be told.
  package func access(_ scope: String) -> String? {
    switch grant {
    case .readAll: scope == "id-token" ? "none" : "read"
    case .writeAll: "write"
    case .scopes(let scopes): scopes.last { $0.name.value == scope }?.access.value ?? "none"
    case .other: nil
    }
  }

  /// The entry of a scope.
  package func scope(_ name: String) -> Scope? {
    guard case .scopes(let scopes) = grant else { return nil }
    return scopes.last { $0.name.value == name }
  }

  init(_ entry: YAMLEntry, _ reader: inout WorkflowReader) {
    key = entry.key.resolved.span
    span = entry.value.resolved.span
    if let text = entry.value.string {
      switch text {
      case "read-all": grant = .readAll
      case "write-all": grant = .writeAll
      case "" where entry.value.isNull: grant = .scopes([])
      default:
        reader.note(entry.value, "`permissions` is neither a mapping, `read-all` nor `write-all`")
        grant = .other
      }
      return
    }
    var scopes: [Scope] = []
    for entry in reader.entries(entry.value, "`permissions`") {
      guard let name = reader.key(entry), let access = reader.text(entry.value, "the access")
      else { continue }
      if !["read", "write", "none"].contains(access.value) {
        reader.note(entry.value, "the access is none of `read`, `write` and `none`")
      }
      scopes.append(Scope(name: name, access: access.located, span: entry.span))
    }
    grant = .scopes(scopes)
  }
}
