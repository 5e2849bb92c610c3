// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing
import Workflows

@Suite struct WorkflowTests {
  private func workflow(_ text: String) throws -> Workflow {
    Workflow(try YAMLDocument(parsing: Array(text.utf8)))
  }

  @Test(arguments: [
    ("on: push", ["push"]), ("\"on\": push", ["push"]),
    ("on: [push, 'pull_request']", ["push", "pull_request"]),
    ("on:\n  - push\n  - release", ["push", "release"]),
    ("on:\n  push:\n    tags: v*\n  workflow_dispatch:", ["push", "workflow_dispatch"]),
    ("on: {push: {tags: [v*]}}", ["push"]), ("name: a", []),
  ])
  func readsTriggers(text: String, events: [String]) throws {
    let found = try workflow(text + "\njobs: {}\n")
    #expect(found.triggers.map(\.event.value) == events)
    for trigger in found.triggers {
      #expect(found.document.text(trigger.event.span).contains(trigger.event.value))
    }
  }

  @Test func readsFiltersAndInputs() throws {
    let found = try workflow(
      """
      on:
        push: {branches: [main, 'v/**'], tags-ignore: x}
        schedule:
          - cron: '0 0 * * *'
          - cron: '1 1 * * *'
        workflow_dispatch:
          inputs:
            a: {type: choice, options: [x, y], required: true, default: x}
        workflow_call:
          inputs:
            b: {type: string}
          secrets:
            token: {required: true}
          outputs:
            c: {value: "${{ jobs.d.outputs.e }}"}
      jobs: {}
      """)
    let push = found.trigger("push")
    #expect(push?.filter("branches")?.values.map(\.value) == ["main", "v/**"])
    #expect(push?.filter("tags-ignore")?.values.map(\.value) == ["x"])
    #expect(push?.filter("tags") == nil)
    #expect(found.trigger("schedule")?.filters.count == 2)
    let input = found.trigger("workflow_dispatch")?.inputs.first
    #expect(input?.options.map(\.value) == ["x", "y"])
    #expect(input?.required?.value == "true")
    let call = found.trigger("workflow_call")
    #expect(call?.inputs.map(\.name.value) == ["b"])
    #expect(call?.secrets.map(\.name.value) == ["token"])
    #expect(call?.outputs.first?.value.expressions.first?.expression?.path == "jobs.d.outputs.e")
    #expect(found.problems.isEmpty)
  }

  @Test(arguments: [
    ("", nil, nil), ("permissions: read-all", "read", "none"),
    ("permissions: write-all", "write", "write"), ("permissions: {}", "none", "none"),
    ("permissions:", "none", "none"), ("permissions: {contents: write}", "write", "none"),
    ("permissions:\n  contents: read\n  id-token: write", "read", "write"),
    ("permissions: nonsense", nil, nil),
  ])
  func readsPermissions(text: String, contents: String?, idToken: String?) throws {
    let found = try workflow("on: push\njobs: {}\n\(text)\n")
    #expect(found.permissions?.access("contents") == contents)
    #expect(found.permissions?.access("id-token") == idToken)
  }

  @Test func readsJobsAndSteps() throws {
    let found = try workflow(
      """
      on: push
      env: {A: 1}
      permissions: {contents: read}
      concurrency: {group: g, cancel-in-progress: true}
      defaults: {run: {shell: bash}}
      jobs:
        build:
          name: Build it
          if: github.ref == 'refs/heads/main'
          runs-on: [self-hosted, linux]
          outputs: {digest: "${{ steps.x.outputs.d }}"}
          container: python:3.13
          services: {db: {image: "postgres@sha256:0"}}
          strategy: {fail-fast: false, matrix: {os: [a, b]}}
          timeout-minutes: 5
          steps:
            - uses: actions/checkout@v4 # v4.2.2
              id: x
              with: {Persist-Credentials: false}
            - run: |
                echo ${{ github.actor }}
              shell: sh
              working-directory: src
              if: ${{ always() }}
              env: {T: "${{ secrets.T }}"}
        publish:
          needs: build
          runs-on: {group: big, labels: x}
          environment: {name: pypi, url: https://pypi.org}
          permissions: {id-token: write}
          concurrency: c
          steps: []
        call:
          needs: [build, publish]
          uses: ./.github/workflows/other.yml
          with: {a: b}
          secrets: inherit
      """)
    #expect(found.problems == [])
    #expect(found.jobs.map(\.id.value) == ["build", "publish", "call"])
    #expect(found.concurrency?.cancelInProgress?.value == "true")
    #expect(found.defaults?.shell?.value == "bash")
    let build = try #require(found.job("build"))
    #expect(build.condition?.expression?.contexts == ["github.ref"])
    #expect(build.runsOn?.labels.map(\.value) == ["self-hosted", "linux"])
    #expect(build.outputs?["DIGEST"]?.hasExpressions == true)
    #expect(build.container?.image.value == "python:3.13")
    #expect(build.services.first?.container.image.value == "postgres@sha256:0")
    #expect(build.strategy?.failFast?.value == "false")
    #expect(build.steps[0].with?["persist-credentials"]?.value == "false")
    #expect(build.steps[0].uses("Actions/Checkout"))
    #expect(build.steps[0].uses?.comment?.text == "v4.2.2")
    #expect(build.steps[1].run?.expressions.first?.expression?.path == "github.actor")
    #expect(build.steps[1].condition?.expression?.functions == ["always"])
    #expect(build.steps[1].index == 1)
    let publish = try #require(found.job("publish"))
    #expect(publish.needs.map(\.value) == ["build"])
    #expect(publish.runsOn?.group?.value == "big")
    #expect(publish.environment?.name.value == "pypi")
    #expect(publish.concurrency?.group?.value == "c")
    #expect(found.permissions(of: publish)?.access("contents") == "none")
    #expect(found.permissions(of: build)?.access("contents") == "read")
    let call = try #require(found.job("call"))
    #expect(call.isCall)
    #expect(call.secrets?.inherits == true)
    #expect(call.with?["a"]?.value == "b")
    #expect(found.document.text(call.span).hasPrefix("call:"))
  }

