// SPDX-License-Identifier: Apache-2.0

/// Which release of which project at which kind of forge.
package struct ForgeReference: Hashable, Sendable {
  /// The kind of a forge.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// GitHub, public or one's own.
    case github
    /// GitLab, public or one's own.
    case gitlab

    /// The name as people write it.
    package var title: String { self == .github ? "GitHub" : "GitLab" }
  }

  /// The kind of the forge.
  package let kind: Kind
  /// The project: `OWNER/REPOSITORY`; at GitLab the path with its groups, or the number.
  package let project: String
  /// The git tag of the release.
  package let tag: String

  /// Why a text is no reference.
  package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence.
    package let description: String
  }

  /// Names a release.
  ///
  /// - Throws: ``Problem`` for a project or tag that the forge cannot have: both become parts of
  ///   addresses.
  package init(_ kind: Kind, project: String, tag: String) throws(Problem) {
    let parts = project.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isNumber =
      kind == .gitlab && !project.isEmpty && project.utf8.count <= 18
      && project.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    let counts = kind == .github ? 2...2 : 2...24
    guard isNumber || (counts.contains(parts.count) && parts.allSatisfy({ Self.isName($0) })) else {
      throw Problem(
        description: kind == .github
          ? "a GitHub repository is written as OWNER/REPOSITORY"
          : "a GitLab project is written as GROUP/PROJECT, or by its number")
    }
    guard Self.isTag(tag) else {
      throw Problem(description: "the tag is not a name that git allows, in visible ASCII")
    }
    self.kind = kind
    self.project = project
    self.tag = tag
  }

  private static func isName(_ bytes: Substring.UTF8View.SubSequence) -> Bool {
    !bytes.isEmpty && bytes.count <= 255
      && !bytes.elementsEqual(".".utf8) && !bytes.elementsEqual("..".utf8)
      && bytes.allSatisfy { byte in
        (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a)
          || "._-".utf8.contains(byte)
      }
  }

  // git-check-ref-format(1), for the part after `refs/tags/`.
  private static func isTag(_ tag: String) -> Bool {
    let bytes = Array(tag.utf8)
    guard (1...255).contains(bytes.count),
      bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"~^:?*[\\".utf8.contains($0) }),
      bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "."),
      !tag.utf8.elementsEqual("@".utf8), bytes.firstRange(of: Array("..".utf8)) == nil,
      bytes.firstRange(of: Array("@{".utf8)) == nil
    else { return false }
    return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .allSatisfy { part in
        !part.isEmpty && part.first != UInt8(ascii: ".")
          && !part.suffix(5).elementsEqual(".lock".utf8)
      }
  }
}
