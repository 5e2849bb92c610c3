// SPDX-License-Identifier: Apache-2.0

import Encodings
import Verification

/// Reads lists of checksums that the command line names.
enum ChecksumFile {
  /// The list in a file, as text or as base64.
  ///
  /// - Throws: `CommandFailure` that names the file.
  static func list(_ path: String, isBase64: Bool) throws(CommandFailure) -> ChecksumList {
    do {
      let bytes = try FileReading.bytes(of: path, limit: 32 << 20)
      return try isBase64 ? ChecksumList(parsingBase64: bytes) : ChecksumList(parsing: bytes)
    } catch let error as FileError {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the list of checksums cannot be used: \(error)", place: path,
          help: [
            "expected lines as `sha256sum` writes them"
              + (isBase64 ? ", as base64" : "; for base64 of them add --base64")
          ]))
    }
  }
}
