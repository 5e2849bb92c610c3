// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing

@Suite struct YAMLEditsTests {
  struct Row: CustomTestStringConvertible {
    let before: String
    let after: String
    let edit: @Sendable (YAMLDocument) throws(YAMLEditRefusal) -> [SourceEdit]
    var testDescription: String { before.debugDescription }

    init(
      _ before: String, _ after: String,
      _ edit: @escaping @Sendable (YAMLDocument) throws(YAMLEditRefusal) -> [SourceEdit]
    ) {
      self.before = before
      self.after = after
      self.edit = edit
    }
  }

  static func put(
    _ before: String, _ after: String, _ path: String..., key: String = "k",
    value: YAMLFragment = "v", at place: YAMLInsertion = .last
  ) -> Row {
    Row(before, after) { document throws(YAMLEditRefusal) in
      try document.inserting(key, value, into: document.at(path), at: place)
    }
  }

  static func item(
    _ before: String, _ after: String, _ path: String..., value: YAMLFragment = "v",
    at index: Int? = nil
  ) -> Row {
    Row(before, after) { document throws(YAMLEditRefusal) in
      try document.inserting(value, intoList: document.at(path), at: index)
    }
  }

  static func remove(_ before: String, _ after: String, _ path: String..., key: String) -> Row {
    Row(before, after) { document throws(YAMLEditRefusal) in
      try document.removing(key, from: document.at(path))
    }
  }

  static func set(
    _ before: String, _ after: String, _ path: String..., key: String, value: YAMLFragment
  ) -> Row {
    Row(before, after) { document throws(YAMLEditRefusal) in
      try document.replacing(valueOf: key, in: document.at(path), with: value)
    }
  }

  static let insertions: [Row] = [
    put("a: b\n", "a: b\nk: v\n"),
    put("a: b", "a: b\nk: v"),
    put("a: b\r\nc: d\r\n", "a: b\r\nk: v\r\nc: d\r\n", at: .after("a")),
    put("a: b\r\n", "k: v\r\na: b\r\n", at: .first),
    put("\u{FEFF}a: b\n", "\u{FEFF}k: v\na: b\n", at: .first),
    put("# head\n\na: b # c\n\n# tail\n", "# head\n\na: b # c\nk: v\n\n# tail\n"),
    put("a: b\n# of a's end\n", "a: b\n# of a's end\nk: v\n"),
    put("a: b\n# of c\nc: d\n", "a: b\nk: v\n# of c\nc: d\n", at: .after("a")),
    put("a:\n  b: c\n  # of a\nd: e\n", "a:\n  b: c\n  # of a\nk: v\nd: e\n", at: .after("a")),
    put("a:\n    b: c\nd: e\n", "a:\n    b: c\n    k: v\nd: e\n", "a"),
    put("a:\n  b: |\n    x\n\nd: e\n", "a:\n  b: |\n    x\n  k: v\n\nd: e\n", "a"),
    put("a:\n  b: |+\n    x\n\nd: e\n", "a:\n  b: |+\n    x\n\n  k: v\nd: e\n", "a"),
    put("a: |-\n  x", "a: |-\n  x\nk: v"),
    put("a:\n- u: 1\n", "a:\n- u: 1\n  k: v\n", "a", "0"),
    put("a:\n- u: 1\n", "a:\n- k: v\n  u: 1\n", "a", "0", at: .first),
    put("a:\n  - u: 1\n\n  - w: 2\n", "a:\n  - u: 1\n    k: v\n\n  - w: 2\n", "a", "0"),
    put("ä: é😀\nb: c\n", "ä: é😀\nk: v\nb: c\n", at: .after("ä")),
    put(
      "a:\n    b: c\n", "a:\n    b: c\nk:\n    x: 1\n    y:\n      - z\n",
      value: ["x": "1", "y": ["z"]]),
    put(
      "a:\n- b\n", "a:\n- b\nk:\n- c: 1\n  d: 2\n- e\n", value: [["c": "1", "d": "2"], "e"]),
    put("a: &x\n  b: 1\nc: 2\n", "a: &x\n  b: 1\n  k: v\nc: 2\n", "a"),
    put("a: {b: 1}\n", "a: {b: 1, k: v}\n", "a"),
    put("a: { b: 1 }\n", "a: { b: 1, k: v }\n", "a"),
    put("a: { b: 1 }\n", "a: { k: v, b: 1 }\n", "a", at: .first),
    put("a: {}\n", "a: {k: v}\n", "a"),
    put("a: { }\n", "a: {k: v}\n", "a"),
    put("a: {b: 1,}\n", "a: {b: 1, k: v,}\n", "a"),
    put("a: {b}\n", "a: {b, k: v}\n", "a"),
    put("a: {b: 1, c: 2}\n", "a: {b: 1, k: v, c: 2}\n", "a", at: .after("b")),
    put("a: {\n  b: 1, # c\n}\n", "a: {\n  b: 1, # c\n  k: v,\n}\n", "a"),
    put("a: {\n  b: 1 # c\n}\n", "a: {\n  b: 1, # c\n  k: v\n}\n", "a"),
    put("a: {\n  b: 1\n}\n", "a: {\n  b: 1,\n  k: v\n}\n", "a"),
    put("a: {\n  b: 1,\n}\n", "a: {\n  k: v,\n  b: 1,\n}\n", "a", at: .first),
    put("a: {b: 1}\n", "a: {b: 1, k: {x: 'y, z'}}\n", "a", value: ["x": "y, z"]),
    put("a:\nb: c\n", "a:\n  k: v\nb: c\n", "a"),
    put("a: # x\nb: c\n", "a: # x\n  k: v\nb: c\n", "a"),
    put("a: ~ # x\n", "a: # x\n  k: v\n", "a"),
    put("a: null", "a:\n  k: v", "a"),
    put("a: {b: }\n", "a: {b: {k: v} }\n", "a", "b"),
    put("a: {b}\n", "a: {b: {k: v}}\n", "a", "b"),
    put("a:\n  -\n  - b\n", "a:\n  - k: v\n  - b\n", "a", "0"),
    put("", "k: v\n"), put("# only\n", "# only\nk: v\n"), put("# only", "# only\nk: v\n"),
    put("a: b\n", "a: b\nk: |\n  x\n\n  y\n", value: .scalar("x\n\ny\n")),
    put("a: b\r\n", "a: b\r\nk: |-\r\n  x\r\n  y\r\n", value: .scalar("x\ny")),
    put("a: b\n", "a: b\nk: v # note\n", value: .commented("v", "note")),
    put("a: b\n", "a: b\nk: \"x\\ny\\n\\n\"\n", value: .scalar("x\ny\n\n")),
    put("a: b\n", "a: b\nk: '*'\n", value: "*"), put("a: b\n", "a: b\nk: ''\n", value: ""),
    put("a: b\n", "a: b\nk:\n", value: .null),
  ]

