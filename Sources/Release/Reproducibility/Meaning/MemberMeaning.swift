// SPDX-License-Identifier: Apache-2.0

internal import Archives

/// What two different contents of one member mean.
struct MemberMeaning {
  /// A cause with what shows it.
  struct Finding {
    let cause: DifferenceCause
    var published: String?
    var rebuilt: String?
    var excerpt: () -> Excerpt? = { nil }
  }

  let isWheel: Bool
  let limits: ComparisonLimits

  /// Names the causes, at least one.
  ///
  /// The path is the one below the top folder for an sdist; for a wheel, the folder of metadata is
  /// `.dist-info`, whatever it is called.
  func findings(
    _ path: String, _ published: ArraySlice<UInt8>, _ rebuilt: ArraySlice<UInt8>
  ) -> [Finding] {
    guard published.count <= limits.meaningSize, rebuilt.count <= limits.meaningSize else {
      return [binary(.contents, published, rebuilt)]
    }
    let found = special(path, published, rebuilt)
    return found.isEmpty ? [general(path, published, rebuilt)] : found
  }

  private func special(
    _ path: String, _ published: ArraySlice<UInt8>, _ rebuilt: ArraySlice<UInt8>
  ) -> [Finding] {
    let name = Self.lastComponent(path)
    let isInDistInfo = isWheel && path.utf8.starts(with: ".dist-info/".utf8)
    let isInEggInfo = !isWheel && Self.isInEggInfo(path)
    let excerpt = { [limits] in
      TextComparison(path: path, published, rebuilt).excerpt(limit: limits.excerptLines)
    }
    if isInDistInfo, path == ".dist-info/WHEEL" {
      return WheelFields.findings(published, rebuilt, excerpt)
    }
    if path == (isWheel ? ".dist-info/METADATA" : "PKG-INFO") || (isInEggInfo && name == "PKG-INFO")
    {
      return MetadataFields.findings(published, rebuilt, excerpt)
    }
    let isList =
      (isInDistInfo && name == "top_level.txt")
      || (isInEggInfo && ["SOURCES.txt", "top_level.txt", "requires.txt"].contains(name))
    if isList, Self.haveSameLines(published, rebuilt), name != "requires.txt" {
      return [Finding(cause: .listOrder, excerpt: excerpt)]
    }
    if isInEggInfo, name == "SOURCES.txt" {
      return [Finding(cause: .sourcesList, excerpt: excerpt)]
    }
    let isSBOM =
      name.utf8.suffix(9).elementsEqual(".cdx.json".utf8)
      || name.utf8.suffix(10).elementsEqual(".spdx.json".utf8)
      || (isInDistInfo && path.utf8.starts(with: ".dist-info/sboms/".utf8))
    if isSBOM, let cause = JSONComparison.billOfMaterials(published, rebuilt) {
      return [Finding(cause: cause, excerpt: excerpt)]
    }
    if name.utf8.suffix(5).elementsEqual(".json".utf8) {
      let isGenerated = (isInDistInfo || isInEggInfo) && name == "scm_file_list.json"
      if let cause = JSONComparison.cause(published, rebuilt, isGenerated: isGenerated) {
        return [Finding(cause: cause, excerpt: excerpt)]
      }
    }
    if let finding = insideGzip(published, rebuilt) { return [finding] }
    return []
  }

  private func general(
    _ path: String, _ published: ArraySlice<UInt8>, _ rebuilt: ArraySlice<UInt8>
  ) -> Finding {
    if Self.isCompiled(path, published) || Self.isCompiled(path, rebuilt) {
      return binary(.compiledCode, published, rebuilt)
    }
    guard TextLines.isText(published), TextLines.isText(rebuilt) else {
      return binary(.contents, published, rebuilt)
    }
    let text = TextComparison(path: path, published, rebuilt)
    return Finding(cause: text.cause) { [limits] in text.excerpt(limit: limits.excerptLines) }
  }

  private func binary(
    _ cause: DifferenceCause, _ published: ArraySlice<UInt8>, _ rebuilt: ArraySlice<UInt8>
  ) -> Finding {
    Finding(
      cause: cause, published: "\(published.count) bytes", rebuilt: "\(rebuilt.count) bytes"
    ) { Excerpt(bytes: published, rebuilt) }
  }

  private func insideGzip(
    _ published: ArraySlice<UInt8>, _ rebuilt: ArraySlice<UInt8>
  ) -> Finding? {
    guard let one = contentsOfGzip(published), let other = contentsOfGzip(rebuilt), one == other
    else { return nil }
    return Finding(
      cause: .compressedMembers, published: "\(published.count) bytes of gzip",
      rebuilt: "\(rebuilt.count) bytes of gzip, with the same contents")
  }

  /// The contents of a gzip file of the size that is compared by meaning; `nil` if it is none.
  func contentsOfGzip(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    guard bytes.starts(with: [0x1F, 0x8B]) else { return nil }
    let bounds = ArchiveLimits(archiveSize: limits.meaningSize, memberSize: 4 * limits.meaningSize)
    return try? GzipMember(parsing: Array(bytes), limits: bounds).contents
  }

  private static let compiledSuffixes = [
    ".so", ".pyd", ".pyc", ".pyo", ".dylib", ".dll", ".exe", ".o", ".a", ".lib", ".wasm", ".class",
  ]

  private static func isCompiled(_ path: String, _ bytes: ArraySlice<UInt8>) -> Bool {
    if compiledSuffixes.contains(where: { path.utf8.suffix($0.utf8.count).elementsEqual($0.utf8) })
    {
      return true
    }
    let marks: [[UInt8]] = [
      [0x7F, 0x45, 0x4C, 0x46], [0x4D, 0x5A, 0x90, 0x00], [0xCF, 0xFA, 0xED, 0xFE],
      [0xCE, 0xFA, 0xED, 0xFE], [0xCA, 0xFE, 0xBA, 0xBE], [0x00, 0x61, 0x73, 0x6D],
    ]
    return marks.contains { bytes.starts(with: $0) }
  }

  private static func haveSameLines(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
    func sorted(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
      TextLines.split(bytes).sorted { $0.lexicographicallyPrecedes($1) }
    }
    return sorted(one) == sorted(other)
  }

  static func lastComponent(_ path: String) -> String {
    String(
      decoding: path.utf8.split(separator: UInt8(ascii: "/")).last ?? "".utf8[...], as: UTF8.self)
  }

  /// Whether a path of an sdist lies in the folder that setuptools makes for metadata.
  static func isInEggInfo(_ path: String) -> Bool {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"))
    return parts.dropLast().contains { $0.suffix(9).elementsEqual(".egg-info".utf8) }
  }
}
