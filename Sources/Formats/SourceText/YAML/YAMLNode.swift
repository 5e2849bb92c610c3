// SPDX-License-Identifier: Apache-2.0

/// A value in a YAML document, with the bytes where it stands.
package struct YAMLNode: Hashable, Sendable {
  /// What a value is.
  package indirect enum Content: Hashable, Sendable {
    /// Text; YAML's types are left to who asks.
    case scalar(YAMLScalar)
    /// A list.
    case sequence([YAMLNode], YAMLLayout)
    /// Keys and values, in their order; a key may come twice.
    case mapping([YAMLEntry], YAMLLayout)
    /// A reference to the anchor of an earlier value.
    case alias(name: String, YAMLNode)
  }

  /// What it is.
  package let content: Content
  /// Its bytes, without anchor and tag: of a scalar with quotes or with `|` and its lines, of a flow
  /// collection with brackets, of a block collection from its first entry to the end of its last.
  package let span: Range<Int>
  /// The anchor's name.
  package let anchor: String?
  /// The tag, resolved, where one is written.
  package let tag: String?

  /// The text of a scalar, also through an alias.
  package var scalar: YAMLScalar? {
    if case .scalar(let scalar) = resolved.content { scalar } else { nil }
  }

  /// The text of a scalar, also through an alias.
  package var string: String? { scalar?.text }

  /// The items of a list, also through an alias.
  package var items: [YAMLNode]? {
    if case .sequence(let items, _) = resolved.content { items } else { nil }
  }

  /// The entries of a mapping, also through an alias; merge keys are entries like others.
  package var entries: [YAMLEntry]? {
    if case .mapping(let entries, _) = resolved.content { entries } else { nil }
  }

  /// Whether it is written without brackets; nil for scalars.
  package var layout: YAMLLayout? {
    switch resolved.content {
    case .sequence(_, let layout), .mapping(_, let layout): layout
    case .scalar, .alias: nil
    }
  }

  /// Whether nothing is written, or `null` or `~` without quotes.
  package var isNull: Bool {
    guard let scalar, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.text)
  }

  /// The value that an alias stands for; else itself.
  package var resolved: YAMLNode {
    if case .alias(_, let target) = content { target.resolved } else { self }
  }

  /// The entry of a key: the first one that is written so.
  package func entry(_ key: String) -> YAMLEntry? {
    guard let entries else { return nil }
    // By their places: copies of entries that are not meant would take longer than comparing.
    for index in entries.indices {
      if case .scalar(let scalar) = entries[index].key.content {
        if scalar.text == key { return entries[index] }
      } else if entries[index].key.string == key {
        return entries[index]
      }
    }
    return nil
  }

  /// The entries whose key stands in the mapping before, at this level alone; GitHub refuses such
  /// documents, other readers take one of the two.
  package var duplicateKeys: [YAMLEntry] {
    guard let entries, entries.count > 1 else { return [] }
    guard entries.count > Self.few else { return Self.repeated(entries) }
    var seen: Set<[UInt8]> = []
    return entries.filter { entry in
      guard let key = entry.key.string else { return false }
      return !seen.insert(Array(key.utf8)).inserted
    }
  }

  // So many keys are compared with each other in less time than a set of them takes.
  private static let few = 16

  private static func repeated(_ entries: [YAMLEntry]) -> [YAMLEntry] {
    var found: [YAMLEntry] = []
    for place in entries.indices.dropFirst() {
      guard let key = entries[place].key.string else { continue }
      let isSecond = entries.indices[..<place].contains { other in
        // Bytes: texts that only mean the same are two keys.
        entries[other].key.string.map {
          $0.utf8.count == key.utf8.count && $0.utf8.elementsEqual(key.utf8)
        } ?? false
      }
      if isSecond { found.append(entries[place]) }
    }
    return found
  }

  /// The value of a key.
  package subscript(key: String) -> YAMLNode? { entry(key)?.value }
}

/// A key and its value.
package struct YAMLEntry: Hashable, Sendable {
  /// The key.
  package let key: YAMLNode
  /// The value; an empty plain scalar where nothing is written.
  package let value: YAMLNode

  /// From the key to the end of the value.
  package var span: Range<Int> {
    key.span.lowerBound..<max(key.span.upperBound, value.span.upperBound)
  }
}

/// How a collection is written.
package enum YAMLLayout: Hashable, Sendable {
  /// By indentation.
  case block
  /// In brackets or braces.
  case flow
}

/// A text in a YAML document.
package struct YAMLScalar: Hashable, Sendable {
  /// How a text is written (YAML 1.2.2 section 7.3 and 8.1).
  package enum Style: Hashable, Sendable {
    case plain, singleQuoted, doubleQuoted
    /// With `|`.
    case literal
    /// With `>`.
    case folded
  }

  /// The text, unescaped and unfolded.
  package let text: String
  /// How it is written.
  package let style: Style

  /// Makes a scalar.
  package init(text: String, style: Style) {
    self.text = text
    self.style = style
  }
}

/// A comment.
package struct YAMLComment: Hashable, Sendable {
  /// From `#` to the end of its line, without the line break.
  package let span: Range<Int>
  /// The text after `#`, without surrounding blanks; what is not UTF-8 is repaired.
  package let text: String
  /// Whether nothing but blanks stands before it in its line.
  package let isAlone: Bool
}
