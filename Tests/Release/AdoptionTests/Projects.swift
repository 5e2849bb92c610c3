// SPDX-License-Identifier: Apache-2.0

import Adoption
import Encodings
import Foundation
import ReleaseAudit

/// A project in memory, and what an adoption makes of it.
struct Project {
  var files: [String: String]
  var profile = AuditProfile.spec8
  var git: GitState?
  var answers: AdoptionAnswers

  init(_ files: [String: String], repository: String? = "acme/greeting") {
    self.files = files
    answers = AdoptionAnswers()
    answers.repository = repository
    answers.owners = ["@acme/releasers"]
    answers.license = .mit
  }

  var audited: AuditedProject {
    AuditedProject(
      files: files.map { AuditedFile(path: $0.key, bytes: Array($0.value.utf8)) }, isWhole: true,
      profile: profile, git: git)
  }

  var record: AdoptionRecord? {
    files[AdoptionRecord.path].flatMap { try? AdoptionRecord(parsing: Array($0.utf8)) }
  }

  /// What a lock would be, in the place of an index.
  static func lock(_ requirements: [String]) -> String {
    requirements.map { text in
      let name = text.prefix { $0.isLetter || $0.isNumber || "-_".contains($0) }
      return "\(name)==1.0 \\\n    --hash=sha256:\(String(repeating: "0", count: 64))\n"
    }.joined()
  }

  func plan(locks: Bool = true) throws -> AdoptionPlan {
    let project = audited
    let facts = try AdoptionFacts(project, record: record, answers: answers)
    let wanted = AdoptionPlan.requirementsToLock(project, facts, record)
    let tools = AdoptionPlan.toolsToLock(project, facts, record)
    return try AdoptionPlan(
      project, facts: facts, record: record, lock: locks ? wanted.map(Self.lock) : nil,
      toolsLock: locks ? tools.map(Self.lock) : nil, license: answers.license)
  }

  /// The project with the changes of a plan.
  func applying(_ plan: AdoptionPlan) -> Project {
    var project = self
    for change in plan.changes {
      project.files[change.path] = String(decoding: change.after, as: UTF8.self)
    }
    return project
  }

  // MARK: - Projects as they are in the field

  /// What a package manager makes for a program: no build system, no license, an empty page.
  static let bare = Project([
    "pyproject.toml": """
    [project]
    name = "greeting"
    version = "0.1.0"
    description = "Add your description here"
    readme = "README.md"
    requires-python = ">=3.11"
    dependencies = []

    """,
    "README.md": "", ".gitignore": "__pycache__/\n/dist/\n",
  ])

  /// A package whose one job builds and publishes on every push, and whose tests run beside it.
  static let pushed = Project([
    "pyproject.toml": """
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "greeting"
    version = "4.0.0"
    readme = "README.md"
    license = {file = "LICENSE.txt"}

    [project.urls]
    Homepage = "https://github.com/acme/greeting"

    """,
    "README.md": "# Greeting\n\nSays hello.\n", "LICENSE.txt": "MIT License\n",
    ".github/workflows/release.yml": """
    name: Release
    on:
      push:
        branches:
          - main
    jobs:
      build-and-publish:
        runs-on: ubuntu-latest
        permissions:
          id-token: write
        steps:
        - name: Checkout
          uses: actions/checkout@v4
        - uses: actions/setup-python@v5
          with:
            python-version: '3.x'
        - run: python -m pip install -U setuptools wheel build
        - run: python -m build .
        - uses: pypa/gh-action-pypi-publish@release/v1

    """,
    ".github/workflows/test.yml": """
    name: Test
    on: [push, pull_request]
    jobs:
      test:
        strategy:
          matrix:
            python: ['3.12', '3.13']
        runs-on: ubuntu-latest
        steps:
        - uses: actions/checkout@v4
        - uses: actions/setup-python@v5
          with:
            python-version: ${{ matrix.python }}
        - run: python -m unittest

    """,
  ])

