// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Images are named by digest.
enum UnpinnedImage: AuditRule {
  static let id = "unpinned-image"

  static let description = RuleDescription(
    id: id, title: "container images are named by digest", severity: .high, checklist: [],
    sources: [
      "OpenSSF Scorecard, Pinned-Dependencies", "OCI Distribution 1.1, \"Pulling manifests\"",
    ],
    why: """
      A tag of an image is moved by whoever can push to its repository; `latest` moves with every \
      release. A job that runs in the image runs whatever is there today. Only a digest says which \
      image was meant.
      """,
    fix: "write `image:tag@sha256:…`; the digest is what `docker buildx imagetools inspect` shows",
    samples: [
      RuleSample(
        "no tag, and the moving one", .findings(lines: [6, 9]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              runs-on: ubuntu-24.04
              container: quay.io/pypa/manylinux_2_28_x86_64
              services:
                database:
                  image: postgres:latest
              steps:
                - run: make test

          """),
      .steps(
        "a step's image", .findings(lines: [8]),
        """
        - uses: docker://ghcr.io/octo-org/tool
        """),
      RuleSample(
        "images of a matrix", .findings(lines: [10]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              strategy:
                matrix:
                  image: [debian, alpine]
              runs-on: ubuntu-24.04
              container:
                image: ${{ matrix.image }}
              steps:
                - run: make test

          """),
      RuleSample(
        "a digest", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              runs-on: ubuntu-24.04
              container: debian:13@sha256:9a5a13f2dd4ae33d7a8e9ac1a0e3e0cb5e3a8b2e7e6d9c3f1a2b3c4d5e6f7a8b
              steps:
                - run: make test

          """),
      .steps(
        "a version, which can be moved", .findings(lines: [8]),
        """
        - uses: docker://ghcr.io/octo-org/tool:1.2.3
        """),
      RuleSample(
        "a command in a release", .findings(lines: [8, 9]),
        workflow: """
          on:
            release:
          permissions: {}
          jobs:
            build:
              runs-on: ubuntu-24.04
              steps:
                - run: docker run --rm -v "$PWD:/io" quay.io/pypa/manylinux_2_28_x86_64 /io/build
                - run: docker run -e MODE=release --name=tool octo/tool:1.2 && make

          """),
      RuleSample(
        "a command with a digest, and with what was built here", .good,
        workflow: """
          on:
            release:
          permissions: {}
          jobs:
            build:
              runs-on: ubuntu-24.04
              steps:
                - run: docker build -t octo/tool:dev .
                - run: docker run --rm octo/tool:dev
                - run: docker run --rm octo/tool@sha256:9a5a13f2dd4ae33d7a8e9ac1a0e3e0cb5e3a8b2e7e6d9c3f1a2b3c4d5e6f7a8b
                - run: docker run --rm "$IMAGE"

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.workflows.isEmpty || !project.actions.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    for file in project.workflows {
      for job in file.workflow.jobs {
        // Services may all take their images from one large matrix.
        var known: [String: Problem?] = [:]
        let isReleased = isReleased(job, file, project)
        for container in [job.container].compactMap({ $0 }) + job.services.map(\.container) {
          look(container.image, job.strategy?.matrix, file.path, isReleased, &known, &findings)
        }
        look(job.steps.compactMap(\.uses), file.path, isReleased, &findings)
      }
    }
    for site in project.steps {
      if let job = site.job, let file = project.workflow(at: site.path) {
        let runs = DockerRun.all(in: site)
        guard !runs.isEmpty, isReleased(job, file, project) else { continue }
        for run in runs { report(problem(run.image), run.span, site.path, true, &findings) }
      } else {
        look([site.step.uses].compactMap { $0 }, site.path, false, &findings)
      }
    }
    for file in project.actions {
      if let image = file.action.image, image.value.hasPrefix("docker://") {
        report(
          problem(String(image.value.dropFirst(9))), image.span, file.path, false, &findings)
      }
    }
    return .examined(findings)
  }

  /// Whether a job makes what is released, or belongs to a workflow of releases.
  private static func isReleased(
    _ job: Job, _ file: WorkflowFile, _ project: AuditedProject
  ) -> Bool {
    file.workflow.trigger("release") != nil || project.releaseScope.contains(job, of: file.path)
  }

  private static func look(
    _ uses: [UsesReference], _ path: String, _ isReleased: Bool, _ findings: inout [Finding]
  ) {
    for uses in uses {
      guard case .docker = uses.target else { continue }
      report(
        problem(String(uses.text.value.dropFirst(9))), uses.text.span, path, isReleased, &findings)
    }
  }

  private static func look(
    _ image: WorkflowText, _ matrix: Matrix?, _ path: String, _ isReleased: Bool,
    _ known: inout [String: Problem?], _ findings: inout [Finding]
  ) {
    guard image.hasExpressions else {
      report(problem(image.value), image.span, path, isReleased, &findings)
      return
    }
    guard image.isExpression else {
      return report(problem(image.value), image.span, path, isReleased, &findings)
    }
    guard let expression = image.expressions[0].expression else {
      return report(.unclear, image.span, path, isReleased, &findings)
    }
    var problems: [Problem] = []
    for outcome in expression.outcomes {
      if case .string(let text) = outcome {
        if let problem = problem(text) { problems.append(problem) }
      } else if let context = outcome.path, context.hasPrefix("matrix.") {
        let problem: Problem?
        if let found = known[context] {
          problem = found
        } else {
          let names = context.split(separator: ".").map(String.init)
          problem = worst(
            (matrix?.texts(names) ?? []).compactMap {
              $0.holds("${{") ? .unclear : Self.problem($0)
            })
          known[context] = .some(problem)
        }
        if let problem { problems.append(problem) }
      } else {
        problems.append(.unclear)
      }
    }
    // One finding per image, about the worst that it can be.
    report(worst(problems), image.span, path, isReleased, &findings)
  }

  private static func worst(_ problems: [Problem]) -> Problem? {
    problems.min { $0.rank < $1.rank }
  }

  /// What is wrong with the name of an image.
  private enum Problem {
    case noTag(String)
    case latest(String)
    case tag(String)
    case unclear

    /// How bad it is; 0 is the worst.
    var rank: Int {
      switch self {
      case .noTag, .latest: 0
      case .tag: 1
      case .unclear: 2
      }
    }
  }

  private static func problem(_ image: String) -> Problem? {
    if image.isEmpty || image.contains("@") { return nil }
    let name = image.split(separator: "/").last ?? ""
    let halves = name.split(separator: ":", maxSplits: 1)
    if halves.count < 2 { return .noTag(image) }
    return halves[1] == "latest" ? .latest(image) : .tag(image)
  }

  private static func report(
    _ problem: Problem?, _ span: Range<Int>, _ path: String, _ isReleased: Bool,
    _ findings: inout [Finding]
  ) {
    guard let problem else { return }
    let (severity, message): (AuditSeverity, String) =
      switch problem {
      case .noTag(let image): (.high, "the image `\(image)` has neither tag nor digest")
      case .latest(let image): (.high, "the image `\(image)` is whatever is the latest")
      case .tag(let image):
        (
          isReleased ? .medium : .low,
          "the image `\(image)` has a tag, which can be moved, but no digest"
        )
      case .unclear: (.low, "only a run tells whether the image has a digest")
      }
    findings.append(
      Finding(rule: id, severity: severity, message, at: Finding.Place(path, span)))
  }
}

extension Matrix {
  /// The texts under a path such as `matrix.image`.
  func texts(_ path: [String]) -> [String] {
    let rest = path.dropFirst()
    var result: [String] = []
    for dimension in dimensions where dimension.name.value.lowercased() == rest.first {
      if let text = dimension.expression { result.append(text.value) }
      for value in dimension.values { value.texts(rest.dropFirst(), &result) }
    }
    for item in include?.items ?? [] { item.texts(rest, &result) }
    return result
  }
}

extension YAMLNode {
  /// The texts under a path of keys.
  fileprivate func texts(_ path: ArraySlice<String>, _ result: inout [String]) {
    if let items {
      for item in items { item.texts(path, &result) }
    } else if let entries {
      for entry in entries where path.isEmpty || entry.key.string?.lowercased() == path.first {
        entry.value.texts(path.dropFirst(), &result)
      }
    } else if let string, path.isEmpty, !isNull {
      result.append(string)
    }
  }
}
