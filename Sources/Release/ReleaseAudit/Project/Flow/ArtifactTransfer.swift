// SPDX-License-Identifier: Apache-2.0

package import Workflows

/// A step that stores files as an artifact of the run, or fetches them.
package struct ArtifactTransfer: Hashable, Sendable {
  /// Which way the files go.
  package enum Direction: Hashable, Sendable {
    case upload, download
  }

  /// Which way the files go.
  package let direction: Direction
  /// The artifact's name, in which `*` stands for what only a run knows; of a download of several
  /// artifacts the pattern, `*` for all.
  package let name: String
  /// Whether the name is written, without pattern and expression.
  package let isExact: Bool
  /// Whether several artifacts go into one folder: `merge-multiple`.
  package let mergesMultiple: Bool
  /// Whether they come from another run or repository.
  package let isForeign: Bool
  /// The files or the folder, as they are written; empty where not given.
  package let path: String
  /// The name or pattern as it is written.
  package let nameText: WorkflowText?
  /// The index of the step in its job.
  package let step: Int
  /// The bytes of its `uses`.
  package let span: Range<Int>

  /// Reads a step; nil where it is no such step.
  package init?(_ step: Step) {
    guard let uses = step.uses, let action = uses.action else { return nil }
    let with = step.with
    let name = with?["name"]
    let pattern = with?["pattern"]
    self.step = step.index
    span = uses.text.span
    var path = with?["path"]?.value ?? ""
    var isForeign = false
    switch action {
    case "actions/upload-artifact", "actions/upload-artifact/merge",
      "actions/upload-pages-artifact":
      direction = .upload
      nameText = name
      let standard = action.hasSuffix("merge") ? "merged-artifacts" : "artifact"
      self.name =
        name?.pattern() ?? (action.hasSuffix("pages-artifact") ? "github-pages" : standard)
      isExact = name.map { !$0.hasExpressions } ?? true
    case "hynek/build-and-inspect-python-package":
      direction = .upload
      nameText = with?["upload-name-suffix"]
      self.name = "Packages" + (nameText?.pattern() ?? "")
      isExact = !(nameText?.hasExpressions ?? false)
      path = "dist"
    case "actions/download-artifact", "dawidd6/action-download-artifact":
      direction = .download
      nameText = name ?? pattern
      self.name = nameText?.pattern() ?? "*"
      isExact = name.map { !$0.hasExpressions } ?? false
      isForeign =
        action.hasPrefix("dawidd6") || with?["run-id"] != nil || with?["repository"] != nil
    default: return nil
    }
    self.path = path
    self.isForeign = isForeign
    mergesMultiple = with?["merge-multiple"]?.value == "true"
  }

  private init(_ other: Self, step: Int, span: Range<Int>) {
    direction = other.direction
    name = other.name
    isExact = other.isExact
    mergesMultiple = other.mergesMultiple
    isForeign = other.isForeign
    path = other.path
    nameText = other.nameText
    self.step = step
    self.span = span
  }

  /// The same from the step that uses the action in which it stands.
  func moved(step: Int, span: Range<Int>) -> Self { Self(self, step: step, span: span) }

  /// Whether the names of two transfers can be the same in a run.
  package func mayBeSame(as other: ArtifactTransfer) -> Bool {
    NamePattern.overlap(Array(name.utf8), Array(other.name.utf8))
  }
}

/// Names in which `*` stands for any text.
enum NamePattern {
  /// Whether some text matches both patterns.
  static func overlap(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let star = UInt8(ascii: "*")
    // A name longer than an artifact's may be cannot exist.
    guard left.count <= 1_000, right.count <= 1_000 else { return false }
    // For each place in the left pattern, the places in the right one that can be reached.
    var reached = [Bool](repeating: false, count: right.count + 1)
    reached[0] = true
    for place in 0...right.count where place > 0 && right[place - 1] == star {
      reached[place] = reached[place - 1]
    }
    for byte in left {
      var next = [Bool](repeating: false, count: right.count + 1)
      for place in 0...right.count {
        if byte == star {
          next[place] = reached[place] || place > 0 && next[place - 1]
          continue
        }
        if place > 0, right[place - 1] == star {
          next[place] = next[place - 1] || reached[place] || reached[place - 1]
        } else if place > 0, right[place - 1] == byte || right[place - 1] == UInt8(ascii: "?") {
          next[place] = reached[place - 1]
        }
      }
      reached = next
    }
    return reached[right.count]
  }
}
