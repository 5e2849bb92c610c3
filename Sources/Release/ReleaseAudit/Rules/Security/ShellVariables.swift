// SPDX-License-Identifier: Apache-2.0

extension String {
  /// Whether a shell puts the value of a variable here: `$NAME`, `${NAME}`, `${NAME:-…}`.
  func expands(_ name: String) -> Bool {
    for mark in ["$\(name)", "${\(name)"] {
      var start = 0
      while let place = firstPlace(of: mark, from: start) {
        let after = utf8.dropFirst(place + mark.utf8.count).first ?? 0x20
        let goesOn =
          after == UInt8(ascii: "_") || (0x30...0x39).contains(after)
          || (0x41...0x5A).contains(after & 0xDF)
        if !goesOn { return true }
        start = place + 1
      }
    }
    return false
  }
}
