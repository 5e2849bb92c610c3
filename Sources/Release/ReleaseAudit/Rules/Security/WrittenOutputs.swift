// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Outputs that scripts of the same workflow write from values that others choose.
///
/// Only lines that write an output by themselves are looked at: `echo "x=$BODY" >> "$GITHUB_OUTPUT"`.
enum WrittenOutputs {
  /// What judges a context where a step stands.
  typealias Judge = (_ path: String, _ site: StepSite) -> RunValue

  // Longer scripts and more steps are not looked through for each of their readers.
  private static let longest = 16_384
  private static let most = 1_000

  /// Judges an output of a job.
  ///
  /// - Parameters:
  ///   - output: The output's name in lowercase.
  ///   - id: The job's key in lowercase.
  ///   - site: The step that reads it.
  ///   - judge: What judges the contexts in it.
  /// - Returns: What others can put into it; nil where nothing is known.
  static func value(
    of output: String, job id: String, from site: StepSite, _ judge: Judge
  ) -> RunValue? {
    guard let workflow = site.workflow,
      let job = workflow.jobs.prefix(most).first(where: { $0.id.value.lowercased() == id }),
      let text = job.outputs?[output], let step = job.steps.first
    else { return nil }
    let there = site.at(step, of: job)
    return text.expressions.flatMap { $0.expression?.flowingPaths ?? [] }
      .map { judge($0, there) }.max()
  }

  /// Judges an output that a script of the same job or action writes.
  ///
  /// - Parameters:
  ///   - output: The output's name in lowercase.
  ///   - id: The step's id in lowercase.
  ///   - site: The step that reads it.
  ///   - judge: What judges the contexts in it.
  /// - Returns: What others can put into it; nil where nothing is known.
  static func value(
    of output: String, step id: String, from site: StepSite, _ judge: Judge
  ) -> RunValue? {
    let steps = site.job?.steps ?? site.action?.steps ?? []
    guard
      let step = steps.prefix(most).first(where: { $0.id?.value.lowercased() == id }),
      let run = step.run, run.value.utf8.count <= longest, run.value.holds("GITHUB_OUTPUT")
    else { return nil }
    let there = site.at(step, of: site.job)
    var worst: RunValue?
    for line in run.value.split(separator: "\n").map(String.init)
    where line.holds("GITHUB_OUTPUT") && line.lowercased().contains(output + "=") {
      for embedded in run.expressions where line.contains(embedded.source) {
        for path in embedded.expression?.flowingPaths ?? [] {
          worst = max(worst ?? .fixed, judge(path, there))
        }
      }
      for (name, value) in there.variables where line.expands(name) {
        for path in value.expressions.flatMap({ $0.expression?.flowingPaths ?? [] }) {
          // What goes through a program or a substitution on the way may lose what harms.
          let isChanged = line.contains("|") || line.contains("${\(name)/")
          let judged = judge(path, there)
          worst = max(worst ?? .fixed, isChanged ? min(judged, .structured) : judged)
        }
      }
    }
    return worst
  }
}

extension StepSite {
  /// The variables of the environment that a step has, the nearest of each name.
  fileprivate var variables: [(name: String, value: WorkflowText)] {
    var names: Set<String> = []
    var result: [(name: String, value: WorkflowText)] = []
    for env in [step.env, job?.env, workflow?.env].compactMap({ $0 }) {
      for entry in env.entries where names.insert(entry.key.value).inserted {
        result.append((entry.key.value, entry.value))
      }
    }
    return result
  }
}
