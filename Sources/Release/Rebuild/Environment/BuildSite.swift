// SPDX-License-Identifier: Apache-2.0

package import Encodings
import PythonPackaging
package import SystemPackage

/// A folder with an interpreter's virtual environment in which exactly the packages of a lock are
/// installed.
package struct BuildSite: Hashable, Sendable {
  /// One wheel that was installed.
  package struct Wheel: Hashable, Sendable {
    /// Its name.
    package let filename: String
    /// Its digest.
    package let sha256: SHA256Hash
  }

  /// The virtual environment.
  package let folder: FilePath
  /// The interpreter it is for.
  package let interpreter: Interpreter
  /// The wheels that are installed, by name.
  package let wheels: [Wheel]
}

extension BuildSite {
  /// Which wheels of a lock are installed, told by the tags that they state: of a package with
  /// wheels for several platforms only one is.
  static func installed(
    of lock: BuildLock, tags: (Pylock.Package) -> Set<String>?
  ) -> [Wheel] {
    var wheels: [Wheel] = []
    for package in lock.pylock.packages {
      let files = package.files.filter(BuildLock.isWheel)
      // Not installed here: its marker does not hold.
      guard let stated = tags(package) else { continue }
      let matching = files.filter { expanded(tagsOf: $0.filename) == stated }
      let chosen = files.count == 1 || matching.isEmpty ? files : matching
      wheels += chosen.map { Wheel(filename: $0.filename, sha256: $0.sha256) }
    }
    return wheels.sorted { $0.filename.utf8.lexicographicallyPrecedes($1.filename.utf8) }
  }

  /// `py2.py3-none-any` stands for `py2-none-any` and `py3-none-any`.
  static func expanded(tagsOf filename: String) -> Set<String> {
    let parts = filename.dropLast(".whl".count).split(separator: "-").suffix(3).map {
      $0.split(separator: ".")
    }
    guard parts.count == 3 else { return [] }
    var tags: Set<String> = []
    for python in parts[0] {
      for abi in parts[1] {
        for platform in parts[2] { tags.insert("\(python)-\(abi)-\(platform)") }
      }
    }
    return tags
  }
}
