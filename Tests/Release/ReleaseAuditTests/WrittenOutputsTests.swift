// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ReleaseAudit

/// What others wrote, through variables and outputs into a script.
@Suite struct WrittenOutputsTests {
  /// A script that writes the output `x`, and how the reader is graded.
  static let scripts: [(String, AuditSeverity)] = [
    (#"echo "x=$BODY" >> "$GITHUB_OUTPUT""#, .high),
    (#"echo "x=${BODY}" >> $GITHUB_OUTPUT"#, .high),
    (#"echo "X=${{ github.event.comment.body }}" >> $GITHUB_OUTPUT"#, .high),
    (#"echo "x=${BODY//[^a-z]/}" >> $GITHUB_OUTPUT"#, .medium),
    (#"echo "x=$(tr -cd a-z <<<"$BODY" | head -c 9)" >> $GITHUB_OUTPUT"#, .medium),
    (#"echo "x=$NUMBER" >> $GITHUB_OUTPUT"#, .info),
    (#"echo "y=$BODY" >> $GITHUB_OUTPUT"#, .info),
    (#"echo "x=$BODYS" >> $GITHUB_OUTPUT"#, .info),
    (#"echo "$BODY"; echo "x=1" >> $GITHUB_OUTPUT"#, .high),
    (#"make"#, .info),
  ]

  @Test(arguments: scripts, [true, false])
  func outputs(script: (String, AuditSeverity), isOfOtherJob: Bool) throws {
    let text = """
      on: issue_comment
      jobs:
        a:
          runs-on: ubuntu-24.04
          outputs:
            x: ${{ steps.s.outputs.x }}
          steps:
            - id: s
              env:
                BODY: ${{ github.event.comment.body }}
                NUMBER: ${{ github.event.issue.number }}
              run: |
                \(script.0)
      \(isOfOtherJob ? "  b:\n    needs: a\n    runs-on: ubuntu-24.04\n    steps:" : "")
            - run: ./x ${{ \(isOfOtherJob ? "needs.a" : "steps.s").outputs.x }}

      """
    let project = AuditedProject(
      files: [AuditedFile(path: ".github/workflows/a.yml", bytes: Array(text.utf8))],
      isWhole: true)
    #expect(project.problems.isEmpty)
    guard case .examined(let findings) = TemplateInjection.examine(project) else {
      Issue.record("nothing was examined")
      return
    }
    let last = try #require(findings.last)
    #expect(last.severity == script.1, "\(script.0)")
    #expect(last.message.contains("outputs.x"))
  }

  /// Variables and outputs that name each other end somewhere.
  @Test func circles() {
    let text = """
      on: issue_comment
      env: {A: "${{ env.A }}"}
      jobs:
        a:
          env: {A: "${{ env.B }}", B: "${{ env.A }}"}
          outputs: {x: "${{ needs.a.outputs.x }}"}
          steps:
            - id: s
              run: echo "x=${{ steps.s.outputs.x }}" >> $GITHUB_OUTPUT; echo ${{ env.A }}
            - run: ./x ${{ needs.a.outputs.x }} ${{ steps.s.outputs.x }}

      """
    let project = AuditedProject(
      files: [AuditedFile(path: ".github/workflows/a.yml", bytes: Array(text.utf8))],
      isWhole: true)
    guard case .examined(let findings) = TemplateInjection.examine(project) else {
      Issue.record("nothing was examined")
      return
    }
    #expect(findings.count == 4)
    #expect(findings.allSatisfy { $0.severity <= .low })
  }
}