  /// Pieces that are not what GitHub asks for, and the text that is named.
  @Test(arguments: [
    ("[]", "[]"), ("jobs: {}", "jobs: {}"), ("on: push", "on: push"),
    ("on: push\njobs: []", "[]"), ("on: push\njobs: {a: 1}", "1"),
    ("on: push\njobs: {a: {runs-on: x, steps: 1}}", "1"),
    ("on: push\njobs: {a: {runs-on: x, steps: [{name: b}]}}", "{name: b}"),
    ("on: push\njobs: {a: {runs-on: x, steps: [c]}}", "c"),
    ("on: push\njobs: {a: {runs-on: x, steps: [{uses: a/b@c, run: d}]}}", "{uses: a/b@c, run: d}"),
    ("on: push\njobs: {a: {runs-on: x, env: [1]}}", "[1]"),
    ("on: push\njobs: {a: {runs-on: x, env: {B: {}}}}", "{}"),
    ("on: push\njobs: {a: {steps: []}}", "a"),
    ("on: push\njobs: {a: {runs-on: x, if: []}}", "[]"),
    ("on: push\njobs: {a: {runs-on: x, needs: {b: c}}}", "{b: c}"),
    ("on: push\njobs: {a: {runs-on: x, environment: {url: y}}}", "{url: y}"),
    ("on: push\njobs: {}\npermissions: {contents: all}", "all"),
    ("on: push\njobs: {}\npermissions: most", "most"),
    ("on: push\non: push\njobs: {}", "on"), ("on: push\njobs: {[a]: {}}", "[a]"),
  ])
  func namesProblems(text: String, place: String) throws {
    let found = try workflow(text)
    #expect(found.problems.contains { found.document.text($0.span) == place })
  }

  @Test(arguments: [
    ("if: a == 'b'", false), ("if: ${{ a == 'b' }}", false), ("if: \"!a\"", false),
    ("if: ${{ a }} && b", true), ("if: |\n        ${{ a }}", true),
    ("if: |\n        a == 'b'", false),
  ])
  func knowsConditionsThatAlwaysHold(text: String, isAlways: Bool) throws {
    let found = try workflow("on: push\njobs:\n  a:\n    runs-on: x\n    \(text)\n")
    let condition = try #require(found.jobs.first?.condition)
    #expect(condition.isAlwaysTrue == isAlways)
    #expect((condition.expression == nil) == isAlways)
  }

  @Test func readsActions() throws {
    let text = """
      name: a
      inputs: {b: {required: true}}
      outputs: {c: {value: "${{ steps.d.outputs.e }}"}}
      runs:
        using: composite
        steps: [{run: echo, shell: bash, id: d}]
      """
    let action = Action(try YAMLDocument(parsing: Array(text.utf8)))
    #expect(action.isComposite)
    #expect(action.inputs.map(\.name.value) == ["b"])
    #expect(action.outputs.map(\.key.value) == ["c"])
    #expect(action.steps.map(\.id?.value) == ["d"])
    #expect(action.problems == [])
    let broken = Action(try YAMLDocument(parsing: Array("name: a".utf8)))
    #expect(broken.problems.count == 1)
  }
}
