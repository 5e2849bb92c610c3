// SPDX-License-Identifier: Apache-2.0

extension RuleSample {
  /// A sample of steps in a job of a workflow that is otherwise sound: line 1 of the steps is
  /// line 8 of the file.
  static func steps(
    _ name: String, _ expectation: Expectation, on event: String = "push", _ steps: String
  ) -> Self {
    let indented = steps.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.isEmpty ? "" : "      \($0)"
    }
    let head = """
      on: \(event)
      permissions: {}
      jobs:
        build:
          runs-on: ubuntu-24.04
          timeout-minutes: 10
          steps:

      """
    return Self(name, expectation, workflow: head + indented.joined(separator: "\n") + "\n")
  }

  /// A sample of one `dependabot.yml`.
  static func dependabot(_ name: String, _ expectation: Expectation, _ text: String) -> Self {
    Self(name, expectation, files: [(".github/dependabot.yml", text + "\n")])
  }
}
