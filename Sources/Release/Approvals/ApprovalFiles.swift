// SPDX-License-Identifier: Apache-2.0

package import Encodings
import FoundationEssentials
package import Verification

/// The approvals that lie in a folder, and what else is in it.
package enum ApprovalFiles {
  /// Entries of a release's folder at most.
  package static let entryLimit = 10_000
  /// Approvals that are looked at at most.
  package static let limit = 1_000

  /// An entry of a folder.
  package struct Entry: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Whether it is a file, and not a link, folder, pipe or device.
    package let isRegular: Bool
  }

  /// The entries of a folder in the order of their names' bytes.
  ///
  /// - Throws: `FileError`.
  package static func entries(of folder: String) throws(FileError) -> [Entry] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw FileError(path: folder, problem: "the folder cannot be read")
    }
    guard names.count <= entryLimit else {
      throw FileError(path: folder, problem: "it has more than \(entryLimit) entries")
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { name in
      // Of a link, these are the link's own.
      let attributes = try? FileManager.default.attributesOfItem(atPath: path(name, in: folder))
      return Entry(
        name: name, isRegular: attributes?[.type] as? FileAttributeType == .typeRegular)
    }
  }

  /// Reads the approvals in a folder; what cannot be read is an entry with its reason.
  ///
  /// - Throws: `FileError` when the folder cannot be read or has too many.
  package static func read(
    folder: String
  ) throws(FileError) -> [(place: String, content: Result<[UInt8], DocumentError>)] {
    let found = try entries(of: folder).filter { isApproval($0.name) }
    guard found.count <= limit else {
      throw FileError(path: folder, problem: "it has more than \(limit) approvals")
    }
    return found.map { entry in
      let path = path(entry.name, in: folder)
      guard entry.isRegular else {
        return (path, .failure(DocumentError(path: "", problem: "it is not a regular file")))
      }
      do {
        return (path, .success(try FileReading.bytes(of: path, limit: Approval.sizeLimit)))
      } catch {
        return (path, .failure(DocumentError(path: "", problem: "\(error)")))
      }
    }
  }

  /// Whether a file's name is that of an approval.
  package static func isApproval(_ name: String) -> Bool {
    let suffix = Approval.suffix.utf8
    return name.utf8.count > suffix.count && name.utf8.suffix(suffix.count).elementsEqual(suffix)
  }

  /// A file in a folder.
  package static func path(_ name: String, in folder: String) -> String {
    folder.utf8.last == UInt8(ascii: "/") ? folder + name : "\(folder)/\(name)"
  }
}
