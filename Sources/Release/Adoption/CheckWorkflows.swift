// SPDX-License-Identifier: Apache-2.0

/// The workflows besides the release: what looks at every change, and once a week.
struct CheckWorkflows {
  let facts: AdoptionFacts
  let pins: PinnedActions
  /// The requirements file of the tests, where they are known.
  var tests: String?

  private var checkout: String {
    """
          - uses: \(pins["actions/checkout"])
            with:
              persist-credentials: false
    """
  }

  /// Builds, installs and, where they are known, tests.
  var ci: String {
    let requirements = tests ?? facts.requirementsStem + ".txt"
    let versions = tests == nil ? [facts.python.ofReleases] : facts.python.tested
    let list = versions.map { "\"\($0)\"" }.joined(separator: ", ")
    let test = tests == nil ? "" : "\n          python -m pytest"
    return """
      # Builds and installs every change as a release would be.
      name: CI

      on:
        push:
          branches: [\(quoted(facts.branch))]
        pull_request:

      permissions: {}

      concurrency:
        group: ci-${{ github.ref }}
        cancel-in-progress: true

      jobs:
        test:
          name: Test (${{ matrix.python }})
          runs-on: ubuntu-24.04
          timeout-minutes: 15
          permissions:
            contents: read # to check out
          strategy:
            fail-fast: false
            matrix:
              python: [\(list)]
          steps:
      \(checkout)
            - uses: \(pins["actions/setup-python"])
              with:
                python-version: ${{ matrix.python }}
            - name: Build, install\(tests == nil ? "" : " and test")
              run: |
                python -m pip install --require-hashes --only-binary :all: -r \(requirements)
                python -m build --no-isolation
                python -m pip install --no-deps dist/*.whl\(test)

      """
  }

  /// Looks for mistakes in the code and in the workflows.
  var codeScanning: String {
    """
    # Looks for mistakes in the code and in the workflows.
    name: Code scanning

    on:
      push:
        branches: [\(quoted(facts.branch))]
      pull_request:
      schedule:
        - cron: "17 5 * * 1"

    permissions: {}

    concurrency:
      group: code-scanning-${{ github.ref }}
      cancel-in-progress: true

    jobs:
      analyze:
        name: Analyze (${{ matrix.language }})
        runs-on: ubuntu-24.04
        timeout-minutes: 30
        permissions:
          contents: read # to check out
          security-events: write # to report
        strategy:
          fail-fast: false
          matrix:
            language: [actions, python]
        steps:
    \(checkout)
          - uses: \(pins["github/codeql-action/init"])
            with:
              languages: ${{ matrix.language }}
          - uses: \(pins["github/codeql-action/analyze"])

    """
  }

  /// Looks at settings and habits.
  var scorecard: String {
    """
    # Looks at the project's settings and habits, and publishes what it finds.
    name: Scorecard

    on:
      branch_protection_rule:
      push:
        branches: [\(quoted(facts.branch))]
      schedule:
        - cron: "41 4 * * 3"

    permissions: {}

    concurrency:
      group: scorecard-${{ github.ref }}
      cancel-in-progress: true

    jobs:
      analysis:
        name: Scorecard
        runs-on: ubuntu-24.04
        timeout-minutes: 15
        permissions:
          contents: read # to check out
          actions: read # to look at workflows
          security-events: write # to report
          id-token: write # to publish the result
        steps:
    \(checkout)
          - uses: \(pins["ossf/scorecard-action"])
            with:
              results_file: results.sarif
              results_format: sarif
              publish_results: true
          - uses: \(pins["github/codeql-action/upload-sarif"])
            with:
              sarif_file: results.sarif

    """
  }

  private func quoted(_ name: String) -> String { "\"\(name)\"" }
}