  static let lists: [Row] = [
    item("a:\n  - b\n", "a:\n  - b\n  - v\n", "a"),
    item("a:\n  - b\n", "a:\n  - v\n  - b\n", "a", at: 0),
    item("a:\n- b\n# of c\n- c\n", "a:\n- b\n- v\n# of c\n- c\n", "a", at: 1),
    item(
      "a:\n  - b: 1\n    c: 2\n  - d\n", "a:\n  - b: 1\n    c: 2\n  - x: 1\n    y: 2\n  - d\n",
      "a", value: ["x": "1", "y": "2"], at: 1),
    item("a: [b]\n", "a: [b, v]\n", "a"), item("a: []\n", "a: [v]\n", "a"),
    item("a: [b, c]\n", "a: [v, b, c]\n", "a", at: 0),
    item("a: [\n  b\n]\n", "a: [\n  b,\n  v\n]\n", "a"),
    item("a:\n", "a:\n  - v\n", "a"),
    item("a:\n- b\nc:\n", "a:\n- b\nc:\n- v\n", "c"),
    item("a:\n  - r: |\n      x\n\n  - b\n", "a:\n  - r: |\n      x\n  - v\n\n  - b\n", "a", at: 1),
  ]

  static let removals: [Row] = [
    remove("a: b\nc: d # e\nf: g\n", "a: b\nf: g\n", key: "c"),
    remove("a: b\n# of c\nc: d\n", "a: b\n# of c\n", key: "c"),
    remove("a: b\nc:\n  d: e\n  # in c\nf: g\n", "a: b\nf: g\n", key: "c"),
    remove("a: b\nc: |\n  d\n\nf: g\n", "a: b\n\nf: g\n", key: "c"),
    remove("a: b\r\nc: d", "a: b\r\n", key: "c"),
    remove("- a: b\n  c: d\n", "- c: d\n", "0", key: "a"),
    remove("a: {b: 1, c: 2}\n", "a: {b: 1}\n", "a", key: "c"),
    remove("a: {b: 1, c: 2}\n", "a: {c: 2}\n", "a", key: "b"),
    Row("a:\n  - b # c\n  - d\n", "a:\n  - d\n") { document throws(YAMLEditRefusal) in
      try document.removing(item: 0, from: document.at(["a"]))
    },
    Row("a: [b, c, d]\n", "a: [b, d]\n") { document throws(YAMLEditRefusal) in
      try document.removing(item: 1, from: document.at(["a"]))
    },
  ]

