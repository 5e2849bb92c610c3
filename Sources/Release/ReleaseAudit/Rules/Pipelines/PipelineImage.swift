// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Images of GitLab jobs and of Cloud Build's steps are named by digest.
enum PipelineImage: AuditRule {
  static let description = RuleDescription(
    id: "pipeline-image", title: "images of GitLab jobs and Cloud Build steps are named by digest",
    severity: .high, checklist: [18, 39],
    sources: ["GitLab Docs, \"Pipeline security\"", "OpenSSF Scorecard, Pinned-Dependencies"],
    why: """
      The image is the program: whoever can push to its tag runs code in the job, with its \
      variables and its identity. `latest` and a name without a tag move with every release.
      """,
    fix: "write `image:tag@sha256:…`; the digest is what `docker buildx imagetools inspect` shows",
    samples: [
      .gitLab(
        "no tag, the moving one, a tag", .findings(lines: [1, 4, 6]),
        """
        image: python
        test:
          services:
            - postgres:latest
          image:
            name: python:3.13
          script: [pytest]
        """),
      .gitLab(
        "a tag where files are published", .findings(lines: [2]),
        """
        publish:
          image: python:3.13
          script: [twine upload dist/*]
        """),
      .cloudBuild(
        "a step's images", .findings(lines: [2, 4]),
        """
        steps:
          - name: python
            args: [pytest]
          - name: gcr.io/cloud-builders/docker
            args: [build, .]
        """),
      .gitLab(
        "one image of many jobs", .findings(lines: [2]),
        """
        test:
          image: python:3.13
          script: [pytest]
        lint:
          image: python:3.13
          script: [ruff check]
        """),
      .gitLab(
        "by a variable of the file", .findings(lines: [4]),
        """
        variables:
          PYTHON: python
        test:
          image: $PYTHON
          script: [pytest]
        """),
      .gitLab(
        "by a variable of elsewhere", .good,
        """
        test:
          image: $PYTHON
          script: [pytest]
        """),
      .gitLab(
        "a digest", .good,
        """
        test:
          image: python:3.13@sha256:9a5a13f2dd4ae33d7a8e9ac1a0e3e0cb5e3a8b2e7e6d9c3f1a2b3c4d5e6f7a8b
          script: [pytest]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let builds = project.pipelines.builds
    guard !project.pipelines.gitLab.isEmpty || !builds.isEmpty else {
      return .notApplicable("there is neither a GitLab CI nor a Cloud Build file")
    }
    var findings: [Finding] = []
    // Images of jobs that publish or sign matter most.
    var important: Set<Finding.Place> = []
    for site in project.gitLab.sites
    where !site.published.isEmpty || site.role.contains(.attests) || site.role.contains(.builds) {
      if let image = site.job.inherited(\.image) {
        important.insert(Finding.Place(image.definition.path, image.value.name.span))
      }
    }
    // What is set for all jobs may name an image.
    var variables: [String: String] = [:]
    for file in project.pipelines.gitLab.flatMap(\.files) {
      for (name, entry) in file.defaults.flatMap({ Array($0.variables) })
      where variables[name] == nil {
        variables[name] = entry.value.value
      }
    }
    for file in project.pipelines.gitLabFiles.values.sorted(by: { $0.path < $1.path }) {
      var seen: Set<Range<Int>> = []
      var uses = Uses()
      for definition in file.defaults + file.definitions {
        for image in [definition.image].compactMap({ $0 }) + (definition.services ?? []) {
          guard seen.insert(image.name.span).inserted else { continue }
          let place = Finding.Place(file.path, image.name.span)
          let name = resolved(image.name.value, variables)
          uses.add(name, place, isImportant: important.contains(place))
        }
      }
      report(uses, &findings)
    }
    for file in builds {
      let gives = !file.build.images.isEmpty || !file.build.artifacts.isEmpty
      var uses = Uses()
      let substitutions = Dictionary(
        (file.build.substitutions?.entries ?? []).map { ($0.key.value, $0.value.value) },
        uniquingKeysWith: { first, _ in first })
      for step in file.build.steps {
        guard let image = step.image else { continue }
        uses.add(
          resolved(image.value, substitutions), Finding.Place(file.path, image.span),
          isImportant: gives)
      }
      report(uses, &findings)
    }
    return .examined(findings)
  }

  /// What a variable stands for that is all of an image's name; else the name.
  private static func resolved(_ image: String, _ variables: [String: String]) -> String {
    guard image.hasPrefix("$") else { return image }
    let isBraced = image.hasPrefix("${") && image.hasSuffix("}")
    let name = isBraced ? image.dropFirst(2).dropLast() : image.dropFirst()
    guard let value = variables[String(name)], !value.isEmpty else { return image }
    return value
  }

  /// The images of a file, each with the places of those that matter as much.
  private struct Uses {
    struct Key: Hashable {
      let image: String
      let isImportant: Bool
    }

    private(set) var keys: [Key] = []
    private(set) var places: [Key: [Finding.Place]] = [:]

    mutating func add(_ image: String, _ place: Finding.Place, isImportant: Bool) {
      let key = Key(image: image, isImportant: isImportant)
      if places[key] == nil { keys.append(key) }
      places[key, default: []].append(place)
    }
  }

  private static func report(_ uses: Uses, _ findings: inout [Finding]) {
    for key in uses.keys {
      guard let places = uses.places[key], let first = places.first else { continue }
      report(
        key.image, first, isImportant: key.isImportant,
        related: Array(places.dropFirst().prefix(50)),
        &findings)
    }
  }

  private static func report(
    _ image: String, _ place: Finding.Place, isImportant: Bool, related: [Finding.Place],
    _ findings: inout [Finding]
  ) {
    // Templates have placeholders such as `_`.
    guard image.contains(where: \.isLetter), !image.contains("@sha256:"), !image.contains("@$")
    else { return }
    let name = image.split(separator: "/").last ?? ""
    // What a variable, an input or an earlier job of the same run names is not in this file.
    if image.contains("$") {
      // A tag that is written counts all the same: `$REGISTRY/tool:latest`.
      guard name.hasSuffix(":latest") else { return }
    }
    let halves = name.split(separator: ":", maxSplits: 1)
    // Google's own builders have no versions that could be named beside a digest.
    let isBuilder =
      image.hasPrefix("gcr.io/cloud-builders/") || image.hasPrefix("gcr.io/google.com/")
    let severity: AuditSeverity
    let message: String
    if halves.count < 2 {
      severity = isBuilder ? .low : isImportant ? .high : .medium
      message = "the image `\(image)` has neither tag nor digest"
    } else if halves[1] == "latest" {
      severity = isBuilder ? .low : isImportant ? .high : .medium
      message = "the image `\(image)` is whatever is the latest"
    } else {
      severity = isImportant ? .low : .info
      message = "the tag of the image `\(image)` can be moved: it has no digest"
    }
    findings.append(finding(message, severity, at: place, related: related))
  }
}
