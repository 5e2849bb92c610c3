// SPDX-License-Identifier: Apache-2.0

/// The short answer to "why does my file differ?".
extension ComparisonReport {
  /// The reason in one sentence; `nil` if the files are identical.
  ///
  /// Where build back ends differ, that is named first, because most differences of metadata follow
  /// from it.
  package var reason: String? {
    guard !differences.isEmpty else { return nil }
    guard let generator = differences.first(where: { $0.cause == .generatorVersion }) else {
      return Self.list(differences.map(\.cause.title))
    }
    let followers = differences.filter { follows($0) }
    let others = differences.filter { $0.cause != .generatorVersion && !follows($0) }
    var text =
      "it was built by \(generator.published ?? "an unnamed back end") and rebuilt by "
      + (generator.rebuilt ?? "an unnamed back end")
    if !followers.isEmpty {
      let titles = Self.list(followers.map(\.cause.title))
      text += "; \(titles) usually follow\(followers.count == 1 ? "s" : "") from that"
    }
    if !others.isEmpty {
      text += "; also \(Self.list(others.map(\.cause.title)))"
    }
    return text
  }

  /// Whether a difference usually follows from the version of the build back end, which differs.
  ///
  /// It says where to begin; the verdict does not depend on it.
  package func follows(_ difference: Difference) -> Bool {
    guard differences.contains(where: { $0.cause == .generatorVersion }) else { return false }
    switch difference.cause {
    case .metadataVersion, .licenceFields, .licencePath, .requiresDistForm, .metadataFields,
      .metadataForm, .wheelFields, .generatedFiles, .scmVersionFile, .recordForm, .zipHeader,
      .folderEntry:
      return true
    default: return false
    }
  }

  private static func list(_ titles: [String]) -> String {
    guard let last = titles.last, titles.count > 1 else { return titles.first ?? "" }
    return titles.dropLast().joined(separator: ", ") + " and " + last
  }
}

extension Difference {
  /// What to do about it, with this file's values where they make the advice exact.
  package var fix: String {
    if cause == .python38TarHeader, published == TarComparison.oldDevices {
      return "rebuild with CPython 3.8, as the published file was made by it or an older one"
    }
    guard cause == .generatorVersion, let published, let pin = Self.pin(published) else {
      return cause.fix
    }
    return
      "rebuild with the same back end: pin it in pyproject.toml, `requires = [\"\(pin)\"]`, or "
      + "lock it with `hallmark lock`"
  }

  // `hatchling 1.26.3` or `setuptools (75.6.0)`, as back ends name themselves, as a requirement.
  private static func pin(_ generator: String) -> String? {
    let parts = generator.utf8.split(separator: UInt8(ascii: " "))
      .map { String(decoding: Array($0), as: UTF8.self) }
    guard parts.count == 2, generator.utf8.count <= 80 else { return nil }
    let distributions = ["bdist_wheel": "wheel", "flit": "flit_core", "uv": "uv-build"]
    let name = distributions[parts[0]] ?? parts[0]
    let version = parts[1].utf8.filter { $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ")") }
    func isPlain(_ text: some Sequence<UInt8>) -> Bool {
      text.allSatisfy { byte in
        byte.isDigit || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || "._-".utf8.contains(byte)
      }
    }
    guard isPlain(name.utf8), isPlain(version), version.first?.isDigit == true else { return nil }
    return "\(name)==\(String(decoding: version, as: UTF8.self))"
  }
}
