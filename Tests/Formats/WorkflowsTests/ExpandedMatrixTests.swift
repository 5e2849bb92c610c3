// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing
import Workflows

@Suite struct ExpandedMatrixTests {
  /// Names of checks for the `strategy.matrix` and the `name` of a job `t`.
  @Test(arguments: [
    ("{os: [a, b], v: [1, '2.0']}", nil, ["t (a, 1)", "t (a, 2.0)", "t (b, 1)", "t (b, 2.0)"]),
    ("{v: [3.10, 3.9]}", nil, ["t (3.1)", "t (3.9)"]),
    ("{v: ['3.10', '']}", nil, ["t (3.10)", "t"]),
    ("{os: [a, b], exclude: [{os: a}]}", nil, ["t (b)"]),
    // An addition to a combination is not shown; a combination of its own is.
    ("{os: [a], include: [{os: a, x: y}, {os: c, z: 1}]}", nil, ["t (a)", "t (c, 1)"]),
    ("{os: [a], include: [{os: a, x: y}]}", "n ${{ matrix.os }}/${{ matrix.x }}", ["n a/y"]),
    ("{include: [{a: 1, b: 2}, {a: 3}]}", nil, ["t (1, 2)", "t (3)"]),
    ("{p: [{n: x, m: y}]}", "T ${{ matrix.p.n }}", ["T x"]),
    ("{p: [{n: x, m: y}], exclude: [{p: {n: x}}], include: [{q: 1}]}", nil, ["t (1)"]),
    ("\"${{ fromJSON('{\\\"v\\\": [1, 2]}') }}\"", "T", ["T (1)", "T (2)"]),
    ("{v: \"${{ fromJSON('[5]') }}\"}", nil, ["t (5)"]),
    ("{v: \"${{ fromJSON(needs.a.outputs.b) }}\"}", nil, nil),
    ("\"${{ needs.a.outputs.m }}\"", nil, nil), ("{v: [1]}", "${{ github.ref }}", nil),
    ("text", nil, nil), ("{include: [x]}", nil, nil),
    ("{a: [\(String(repeating: "x, ", count: 100))x], b: [1, 2, 3]}", nil, nil),
    (
      "{v: [\(String(repeating: "l", count: 120))]}", nil,
      ["t (\(String(repeating: "l", count: 94))..."]
    ),
  ])
  func names(matrix: String, name: String?, expected: [String]?) throws {
    let text = """
      on: push
      jobs:
        t:
          runs-on: x
          \(name.map { "name: \($0)" } ?? "env: {}")
          strategy: {matrix: \(matrix)}
      """
    let workflow = Workflow(try YAMLDocument(parsing: Array(text.utf8)))
    let job = try #require(workflow.jobs.first)
    #expect(job.checkNames(in: workflow.document) == expected)
  }

  @Test func namesJobsWithoutMatrix() throws {
    let text = "on: push\njobs:\n  a: {runs-on: x}\n  b: {runs-on: x, name: B}\n"
    let workflow = Workflow(try YAMLDocument(parsing: Array(text.utf8)))
    #expect(workflow.jobs.map { $0.checkNames(in: workflow.document) } == [["a"], ["B"]])
  }
}
