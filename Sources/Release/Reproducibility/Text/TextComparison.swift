// SPDX-License-Identifier: Apache-2.0

/// Names why two texts differ, as far as their lines tell.
struct TextComparison {
  private let path: String
  private let published: [ArraySlice<UInt8>]
  private let rebuilt: [ArraySlice<UInt8>]
  private let difference: LineDifference
  private let isScmVersion: Bool
  private let isOnlyLineEndings: Bool

  init(path: String, _ published: ArraySlice<UInt8>, _ rebuilt: ArraySlice<UInt8>) {
    self.path = path
    self.published = TextLines.split(published)
    self.rebuilt = TextLines.split(rebuilt)
    difference = LineDifference(self.published, self.rebuilt)
    isOnlyLineEndings = TextLines.areEqualButForLineEndings(published, rebuilt)
    let name = path.utf8.split(separator: UInt8(ascii: "/")).last.map { String($0) } ?? nil
    isScmVersion =
      TextComparison.versionFiles.contains(name ?? "")
      && TextComparison.scmTools.contains { tool in
        TextLines.contains(tool, in: published.prefix(4_096))
          || TextLines.contains(tool, in: rebuilt.prefix(4_096))
      }
  }

  private static let versionFiles: Set<String> = [
    "_version.py", "version.py", "__version__.py", "_scm_version.py", "__about__.py",
    "scm_version.py",
  ]
  private static let scmTools = [
    "setuptools-scm", "setuptools_scm", "vcs-versioning", "vcs_versioning", "hatch-vcs",
    "flit_scm", "pdm-backend",
  ]
  private static let codeSuffixes = [
    ".py", ".pyi", ".pyx", ".pxd", ".c", ".h", ".cc", ".cpp", ".hpp", ".rs", ".js", ".ts", ".sh",
    ".pl", ".lua", ".toml", ".cfg", ".ini",
  ]

  /// The cause: `contents` where none is known.
  var cause: DifferenceCause {
    if isOnlyLineEndings { return .lineEndings }
    if isScmVersion { return .scmVersionFile }
    let pairs = linePairs
    guard let pairs, !pairs.isEmpty else { return .contents }
    if pairs.allSatisfy({ differsOnlyInTime($0.0, $0.1) }) { return .clockInContents }
    if pairs.allSatisfy({ differsOnlyInBuildPath($0.0, $0.1) }) { return .buildPath }
    return .contents
  }

  func excerpt(limit: Int) -> Excerpt {
    if isOnlyLineEndings {
      // Every line differs; the first few tell as much as all.
      return Excerpt(
        lines: Array(published.prefix(3)), Array(rebuilt.prefix(3)),
        LineDifference(Array(published.prefix(3)), Array(rebuilt.prefix(3))), limit: limit)
    }
    return Excerpt(lines: published, rebuilt, difference, limit: limit)
  }

  // Lines that replace each other one by one; `nil` if the texts differ in more than that.
  private var linePairs: [(ArraySlice<UInt8>, ArraySlice<UInt8>)]? {
    let left = difference.steps.filter { $0.origin == .published }
    let right = difference.steps.filter { $0.origin == .rebuilt }
    guard left.count == right.count, left.count <= 200 else { return nil }
    return zip(left, right).map { (published[$0.line], rebuilt[$1.line]) }
  }

  // Lines are the same but for their digits, and those read like a year, a date or a time. In code
  // the line must also speak of such a thing, so that a changed number is not excused.
  private func differsOnlyInTime(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
    let (shape, numbers) = Self.withoutDigits(one)
    let (otherShape, otherNumbers) = Self.withoutDigits(other)
    guard shape == otherShape, numbers.count == otherNumbers.count else { return false }
    if Self.codeSuffixes.contains(where: { path.utf8.suffix($0.utf8.count).elementsEqual($0.utf8) })
    {
      let words = ["date", "time", "year", "copyright", "build", "generated", "(c)"]
      guard words.contains(where: { TextLines.contains($0, in: one) }) else { return false }
    }
    let changed = zip(numbers, otherNumbers).filter { $0 != $1 }
    return changed.contains { Self.looksLikeTime($0) && Self.looksLikeTime($1) }
      || (!changed.isEmpty && TextLines.contains("#:#", in: shape[...])
        && changed.allSatisfy { $0.count == 2 && $1.count == 2 })
  }

  private static func looksLikeTime(_ digits: [UInt8]) -> Bool {
    let isYear =
      digits.count == 4 && (digits.starts(with: "19".utf8) || digits.starts(with: "20".utf8))
    let isDate = digits.count == 8 && digits.starts(with: "20".utf8)
    let isEpoch = digits.count == 10 && digits.starts(with: "1".utf8)
    return isYear || isDate || isEpoch
  }

  private static func withoutDigits(_ line: ArraySlice<UInt8>) -> (shape: [UInt8], [[UInt8]]) {
    var shape: [UInt8] = []
    var numbers: [[UInt8]] = []
    var isInNumber = false
    for byte in line {
      if byte.isDigit {
        if !isInNumber {
          numbers.append([])
          shape.append(UInt8(ascii: "#"))
        }
        numbers[numbers.count - 1].append(byte)
      } else {
        shape.append(byte)
      }
      isInNumber = byte.isDigit
    }
    return (shape, numbers)
  }

  private func differsOnlyInBuildPath(
    _ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>
  ) -> Bool {
    guard let left = Self.withoutBuildPaths(one), let right = Self.withoutBuildPaths(other) else {
      return false
    }
    return left == right
  }

  private static let buildFolders = [
    "tmp", "private", "var/folders", "home", "Users", "build", "root", "github", "__w",
    "opt/hostedtoolcache",
  ]

  /// The line with each path below a folder for builds left out; `nil` if there is none.
  static func withoutBuildPaths(_ line: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var found = false
    var rest = line
    while let byte = rest.first {
      if byte == UInt8(ascii: "/"),
        buildFolders.contains(where: { rest.dropFirst().starts(with: "\($0)/".utf8) })
      {
        found = true
        result.append(UInt8(ascii: "/"))
        rest = rest.drop { $0 > 0x20 && !"\"'<>()[]{},;#".utf8.contains($0) }
      } else {
        result.append(byte)
        rest = rest.dropFirst()
      }
    }
    return found ? result : nil
  }
}
