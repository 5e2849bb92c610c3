// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Cloud Build makes provenance of what it publishes, and fails where it cannot.
enum CloudBuildProvenance: AuditRule {
  static let description = RuleDescription(
    id: "cloudbuild-provenance", title: "Cloud Build makes provenance of what it publishes",
    severity: .medium, checklist: [26, 39],
    sources: ["Google Cloud, \"View build provenance\"", "SPEC 8"],
    why: """
      Cloud Build signs provenance of what its configuration names in `images` or `artifacts` and \
      what goes to Artifact Registry; a step that pushes by itself leaves none. Only with \
      `requestedVerifyOption: VERIFIED` does a build fail that could make none.
      """,
    fix: """
      name the files in `artifacts` (`pythonPackages`, `npmPackages`, …) or the image in `images`, \
      and set `options: requestedVerifyOption: VERIFIED`
      """,
    samples: [
      .cloudBuild(
        "an image without the option", .findings(lines: [4]),
        """
        steps:
          - name: gcr.io/cloud-builders/docker
            args: [build, --tag, europe-docker.pkg.dev/acme/a/a, .]
        images:
          - europe-docker.pkg.dev/acme/a/a
        """),
      RuleSample(
        "in JSON", .findings(lines: [3]),
        files: [
          (
            "cloudbuild.json",
            """
            {
              "steps": [{"name": "gcr.io/cloud-builders/docker", "args": ["build", "."]}],
              "images": ["europe-docker.pkg.dev/acme/a/a"],
              "options": {
                "machineType": "E2_HIGHCPU_8"
              }
            }

            """
          )
        ]),
      .cloudBuild(
        "a step that pushes, and one that uploads", .findings(lines: [3, 6]),
        """
        steps:
          - name: gcr.io/cloud-builders/docker
            args: [push, europe-docker.pkg.dev/acme/a/a]
          - name: python
            script: |
              twine upload dist/*
        """),
      .cloudBuild(
        "with the option", .good,
        """
        steps:
          - name: python
            args: [python, -m, build]
        artifacts:
          pythonPackages:
            - repository: https://europe-python.pkg.dev/acme/a
              paths: [dist/*]
        options:
          requestedVerifyOption: VERIFIED
        """),
      .cloudBuild(
        "nothing is published", .notApplicable,
        """
        steps:
          - name: python
            args: [pytest]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.buildFindings("no build of Cloud Build publishes") { file, findings in
      let build = file.build
      let recorded = build.artifacts.first {
        ["pythonPackages", "npmPackages", "mavenArtifacts", "goModules"].contains($0.key.string)
      }
      let root = build.document.root
      let named = build.images.isEmpty ? recorded : root.entry("images")
      if let named, build.verifyOption?.value != "VERIFIED" {
        findings.append(
          finding(
            "the build publishes even where it can make no provenance", .low,
            at: Finding.Place(file.path, named.key.span),
            fix: file.repair("ask for provenance that is verified") {
              () throws(YAMLEditRefusal) in
              try file.setting("requestedVerifyOption", to: "VERIFIED", in: "options")
            }))
      }
      var isAbout = named != nil
      let pushed = Set(build.images.map(\.value))
      for step in build.steps {
        for action in file.actions(of: step) {
          switch action.role {
          case .publish(.containerImage):
            isAbout = true
            // What is pushed by the end again has its provenance.
            guard !action.arguments.contains(where: { pushed.contains($0) }), pushed.isEmpty else {
              continue
            }
            findings.append(
              finding(
                "`\(action.means)` pushes an image by itself, which gets no provenance", .low,
                at: action.place, help: "name the image in `images` instead"))
          case .publish(.pypi), .publish(.npm), .publish(.other):
            isAbout = true
            guard recorded == nil else { continue }
            findings.append(
              finding(
                "`\(action.means)` uploads files of which Cloud Build makes no provenance",
                at: action.place,
                help: "attest them before (`hallmark attest`), or publish them by `artifacts`"))
          default: continue
          }
        }
      }
      return isAbout
    }
  }
}
