// SPDX-License-Identifier: Apache-2.0

/// The members of an object while it is read, with the question whether a name is new.
///
/// Names are equal if their bytes are.
struct UniqueMembers {
  /// The members so far.
  var all: [JSONObject.Member] = []
  private var names: Set<[UInt8]> = []

  /// Beyond this many members a set is quicker than looking at each.
  private static let few = 16

  /// Whether no member so far, and no name that was asked for, is the given one.
  mutating func isNew(_ name: String) -> Bool {
    guard all.count >= Self.few else {
      return !all.contains { $0.isNamed(name) }
    }
    if names.isEmpty {
      for member in all { names.insert(Array(member.key.utf8)) }
    }
    return names.insert(Array(name.utf8)).inserted
  }
}
