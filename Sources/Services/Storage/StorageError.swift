// SPDX-License-Identifier: Apache-2.0

import GRDB

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why something on disk cannot be read or written, with the way out.
package struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence that says what is wrong; it names the path.
  package let problem: String
  /// What the operator can do.
  package let help: String

  /// Describes a failure.
  package init(_ problem: String, help: String) {
    self.problem = problem
    self.help = help
  }

  /// The problem.
  package var description: String { problem }

  /// Explains a system call's error about a path.
  ///
  /// - Parameters:
  ///   - code: the value of `errno`.
  ///   - action: what was tried, such as `create the folder`.
  ///   - path: the file or folder.
  /// - Returns: the error to throw.
  package static func system(_ code: Int32, _ action: String, _ path: String) -> StorageError {
    switch code {
    case EROFS:
      StorageError(
        "cannot \(action) `\(path)`: the file system is read-only",
        help: "choose a data folder on a file system that can be written")
    case EACCES, EPERM:
      StorageError(
        "cannot \(action) `\(path)`: permission denied",
        help: "choose a data folder that this user may write, or correct its permissions")
    case ENOSPC, EDQUOT, EFBIG:
      StorageError(
        "cannot \(action) `\(path)`: no space is left for it",
        help: "free some space, or choose a data folder on another file system")
    case ENOTDIR, EEXIST:
      StorageError(
        "cannot \(action) `\(path)`: a file of that name is in the way",
        help: "choose another folder")
    case ENOENT:
      StorageError(
        "cannot \(action) `\(path)`: it does not exist", help: "check the path of the data folder")
    default:
      StorageError(
        "cannot \(action) `\(path)`: \(String(cString: strerror(code)).lowercasedFirst)",
        help: "check the data folder and its file system")
    }
  }

  /// Explains an error of the database library about a database file; other errors stay as they
  /// are.
  package static func database(_ error: any Error, _ path: String) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    switch error.resultCode {
    case .SQLITE_FULL: return system(ENOSPC, "write", path)
    case .SQLITE_READONLY: return system(EROFS, "write", path)
    case .SQLITE_CANTOPEN, .SQLITE_PERM: return system(EACCES, "open", path)
    case .SQLITE_NOTADB, .SQLITE_CORRUPT:
      return StorageError(
        "`\(path)` is damaged: it is not a readable SQLite database",
        help: "restore the data folder from a backup, or begin with a new one")
    default:
      // The statement and its values stay out of the text: they may hold what clients sent.
      return StorageError(
        "cannot use the database `\(path)`: SQLite error \(error.extendedResultCode.rawValue)",
        help: "check the data folder and its file system")
    }
  }
}

extension String {
  fileprivate var lowercasedFirst: String {
    prefix(1).lowercased() + dropFirst()
  }
}
