// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Writes for whoever started the server: results to standard output, all else to standard error.
enum ServerOutput {
  /// Writes a line that a program may read.
  static func result(_ line: String) {
    write(line, to: .standardOutput)
  }

  /// Writes a line for a person.
  static func report(_ line: String) {
    write(line, to: .standardError)
  }

  private static func write(_ line: String, to handle: FileHandle) {
    // Nobody reads any more: that does not stop the server.
    try? handle.write(contentsOf: Data((line + "\n").utf8))
  }
}
