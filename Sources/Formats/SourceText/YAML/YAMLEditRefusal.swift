// SPDX-License-Identifier: Apache-2.0

/// Why a YAML document is not edited at a place.
package enum YAMLEditRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// Other places of the document refer to the value by an alias, or it is one.
  case alias
  /// The mapping merges others with `<<`.
  case mergeKey
  /// The place is indented with tabs.
  case tab
  /// The key has several lines, or is written with `?`.
  case key
  /// The mapping has this key already.
  case duplicate(String)
  /// The mapping has no such key, the list no such item.
  case missing(String)
  /// A comment would be lost, or would become text.
  case comment
  /// The value is of another kind, is not of this document, or has an anchor or tag.
  case shape
  /// The text cannot be written in this way of writing.
  case text
  /// The text before would change: its line break at the end of the file, or blank lines.
  case blockScalar
  /// Nothing would be left of the collection.
  case last

  package var description: String {
    switch self {
    case .alias: "the value is shared by an alias"
    case .mergeKey: "the mapping merges others with `<<`"
    case .tab: "the lines are indented with tabs"
    case .key: "the key has several lines or is written with `?`"
    case .duplicate(let key): "the key `\(key)` is there already"
    case .missing(let what): "there is no `\(what)`"
    case .comment: "a comment stands in the way"
    case .shape: "the value is not of the kind that can be edited"
    case .text: "the text cannot be written in that way"
    case .blockScalar: "the text block before would change"
    case .last: "nothing would be left of the mapping or list"
    }
  }
}