  /// A project of the 2023 kind: build, generator, publish, started by a tag; lists and pages.
  static let generated = Project([
    "pyproject.toml": """
    [build-system]
    requires = ["hatchling>=1.6.0,<2"]
    build-backend = "hatchling.build"

    [project]
    name = "greeting_card"
    readme = "README.md"
    license = {file = "LICENSE"}
    dynamic = ["version"]

    [project.urls]
    Source = "https://github.com/acme/greeting"

    """,
    "README.md": "# Greeting card\n", "LICENSE": "CC0 1.0 Universal\n", "CHANGELOG.md": "# News\n",
    "SECURITY.md": """
    # Security

    The latest version is supported. Report at
    https://github.com/acme/greeting/security/advisories

    """,
    ".github/CODEOWNERS": ".github/ @acme/owners\npyproject.toml @acme/owners\n",
    ".github/dependabot.yml": """
    version: 2
    updates:

    # Only what matters.
    - package-ecosystem: "github-actions"
      directory: "/.github/workflows"
      schedule:
        interval: "daily"
      ignore:
      - dependency-name: "*"
        update-types:
        - "version-update:semver-patch"

    - package-ecosystem: "pip"
      directory: "/requirements"
      schedule:
        interval: "daily"
      ignore:
      - dependency-name: "*"
        update-types:
        - "version-update:semver-patch"

    """,
    "requirements/publish.in": "build\nhatch\n",
    "requirements/publish.txt": "build==1.0 --hash=sha256:00\n",
    ".github/workflows/ci.yml": """
    name: "CI"
    permissions: "read-all"
    on:
      push:
        branches: ["main"]
      pull_request:
    jobs:
      test:
        runs-on: "ubuntu-latest"
        steps:
        - uses: "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"
        - run: pytest tests/

    """,
    ".github/workflows/publish.yml": """
    name: "Publish"
    on:
      push:
        tags:
          - "*"
    permissions:
      contents: read
    jobs:
      Build:
        runs-on: "ubuntu-latest"
        outputs:
          hashes: ${{ steps.hash.outputs.hashes }}
        steps:
        - uses: "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"
        - run: python -m pip install -r requirements/publish.txt
        - run: SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct) python -m build
        - id: hash
          run: cd dist && echo "hashes=$(sha256sum * | base64 -w0)" >> $GITHUB_OUTPUT
        - uses: "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f"
          with:
            name: "dist"
            path: "dist/"
      Provenance:
        needs: ["Build"]
        uses: "slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v1.5.0"
        permissions:
          actions: read
          id-token: write
          contents: write
        with:
          base64-subjects: "${{ needs.Build.outputs.hashes }}"
          upload-assets: true
      Publish:
        needs: ["Build", "Provenance"]
        runs-on: "ubuntu-latest"
        permissions:
          contents: write
          id-token: write
        environment:
          name: "publish"
        steps:
        - uses: "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c"
          with:
            name: "dist"
            path: "dist/"
        - run: gh release upload ${{ github.ref_name }} dist/* --repo ${{ github.repository }}
        - uses: "pypa/gh-action-pypi-publish@0bf742be3ebe032c25dd15117957dc15d0cfc38d"

    """,
  ])

  /// A release workflow that also tests.
  static let mixed: Project = {
    var project = pushed
    project.files[".github/workflows/test.yml"] = nil
    project.files[".github/workflows/release.yml"] = """
      name: Everything
      on: [push, pull_request]
      jobs:
        # What every change must pass.
        test:
          runs-on: ubuntu-latest
          steps:
            - uses: actions/checkout@v4
            - run: python -m unittest
        publish:
          if: github.ref_type == 'tag'
          needs: test
          runs-on: ubuntu-latest
          permissions:
            id-token: write
          steps:
            - uses: actions/checkout@v4
            - run: python -m build
            - uses: pypa/gh-action-pypi-publish@release/v1

      """
    return project
  }()

  static let all: [(name: String, project: Project)] = [
    ("bare", bare), ("pushed", pushed), ("generated", generated), ("mixed", mixed),
  ]
}
