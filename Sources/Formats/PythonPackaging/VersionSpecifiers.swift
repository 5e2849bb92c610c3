// SPDX-License-Identifier: Apache-2.0

/// Which versions somebody wants: a set of clauses that must all hold (PEP 440, "Version
/// specifiers").
///
/// `>=1.4,<2,!=1.7.*` has three clauses. The empty set wants any version.
package struct VersionSpecifiers: Hashable, Sendable {
  /// Most clauses of a set.
  package static let limit = 32

  /// The comparison of a clause.
  enum Comparison: String, Hashable, CaseIterable {
    // Longer ones first: `==` would be found within `===`.
    case identical = "==="
    case equal = "=="
    case unequal = "!="
    case atMost = "<="
    case atLeast = ">="
    case compatible = "~="
    case below = "<"
    case above = ">"
  }

  /// One clause, such as `>=1.4` or `==1.4.*`.
  struct Clause: Hashable {
    let comparison: Comparison
    let version: Version
    /// Whether `.*` stood behind the version.
    let isPrefix: Bool
  }

  let clauses: [Clause]

  /// The set that wants any version.
  package static let any = VersionSpecifiers(clauses: [])

  private init(clauses: [Clause]) { self.clauses = clauses }

  /// Wants exactly one version.
  package init(exactly version: Version) {
    clauses = [Clause(comparison: .equal, version: version, isPrefix: false)]
  }

  /// Reads clauses separated by commas.
  ///
  /// - Throws: ``PackagingError/requirement(_:reason:)``.
  package init(_ text: String) throws(PackagingError) {
    var clauses: [Clause] = []
    let parts = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: true)
    guard parts.count <= Self.limit else {
      throw .requirement(text, reason: "it has more than \(Self.limit) version clauses")
    }
    for part in parts {
      let bytes = Array(part.drop { $0.isASCIIWhitespace })
      guard !bytes.isEmpty else { continue }
      guard
        let comparison = Comparison.allCases.first(where: { bytes.starts(with: $0.rawValue.utf8) })
      else {
        throw .requirement(text, reason: "a version clause must start with a comparison like `==`")
      }
      var rest = bytes.dropFirst(comparison.rawValue.utf8.count).drop { $0.isASCIIWhitespace }
      while let last = rest.last, last.isASCIIWhitespace { rest.removeLast() }
      var isPrefix = false
      if rest.suffix(2).elementsEqual(".*".utf8) {
        guard comparison == .equal || comparison == .unequal else {
          throw .requirement(text, reason: "`.*` belongs to `==` and `!=` only")
        }
        isPrefix = true
        rest = rest.dropLast(2)
      }
      let version = try Version(String(decoding: rest, as: UTF8.self))
      guard !isPrefix || version.isOnlyNumbers else {
        throw .requirement(text, reason: "`.*` belongs behind the numbers of a version")
      }
      guard comparison != .compatible || version.release.count >= 2 else {
        throw .requirement(text, reason: "`~=` needs a version of at least two numbers")
      }
      clauses.append(Clause(comparison: comparison, version: version, isPrefix: isPrefix))
    }
    self.clauses = clauses
  }

  /// The version of a set that is one `==` (or `===`) without `.*`.
  package var pin: Version? {
    guard clauses.count == 1, let clause = clauses.first, !clause.isPrefix,
      clause.comparison == .equal || clause.comparison == .identical
    else { return nil }
    return clause.version
  }

  /// Whether a clause names a pre-release, which asks for pre-releases.
  package var namesPreRelease: Bool {
    clauses.contains { $0.comparison != .unequal && $0.version.isPreRelease }
  }

  /// Whether a version satisfies all clauses; pre-releases are not special here.
  package func contains(_ version: Version) -> Bool {
    clauses.allSatisfy { $0.matches(version) }
  }

  /// The set as text, normalised.
  package var text: String {
    clauses.map { clause in
      clause.comparison.rawValue + clause.version.normalized + (clause.isPrefix ? ".*" : "")
    }.joined(separator: ",")
  }
}

extension VersionSpecifiers.Clause {
  func matches(_ candidate: Version) -> Bool {
    // A clause without a local part does not ask for one.
    let plain = version.isLocal ? candidate : candidate.withoutLocal
    switch comparison {
    case .equal: return isPrefix ? candidate.startsAs(version) : plain == version
    case .unequal: return isPrefix ? !candidate.startsAs(version) : plain != version
    case .identical:
      return candidate.text.utf8.map(\.asciiLowercased)
        .elementsEqual(version.text.utf8.map(\.asciiLowercased))
    case .atMost: return candidate.withoutLocal <= version
    case .atLeast: return candidate.withoutLocal >= version
    case .compatible:
      // `~=2.2.post3` is `>=2.2.post3, ==2.*`.
      return candidate.withoutLocal >= version
        && candidate.startsAs(version, numbers: version.release.count - 1)
    case .below:
      guard candidate < version else { return false }
      // `<3.1` does not mean 3.1rc1.
      return version.isPreRelease || !candidate.isPreRelease
        || candidate.baseKey != version.baseKey
    case .above:
      guard candidate > version else { return false }
      // `>1.7` means neither 1.7.0.post1 nor 1.7.0+local.
      if version.postRelease == nil, candidate.postRelease != nil,
        candidate.baseKey == version.baseKey, candidate.preRelease == version.preRelease
      {
        return false
      }
      return !(candidate.isLocal && candidate.withoutLocal == version)
    }
  }
}

extension Version {
  /// Epoch and release without trailing zeros.
  fileprivate var baseKey: [Numeral] {
    let zeros = release.reversed().prefix { $0 == .zero }.count
    return [epoch] + release.dropLast(zeros)
  }

  /// Whether the version has nothing but epoch and numbers.
  fileprivate var isOnlyNumbers: Bool {
    preRelease == nil && postRelease == nil && developmentRelease == nil && !isLocal
  }

  /// The version without its local part.
  fileprivate var withoutLocal: Version {
    guard isLocal, let plain = normalized.utf8.split(separator: UInt8(ascii: "+")).first,
      let version = try? Version(String(decoding: plain, as: UTF8.self))
    else { return self }
    return version
  }

  /// Whether the version starts with another (PEP 440, "Version matching", `==1.1.*`).
  fileprivate func startsAs(_ prefix: Version, numbers: Int? = nil) -> Bool {
    let wanted = Array(prefix.release.prefix(numbers ?? prefix.release.count))
    let padding = [Numeral](repeating: .zero, count: max(0, wanted.count - release.count))
    return epoch == prefix.epoch && (release + padding).starts(with: wanted)
  }
}
