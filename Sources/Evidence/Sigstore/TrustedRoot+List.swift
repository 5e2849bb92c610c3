// SPDX-License-Identifier: Apache-2.0

package import Encodings

extension TrustedRoot {
  /// Roots a file may hold at most.
  package static let listLimit = 16

  /// Reads one trusted root, or several, one per line, as GitHub's client prints them.
  ///
  /// - Throws: `DocumentError`.
  package static func list(parsing bytes: [UInt8]) throws(DocumentError) -> [TrustedRoot] {
    let lines = bytes.split(separator: 0x0a).filter { line in
      line.contains { $0 != 0x20 && $0 != 0x0d && $0 != 0x09 }
    }
    guard lines.count > 1, let first = lines.first,
      (try? JSONReader.parse(Array(first), limits: JSONLimits(size: bytes.count))) != nil
    else { return [try TrustedRoot(parsing: bytes)] }
    guard lines.count <= listLimit else {
      throw DocumentError(path: "", problem: "more than \(listLimit) trusted roots")
    }
    var roots: [TrustedRoot] = []
    for (number, line) in lines.enumerated() {
      do {
        roots.append(try TrustedRoot(parsing: Array(line)))
      } catch {
        throw DocumentError(path: "line \(number + 1)", problem: "\(error)")
      }
    }
    return roots
  }
}
