// SPDX-License-Identifier: Apache-2.0

/// A pattern for paths of targets (TUF specification §4.5, PATHPATTERN): `*` stands for any
/// characters and `?` for one, neither for `/`.
struct PathPattern: Hashable, Sendable {
  private let scalars: [Unicode.Scalar]

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
  }

  /// Whether a whole path fits, in at most as many steps as the product of the lengths.
  func matches(_ path: String) -> Bool {
    let path = Array(path.unicodeScalars)
    var position = 0
    var place = 0
    // Where to go on when what follows the last star does not fit: there the star takes one more.
    var star: (place: Int, position: Int)?
    while position < path.count {
      if place < scalars.count, scalars[place] == "*" {
        star = (place, position)
        place += 1
      } else if place < scalars.count,
        scalars[place] == path[position] || (scalars[place] == "?" && path[position] != "/")
      {
        place += 1
        position += 1
      } else if let last = star, path[last.position] != "/" {
        star = (last.place, last.position + 1)
        place = last.place + 1
        position = last.position + 1
      } else {
        return false
      }
    }
    return scalars[place...].allSatisfy { $0 == "*" }
  }
}