  static let replacements: [Row] =
    [
      set("a: b # c\n", "a: d # c\n", key: "a", value: "d"),
      set("a: b # c\n", "a: # c\n  x: 1\n", key: "a", value: ["x": "1"]),
      set("a: # c\n  b: 1\nd: e\n", "a: v # c\nd: e\n", key: "a", value: "v"),
      set("a:\n  b: 1\nd: e\n", "a:\n  x: 1\nd: e\n", key: "a", value: ["x": "1"]),
      set("a: |\n  b\n  c\nd: e\n", "a: v\nd: e\n", key: "a", value: "v"),
      set("a: {b: 1}\n", "a:\n  c: 2\n", key: "a", value: ["c": "2"]),
      set("a: {b: {c: 1}}\n", "a: {b: d}\n", "a", key: "b", value: "d"),
      set("a:\n", "a: v\n", key: "a", value: "v"),
      set("a: 'x'\n", "a: {}\n", key: "a", value: .mapping([])),
    ]
    + [
      ("a: b\n", "c", "a: c\n"), ("a: 'b' # x\n", "it's", "a: 'it''s' # x\n"),
      ("a: \"b\"\n", "c\"d", "a: \"c\\\"d\"\n"), ("a: b\n", "x: y", "a: 'x: y'\n"),
      ("a: [b, c]\n", "x,y", "a: ['x,y', c]\n"), ("a: 'b'\n", "c\nd", "a: \"c\\nd\"\n"),
      ("a: &x b\n", "c", "a: &x c\n"), ("a:\n", "c", "a: c\n"), ("a: |\n  b\n", "c", "a: c\n"),
    ].map { row in
      Row(row.0, row.2) { document throws(YAMLEditRefusal) in
        let node = document.at(["a"])
        return try document.replacing(node.items?.first ?? node, with: row.1)
      }
    }
    + [
      ("a: echo ${{ x }} ${{ x }}\n", "a: echo $X $X\n"),
      ("a: |\n  é ${{ x }}\n  # ${{ x }}\n", "a: |\n  é $X\n  # $X\n"),
      ("a: \"b ${{ x }}\"\n", "a: \"b $X\"\n"),
    ].map { row in
      Row(row.0, row.1) { document throws(YAMLEditRefusal) in
        try document.replacing("${{ x }}", with: "$X", in: document.at(["a"]))
      }
    }

  static let commentRows: [Row] = [
    ("a: b\n", 1, "c", "a: b # c\n"), ("a: b # x\n", 1, "c", "a: b # c\n"),
    ("a: b # x\nd: e\n", 1, nil, "a: b\nd: e\n"),
    ("a:\r\n  b: c\r\n", 1, "é", "a: # é\r\n  b: c\r\n"),
    ("a: {\n  b: c,\n}", 3, "x", "a: {\n  b: c,\n} # x"), ("a: 'x'  \n", 1, "c", "a: 'x'  # c\n"),
    ("a: b\n", 1, nil, "a: b\n"),
  ].map { (before: String, line: Int, text: String?, after: String) in
    Row(before, after) { document throws(YAMLEditRefusal) in
      try document.commenting(line: line, text)
    }
  }

  @Test(arguments: insertions + lists + removals + replacements + commentRows)
  func edits(row: Row) throws {
    let document = try YAMLDocument(parsing: Array(row.before.utf8))
    let result = try #require(try row.edit(document).applied(to: document.bytes))
    #expect(String(decoding: result, as: UTF8.self) == row.after)
    #expect(throws: Never.self) { try YAMLDocument(parsing: result) }
  }

