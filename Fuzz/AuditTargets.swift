// SPDX-License-Identifier: Apache-2.0

import Encodings
import ReleaseAudit
import SourceText
import Workflows

extension FuzzTarget {
  /// Files of an audited project.
  static let audits: [FuzzTarget] = [
    FuzzTarget("yaml") { bytes in
      let document = try YAMLDocument(parsing: bytes, limits: yamlLimits)
      check(document.root, within: 0..<bytes.count, of: document)
      for comment in document.comments {
        require(bytes[comment.span.lowerBound] == UInt8(ascii: "#"), "a comment begins elsewhere")
      }
    },
    FuzzTarget("expression") { bytes in
      guard let text = String(validating: bytes, as: UTF8.self) else { return }
      let expression = try Expression(parsing: text)
      _ = expression.contexts
    },
    FuzzTarget("shell-script") { bytes in
      for dialect in [ShellScript.Dialect.posix, .powerShell] {
        let script = ShellScript(scanning: bytes, in: 0..<bytes.count, dialect: dialect)
        for command in script.commands {
          require(command.span.upperBound <= bytes.count, "a command ends after its script")
        }
        _ = script.invocations
      }
    },
    FuzzTarget("action-pins") { bytes in
      let pins = try ActionPins(parsing: bytes)
      requireSame(pins) { try ActionPins(parsing: Array(pins.json.compactText.utf8)) }
    },
    FuzzTarget("git-refs") { bytes in
      let refs = try ServedRefs(parsing: bytes)
      for name in refs.tags.map(\.name) + refs.branches.map(\.name) {
        require(!name.isEmpty, "a ref has no name")
      }
      for commit in refs.tags.map(\.commit) + refs.branches.map(\.commit) {
        require(commit.utf8.count == 40 || commit.utf8.count == 64, "a commit is none")
      }
    },
    FuzzTarget("audit") { bytes in
      for path in [
        ".github/workflows/release.yml", ".gitlab-ci.yml", "cloudbuild.yaml", "renovate.json",
      ] {
        let project = AuditedProject(
          files: [AuditedFile(path: path, bytes: bytes)], isWhole: false)
        for rule in AuditRules.all {
          guard case .examined(let findings) = rule.examine(project) else { continue }
          for finding in findings {
            guard finding.place.path == path else { continue }
            require(
              (finding.place.span?.upperBound ?? 0) <= bytes.count, "a finding ends after all")
            guard let edits = finding.fix?.edits[path] else { continue }
            require(edits.applied(to: bytes) != nil, "edits of a fix are in each other's way")
          }
        }
      }
    },
  ]

  private static let yamlLimits = YAMLLimits(size: 1 << 20, depth: 64, nodes: 20_000)

  private static func check(_ node: YAMLNode, within outer: Range<Int>, of document: YAMLDocument) {
    require(
      node.span.lowerBound >= outer.lowerBound && node.span.upperBound <= outer.upperBound,
      "a value ends after what holds it")
    switch node.content {
    case .scalar(let scalar):
      let bytes = document.bytes[node.span]
      guard scalar.style == .plain, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return }
      require(scalar.text.utf8.elementsEqual(bytes), "a plain text is another than its bytes")
    case .sequence(let items, _):
      for item in items { check(item, within: node.span, of: document) }
    case .mapping(let entries, _):
      for entry in entries {
        check(entry.key, within: outer, of: document)
        check(entry.value, within: outer, of: document)
      }
    case .alias: break
    }
  }
}
