// SPDX-License-Identifier: Apache-2.0

package import Encodings
import SourceText

/// A lock file of PEP 751, `pylock.toml`, as far as it locks files that an index serves.
///
/// Read are `lock-version`, and of each entry of `packages` its `name`, `version`, `marker`,
/// `wheels` and `sdist`, of these the names and `hashes.sha256`. A package from a repository
/// (`vcs`), a folder (`directory`) or an `archive` is refused, because no index serves it.
package struct Pylock: Hashable, Sendable {
  /// Bytes of a file.
  package static let sizeLimit = 16 << 20
  /// Packages of a file.
  package static let packageLimit = 20_000

  /// One file of a package.
  package struct File: Hashable, Sendable {
    /// Its name.
    package let filename: String
    /// Its digest.
    package let sha256: SHA256Hash
  }

  /// One package.
  package struct Package: Hashable, Sendable {
    /// The project in its version, with the marker.
    package let requirement: Requirement
    /// Its version.
    package let version: Version
    /// Its wheels, then its sdist.
    package let files: [File]
    /// Its place in the lock file, such as `packages[3]`.
    package let path: String
  }

  /// The packages, in order.
  package let packages: [Package]

  /// Reads a lock file.
  ///
  /// - Throws: ``PackagingError/lockFile(_:)``.
  package init(parsing bytes: [UInt8]) throws(PackagingError) {
    do {
      let root = try TOMLDocument(parsing: bytes, limits: TOMLLimits(size: Self.sizeLimit)).root
      let version = try root.required("lock-version")
      guard try version.string().utf8.starts(with: "1.".utf8) else {
        throw version.error("only version 1 of the lock format is known")
      }
      var packages: [Package] = []
      for node in try root.required("packages").array(limit: Self.packageLimit) {
        packages.append(try Self.package(node))
      }
      self.packages = packages
    } catch {
      throw .lockFile("\(error)")
    }
  }

  private static func package(_ node: TOMLNode) throws(TOMLError) -> Package {
    for source in ["vcs", "directory", "archive"] where try node.optional(source) != nil {
      throw node.error("it comes from `\(source)`, which no index serves")
    }
    let marker = try node.optional("marker")
    let requirement: Requirement
    let version: Version
    do {
      let project = try ProjectName(try node.required("name").string())
      version = try Version(try node.required("version").string())
      requirement = try Requirement(
        project: project, version: version, marker: try marker?.string())
    } catch let error as TOMLError {
      throw error
    } catch {
      throw node.error("\(error)")
    }
    for word in ["extras", "dependency_groups"] {
      if let marker, try marker.string().utf8.firstRange(of: word.utf8) != nil {
        throw marker.error("`\(word)` cannot be asked for in a requirements file")
      }
    }
    var files: [File] = []
    for wheel in try node.optional("wheels")?.array(limit: 10_000) ?? [] {
      files.append(try file(wheel))
    }
    if let sdist = try node.optional("sdist") { files.append(try file(sdist)) }
    guard !files.isEmpty else { throw node.error("it has neither `wheels` nor `sdist`") }
    return Package(
      requirement: requirement, version: version, files: files, path: node.path)
  }

  private static func file(_ node: TOMLNode) throws(TOMLError) -> File {
    let hash = try node.required("hashes").required("sha256")
    guard let digest = SHA256Hash(hexadecimal: try hash.string()) else {
      throw hash.error("expected 64 hexadecimal digits")
    }
    // The name may be left out where an address or a path ends in it.
    var name = try node.optional("name")?.string()
    if name == nil {
      var place = try node.optional("url")
      if place == nil { place = try node.optional("path") }
      name = try place?.string().utf8.prefix { !"?#".utf8.contains($0) }
        .split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) }
    }
    guard let name, (try? DistributionFilename(name)) != nil else {
      throw node.error("its file has no name of a wheel or an sdist")
    }
    return File(filename: name, sha256: digest)
  }
}
