// SPDX-License-Identifier: Apache-2.0

/// Writes random YAML, with what makes edits hard: comments, empty lines, text blocks, brackets over
/// several lines, anchors, CR LF, no line break at the end.
struct RandomYAML {
  /// SplitMix64, so that a failure can be repeated.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  var generator: Generator
  private var anchors: [String] = []
  private var step = 2
  private var list = 2

  init(seed: UInt64) { generator = Generator(state: seed) }

  mutating func one(in count: Int) -> Bool { Int.random(in: 0..<count, using: &generator) == 0 }

  mutating func document() -> String {
    anchors = []
    step = Int.random(in: 1...4, using: &generator)
    list = one(in: 2) ? 0 : step
    var lines = collection(indent: 0, depth: 0)
    if one(in: 4) { lines.insert("# head", at: 0) }
    if one(in: 4) { lines.append("# tail") }
    var text = lines.joined(separator: "\n")
    if !one(in: 3) { text += "\n" }
    if one(in: 5) {
      text = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    }
    return one(in: 10) ? "\u{FEFF}" + text : text
  }

  private mutating func noise(_ indent: Int) -> [String] {
    switch Int.random(in: 0..<12, using: &generator) {
    case 0: [""]
    case 1: [String(repeating: " ", count: indent) + "# own"]
    case 2: [String(repeating: " ", count: indent + 2) + "# deeper"]
    case 3: ["", String(repeating: " ", count: indent + 3) + "# far"]
    default: []
    }
  }

  private mutating func tail() -> String { one(in: 5) ? " # tail" : "" }

  private mutating func collection(indent: Int, depth: Int) -> [String] {
    one(in: 3) ? items(indent: indent, depth: depth) : entries(indent: indent, depth: depth)
  }

  private mutating func entries(indent: Int, depth: Int) -> [String] {
    let spaces = String(repeating: " ", count: indent)
    var lines: [String] = []
    for key in ["a", "b", "ü", "'q'"].prefix(Int.random(in: 1...4, using: &generator)) {
      if !lines.isEmpty { lines += noise(indent) }
      switch depth < 3 ? Int.random(in: 0..<9, using: &generator) : 8 {
      case 0, 1:
        lines.append(spaces + key + ":" + tail())
        lines += entries(indent: indent + step, depth: depth + 1)
      case 2:
        lines.append(spaces + key + ":" + tail())
        lines += items(indent: indent + list, depth: depth + 1)
      case 3:
        lines.append(spaces + key + ": " + flow(depth, indent) + tail())
      case 4: lines += block(spaces + key + ": ", indent)
      case 5:
        let name = "x\(anchors.count)"
        lines.append(spaces + key + ": &\(name) " + scalar() + tail())
        anchors.append(name)
      case 6:
        if let name = anchors.randomElement(using: &generator) {
          lines.append(spaces + key + ": *\(name)" + tail())
        } else {
          lines.append(spaces + key + ":" + tail())
        }
      default: lines.append(spaces + key + ": " + scalar() + tail())
      }
    }
    return lines
  }

  private mutating func items(indent: Int, depth: Int) -> [String] {
    let spaces = String(repeating: " ", count: indent)
    var lines: [String] = []
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      if !lines.isEmpty { lines += noise(indent) }
      switch depth < 3 ? Int.random(in: 0..<7, using: &generator) : 6 {
      case 0, 1, 2:
        var inner = entries(indent: indent + 2, depth: depth + 1)
        inner[0] = spaces + "- " + inner[0].dropFirst(indent + 2)
        lines += inner
      case 3: lines.append(spaces + "- " + flow(depth, indent) + tail())
      case 4: lines += block(spaces + "- ", indent)
      case 5: lines.append(spaces + "-")
      default: lines.append(spaces + "- " + scalar() + tail())
      }
    }
    return lines
  }

  private mutating func block(_ head: String, _ indent: Int) -> [String] {
    let header = ["|", ">", "|-", "|+", ">-"].randomElement(using: &generator)!
    let spaces = String(repeating: " ", count: indent + Int.random(in: 1...3, using: &generator))
    var lines = [head + header + tail()]
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      if lines.count > 1, one(in: 4) { lines.append("") }
      lines.append(
        spaces + ["text", "# no comment", "é: x", "x  "].randomElement(using: &generator)!)
    }
    if one(in: 6) { lines.append(spaces + " ") }
    if one(in: 4) { lines.append("") }
    return lines
  }

  private mutating func flow(_ depth: Int, _ indent: Int) -> String {
    let isMapping = one(in: 2)
    let isLong = one(in: 3)
    var parts: [String] = []
    for key in ["c", "d", "\"e\""].prefix(Int.random(in: 0...3, using: &generator)) {
      let value = depth < 2 && one(in: 4) ? flow(depth + 2, indent + 2) : flowScalar()
      parts.append(isMapping ? (one(in: 8) ? key : key + ": " + value) : value)
    }
    let open = isMapping ? "{" : "["
    let close = isMapping ? "}" : "]"
    if isLong, !parts.isEmpty {
      let spaces = "\n" + String(repeating: " ", count: indent + 2)
      let end = one(in: 3) ? "," : ""
      let separator = one(in: 4) ? ", # in" + spaces : "," + spaces
      return open + spaces + parts.joined(separator: separator) + end
        + (one(in: 4) ? " # in" : "") + "\n" + String(repeating: " ", count: indent + 1) + close
    }
    let pad = one(in: 3) ? " " : ""
    return open + pad + parts.joined(separator: ", ") + (one(in: 8) && !parts.isEmpty ? "," : "")
      + pad + close
  }

  private mutating func flowScalar() -> String {
    ["1", "x y", "'s, t'", "\"é\"", "a-b", "null"].randomElement(using: &generator)!
  }

  private mutating func scalar() -> String {
    ["1", "x y", "'it''s # no'", "\"é\\n\"", "http://x", "~", "", "😀", "a#b"]
      .randomElement(using: &generator)!
  }
}