  static let refusals: [(Row, YAMLEditRefusal)] = [
    (put("a: &x {b: 1}\nc: *x\n", "", "a"), .alias),
    (put("a: &x {b: 1}\nc: *x\n", "", "c"), .alias),
    (put("a: &x\n  b:\n    c: 1\nd: *x\n", "", "a", "b"), .alias),
    (put("a: &x {b: 1}\nc:\n  <<: *x\n  d: 1\n", "", "c"), .mergeKey),
    (put("a: b\n", "", key: "<<"), .mergeKey), (put("a: b\n", "", key: "a"), .duplicate("a")),
    (put("a: b\n", "", at: .after("z")), .missing("z")), (put("a: b\n", "", "a"), .shape),
    (put("- a\n", ""), .shape), (put("? |\n  x\n: y\n", ""), .key), (put("? a\n: b\n", ""), .key),
    (put("a: |\n  x", ""), .blockScalar), (put("a: |+\n  x", ""), .blockScalar),
    (put("a: {# c\n}\n", "", "a"), .comment),
    (put("a: b\n\n    # c\n", "", value: .scalar("x\ny\n")), .comment),
    (put("a: {b: 1}\n", "", "a", value: .commented("v", "c")), .comment),
    (put("a: [b: 1]\n", "", "a", "0"), .shape), (put("a: &x\nb: c\n", "", "a"), .shape),
    (remove("a: b\n", "", key: "a"), .last), (remove("a: b\nc: d\n", "", key: "z"), .missing("z")),
    (remove("a: b\na: c\n", "", key: "a"), .duplicate("a")),
    (remove("a: &x 1\nb: *x\n", "", key: "a"), .alias),
    (remove("<<: &x {c: d}\na: b\n", "", key: "a"), .mergeKey),
    (remove("- a: b\n  # of c\n  c: d\n", "", "0", key: "a"), .comment),
    (remove("a: {b: 1, # c\n  d: 2}\n", "", "a", key: "d"), .comment),
    (remove("a: |\n  x\nb: 1\n\n    # c\nd: e\n", "", key: "b"), .comment),
    (remove("a: |+\n  x\nb: 1\n\nd: e\n", "", key: "b"), .blockScalar),
    (set("a:\n  b: 1\n  # c\n  d: 2\n", "", key: "a", value: "v"), .comment),
    (set("a: &x b\n", "", key: "a", value: "v"), .shape),
    (set("a: b\n", "", key: "z", value: "v"), .missing("z")),
    (item("a: &x [b]\nc: *x\n", "", "a"), .alias), (item("a: b\n", "", "a"), .shape),
    (item("a: [b]\n", "", "a", at: 5), .missing("item 5")),
    (
      Row("a: |\n  x\n", "") { document throws(YAMLEditRefusal) in
        try document.commenting(line: 2, "c")
      }, .text
    ),
    (
      Row("a: 'x\n  y'\n", "") { document throws(YAMLEditRefusal) in
        try document.commenting(line: 1, "c")
      }, .text
    ),
    (
      Row("# x\na: b\n", "") { document throws(YAMLEditRefusal) in
        try document.commenting(line: 1, "c")
      }, .comment
    ),
    (
      Row("a: b\n", "") { document throws(YAMLEditRefusal) in
        try document.commenting(line: 1, "c\nd")
      }, .text
    ),
    (
      Row("a: \"x\\ty\"\n", "") { document throws(YAMLEditRefusal) in
        try document.replacing("\t", with: " ", in: document.at(["a"]))
      }, .text
    ),
    (
      Row("a: 'x'\n", "") { document throws(YAMLEditRefusal) in
        try document.replacing("x", with: "'", in: document.at(["a"]))
      }, .text
    ),
    (
      Row("a: b\n", "") { document throws(YAMLEditRefusal) in
        try document.replacing(YAMLDocument.elsewhere, with: "x")
      }, .shape
    ),
  ]

  @Test(arguments: refusals)
  func refuses(row: Row, reason: YAMLEditRefusal) throws {
    let document = try YAMLDocument(parsing: Array(row.before.utf8))
    #expect { try row.edit(document) } throws: { $0 as? YAMLEditRefusal == reason }
    #expect(!reason.description.isEmpty)
  }
}

extension YAMLDocument {
  /// The value at a path of keys and positions.
  func at(_ path: [String]) -> YAMLNode {
    var node = root
    for step in path {
      if let index = Int(step), let items = node.items {
        node = items[index]
      } else if case .mapping(let entries, _) = node.content {
        node = entries.first { $0.key.string == step }?.value ?? Self.elsewhere
      }
    }
    return node
  }

  /// A value that is of another document.
  static let elsewhere: YAMLNode =
    (try? YAMLDocument(parsing: Array("[[1]]".utf8)).root.items?.first)
    ?? {
      fatalError("cannot happen")
    }()
}
