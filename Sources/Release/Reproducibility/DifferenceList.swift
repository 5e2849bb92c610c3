// SPDX-License-Identifier: Apache-2.0

/// Collects differences, one group per cause, within bounds.
struct DifferenceList {
  private struct Group {
    var count = 0
    var examples: [Difference.Example] = []
    var excerpts = 0
  }

  private struct Row {
    var sizes: (published: Int?, rebuilt: Int?)
    var causes: [DifferenceCause]
  }

  let isWheel: Bool
  let limits: ComparisonLimits
  private var groups: [DifferenceCause: Group] = [:]
  private var order: [[UInt8]] = []
  private var rows: [[UInt8]: Row] = [:]

  init(isWheel: Bool, limits: ComparisonLimits) {
    self.isWheel = isWheel
    self.limits = limits
  }

  var isEmpty: Bool { groups.isEmpty }

  /// Adds what was found about a member, or about `count` of them.
  ///
  /// The excerpt is made only while there is room for it.
  mutating func add(
    _ cause: DifferenceCause, member: ComparedMember?, published: String? = nil,
    rebuilt: String? = nil, count: Int = 1, excerpt: () -> Excerpt? = { nil }
  ) {
    var group = groups[cause, default: Group()]
    group.count += count
    if group.examples.count < limits.examples {
      let shown = group.excerpts < limits.excerpts ? excerpt() : nil
      if shown != nil { group.excerpts += 1 }
      group.examples.append(
        Difference.Example(
          member: member?.path, published: published, rebuilt: rebuilt, excerpt: shown))
    }
    groups[cause] = group
    guard let member else { return }
    let key = Array(member.path.utf8)
    if rows[key] == nil {
      rows[key] = Row(sizes: (member.publishedSize, member.rebuiltSize), causes: [])
      order.append(key)
    }
    rows[key]?.causes.append(cause)
  }

  /// The differences from what weighs most to what weighs least.
  var differences: [Difference] {
    DifferenceCause.allCases.compactMap { cause in
      groups[cause].map { group in
        Difference(
          cause: cause, weight: cause.weight(isWheel: isWheel), count: group.count,
          examples: group.examples)
      }
    }
  }

  var changes: [ComparisonReport.Change] {
    order.prefix(limits.changes).compactMap { key in
      rows[key].map { row in
        ComparisonReport.Change(
          path: String(decoding: key, as: UTF8.self), publishedSize: row.sizes.published,
          rebuiltSize: row.sizes.rebuilt, causes: row.causes)
      }
    }
  }

  var furtherChanges: Int { max(0, order.count - limits.changes) }

  /// The verdict over files whose bytes are not the same.
  ///
  /// Bytes that differ without any difference found would be a hole in the comparison; that is
  /// never a pass.
  var verdict: RebuildVerdict {
    var fields: [RebuildVerdict.ContainerField: Int] = [:]
    var isMetadata = false
    for (cause, group) in groups {
      switch cause.weight(isWheel: isWheel) {
      case .different: return .different
      case .metadata: isMetadata = true
      case .container(let field): fields[field, default: 0] += group.count
      }
    }
    if isMetadata { return .equivalentMetadata }
    return fields.isEmpty ? .different : .identicalGiven(fields)
  }
}

/// A member as the differences name it.
struct ComparedMember {
  let path: String
  var publishedSize: Int?
  var rebuiltSize: Int?
}
