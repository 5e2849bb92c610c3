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
  /// What is known of a lock's packages after their installation.
  struct Installed: Sendable {
    /// The wheels that are certainly installed.
    var wheels: [Wheel] = []
    /// Packages that are installed from one of several wheels, the likely ones first.
    var unclear: [(package: Pylock.Package, candidates: [Pylock.File])] = []
  }

  /// Which wheels of a lock are installed, told by the tags that they state: of a package with
  /// wheels for several platforms only one is.
  ///
  /// - Parameters:
  ///   - lock: the lock.
  ///   - tags: the tags of an installed package; `nil` for one that is not installed, because its
  ///     marker does not hold.
  /// - Returns: what is known.
  static func installed(of lock: BuildLock, tags: (Pylock.Package) -> Set<String>?) -> Installed {
    var installed = Installed()
    for package in lock.pylock.packages {
      let files = package.files.filter(BuildLock.isWheel)
      guard let stated = tags(package) else { continue }
      let matching = files.filter { expanded(tagsOf: $0.filename) == stated }
      // A wheel may be named by other tags than it states; then its name does not tell.
      if let only = files.count == 1 ? files.first : matching.first, matching.count < 2 {
        installed.wheels.append(Wheel(filename: only.filename, sha256: only.sha256))
      } else {
        let candidates = matching.isEmpty ? files : matching
        let (likely, others) = (
          candidates.filter { !expanded(tagsOf: $0.filename).isDisjoint(with: stated) },
          candidates.filter { expanded(tagsOf: $0.filename).isDisjoint(with: stated) }
        )
        installed.unclear.append((package, likely + others))
      }
    }
    return installed
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
