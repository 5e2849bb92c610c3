// SPDX-License-Identifier: Apache-2.0

import Adoption
import Encodings
import ReleaseAudit

/// Projects at GitLab as they are in the field.
extension Project {
  static let origin = "git@gitlab.com:acme/tools/greeting.git"

  private static func atGitLab(_ files: [String: String]) -> Project {
    var project = Project(files, repository: nil)
    var settings = GitSettings()
    settings.remotes = ["origin": origin]
    project.git = GitState(
      head: nil, branch: "main", headSignature: nil, tags: [], settings: settings)
    return project
  }

  /// What a package manager makes for a program.
  static let bareAtGitLab = atGitLab(bare.files)

  /// A package with tests in its pipeline, which releases by hand.
  static let testedAtGitLab: Project = {
    var files = pushed.files.filter { !$0.key.hasPrefix(".github/") }
    files["pyproject.toml"] = files["pyproject.toml"]?
      .replacing("https://github.com/acme/greeting", with: "https://gitlab.com/acme/tools/greeting")
    files[".gitlab-ci.yml"] = """
      # Our pipeline.
      stages: [check, test]

      default:
        before_script:
          - pip install nox  # the runner

      lint:
        stage: check
        image: python:3.12
        script: ["nox -s lint"]

      test:
        stage: test
        image: "python:3.13-slim"   # small
        script:
          - python -m unittest

      """
    return atGitLab(files)
  }()

  /// One that publishes by a stored token, as many tutorials show it.
  static let tokenAtGitLab: Project = {
    var project = testedAtGitLab
    project.files[".gitlab-ci.yml"] = """
      image: python:3.13

      include: /ci/lint.yml

      variables:
        PIP_CACHE_DIR: "$CI_PROJECT_DIR/.cache/pip"
        TWINE_USERNAME: __token__

      test:
        script:
          - pip install pytest
          - pytest

      # Publishes.
      deploy:
        stage: deploy
        variables:
          TWINE_PASSWORD: $PYPI_TOKEN
        script:
          - pip install build twine
          - python -m build
          - twine upload dist/*
        only:
          - tags

      """
    project.files["ci/lint.yml"] = "lint:\n  stage: test\n  script: [ruff check]\n"
    return project
  }()

  static let allAtGitLab: [(name: String, project: Project)] = [
    ("bare", bareAtGitLab), ("tested", testedAtGitLab), ("token", tokenAtGitLab),
  ]
}
