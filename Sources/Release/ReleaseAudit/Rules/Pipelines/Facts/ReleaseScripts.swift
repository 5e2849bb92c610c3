// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A text of GitLab CI or Cloud Build by which a release for PyPI is built or published.
struct ReleaseScript {
  /// The text.
  let script: PipelineScript
  /// Whose it is: the name of the job, or `the build`.
  let owner: String
  /// Whether a variable is given to it, or set or named in the lines of the same job.
  let hasVariable: (String) -> Bool
}

extension AuditedProject {
  /// Whether a job of GitLab CI or a build of Cloud Build publishes to PyPI.
  var publishesByPipeline: Bool {
    gitLab.sites.contains { $0.isForPyPI } || pipelines.builds.contains { !$0.publications.isEmpty }
  }

  /// The texts of jobs that build or publish in pipelines and builds that publish to PyPI, each once.
  var releaseScripts: [ReleaseScript] {
    var result: [ReleaseScript] = []
    let entrances = Set(gitLab.sites.filter(\.isForPyPI).map(\.entrance))
    var seen: Set<ObjectIdentifier> = []
    for site in gitLab.sites
    where entrances.contains(site.entrance) && (site.isForPyPI || site.role.contains(.builds)) {
      for script in site.scripts where seen.insert(ObjectIdentifier(script)).inserted {
        guard let document = site.documents[script.path] else { continue }
        for text in script.texts {
          result.append(
            ReleaseScript(
              script: PipelineScript(
                text: text, document: document, path: script.path, isSubstituted: false),
              owner: "`\(site.name)`", hasVariable: { site.knows($0) }))
        }
      }
    }
    for file in pipelines.builds where !file.publications.isEmpty {
      for step in file.build.steps {
        let names = step.env.map { String($0.value.prefix { $0 != "=" }) }
        for (text, isSubstituted) in [(step.script, false), (step.shellArgument, true)] {
          guard let text else { continue }
          result.append(
            ReleaseScript(
              script: PipelineScript(
                text: text, document: file.build.document, path: file.path,
                isSubstituted: isSubstituted), owner: "the build",
              hasVariable: { names.contains($0) }))
        }
      }
    }
    return result
  }
}

extension GitLabFacts.Site {
  /// The file that its pipeline begins with.
  var entrance: String { pipeline.files.first?.path ?? "" }

  /// Whether a variable is set for the job, or one of ``ScriptReader/watched`` that its lines name.
  func knows(_ variable: String) -> Bool {
    mentioned.contains(variable) || job.variable(variable) != nil
  }

  /// The scripts whose lines run; `!reference` is followed.
  var scripts: [GitLabScript] {
    var result: [GitLabScript] = []
    var seen: Set<ObjectIdentifier> = []
    func add(_ script: GitLabScript, _ level: Int) {
      guard seen.insert(ObjectIdentifier(script)).inserted, level <= 10 else { return }
      result.append(script)
      for case .reference(let job, let key) in script.parts {
        if let other = pipeline.script(key, of: job) { add(other, level + 1) }
      }
    }
    for script in job.scripts { add(script, 0) }
    return result
  }
}

extension CloudBuildFile {
  /// What its steps do together.
  var role: StepRole {
    build.steps.reduce(into: StepRole()) { role, step in
      for text in [step.script, step.shellArgument] {
        if let text { role.formUnion(StepRole(script: text.value)) }
      }
      for action in actions(of: step) { role.formUnion(StepRole(action.role)) }
    }
  }
}
