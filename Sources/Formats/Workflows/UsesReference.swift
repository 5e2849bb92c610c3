// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// What a `uses:` names: an action, a reusable workflow or an image.
package struct UsesReference: Hashable, Sendable {
  /// Where it is.
  package enum Target: Hashable, Sendable {
    /// `owner/repository[/subpath]@ref`.
    case repository(owner: String, name: String, subpath: String?, ref: Located<String>?)
    /// A path of the same repository, beginning with `./`, also where `$/` is written.
    case local(path: String)
    /// `docker://image[:tag][@digest]`.
    case docker(image: String, tag: String?, digest: String?)
    /// Something that is known only in a run, or nothing that GitHub knows.
    case other
  }

  /// What a ref of a repository looks like; only the forge knows what it is.
  package enum RefKind: Hashable, Sendable {
    /// 40 or 64 hexadecimal digits: a commit, which cannot be moved.
    case fullSHA
    /// 7 to 39 hexadecimal digits.
    case shortSHA
    /// `v1`, `1.2.3` and the like: a tag, most likely.
    case version
    /// Anything else.
    case branch
  }

  /// The text.
  package let text: WorkflowText
  /// Where it is.
  package let target: Target
  /// `owner/repository[/subpath]` in lowercase, to compare with: GitHub ignores case there.
  package let action: String?
  /// The comment behind it in its line: `v1.2.3`.
  package let comment: YAMLComment?

  /// Reads the text of a `uses:`.
  package init(_ text: WorkflowText, in document: YAMLDocument) {
    self.text = text
    comment = document.comment(
      inLine: document.lines.line(at: max(text.span.lowerBound, text.span.upperBound - 1)))
    target = text.hasExpressions ? .other : Self.target(text, document)
    if case .repository(let owner, let name, let subpath, _) = target {
      action = ([owner, name] + (subpath.map { [$0] } ?? [])).joined(separator: "/").lowercased()
    } else {
      action = nil
    }
  }

  /// The ref of a repository.
  package var ref: Located<String>? {
    if case .repository(_, _, _, let ref) = target { ref } else { nil }
  }

  /// What the ref looks like; nil where there is none.
  package var refKind: RefKind? { ref.map { Self.kind(of: $0.value) } }

  /// `owner/repository` as it is written; nil for others.
  package var repository: String? {
    if case .repository(let owner, let name, _, _) = target { "\(owner)/\(name)" } else { nil }
  }

  /// Whether it is the action `owner/repository[/subpath]`, whatever its ref.
  package func isAction(_ name: String) -> Bool {
    action.map { CaselessName.isSame($0, name) } ?? false
  }

  /// Whether nobody can change what it stands for: a local path, a commit, an image by digest.
  package var isPinned: Bool {
    switch target {
    case .repository: refKind == .fullSHA
    case .local: true
    case .docker(_, _, let digest): digest != nil
    case .other: false
    }
  }

  /// What a ref looks like.
  package static func kind(of ref: String) -> RefKind {
    let bytes = Array(ref.utf8)
    let isHexadecimal = bytes.allSatisfy {
      switch $0 {
      case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
      default: false
      }
    }
    if isHexadecimal, bytes.count == 40 || bytes.count == 64 { return .fullSHA }
    if isHexadecimal, (7...39).contains(bytes.count),
      !bytes.allSatisfy({ (0x30...0x39).contains($0) })
    {
      return .shortSHA
    }
    // The part after a prefix such as `release/` counts: `release/v1` is a branch all the same.
    var rest = bytes[...]
    if rest.first == UInt8(ascii: "v") || rest.first == UInt8(ascii: "V") { rest.removeFirst() }
    guard let first = rest.first, (0x30...0x39).contains(first) else { return .branch }
    return rest.contains(UInt8(ascii: "/")) ? .branch : .version
  }

  private static func target(_ text: WorkflowText, _ document: YAMLDocument) -> Target {
    // A block ends with a line break, which GitHub does not mind.
    let value = text.value.last?.isNewline ?? false ? String(text.value.dropLast()) : text.value
    if value.hasPrefix("docker://") { return docker(value.dropFirst(9)) }
    if value.hasPrefix("./") || value.hasPrefix("../") || value == "." {
      return .local(path: value)
    }
    // GitHub's newer way to write the same: the repository that the workflow itself is from.
    if value.hasPrefix("$/") { return .local(path: ".\(value.dropFirst())") }
    let halves = value.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let path = halves[0].split(separator: "/", omittingEmptySubsequences: false)
    guard path.count >= 2, path.allSatisfy({ !$0.isEmpty }) else { return .other }
    var ref: Located<String>?
    if halves.count == 2 {
      let start = halves[0].utf8.count + 1
      let part = start..<value.utf8.count
      ref = Located(String(halves[1]), text.span(of: part, in: document))
    }
    return .repository(
      owner: String(path[0]), name: String(path[1]),
      subpath: path.count > 2 ? path[2...].joined(separator: "/") : nil, ref: ref)
  }

  private static func docker(_ reference: Substring) -> Target {
    let halves = reference.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let digest = halves.count == 2 ? String(halves[1]) : nil
    // A colon before the last slash is a port.
    let slash = halves[0].lastIndex(of: "/") ?? halves[0].startIndex
    guard let colon = halves[0][slash...].firstIndex(of: ":") else {
      return .docker(image: String(halves[0]), tag: nil, digest: digest)
    }
    return .docker(
      image: String(halves[0][..<colon]),
      tag: String(halves[0][halves[0].index(after: colon)...]), digest: digest)
  }
}
