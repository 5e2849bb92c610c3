// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A text of a GitLab CI or Cloud Build file that a shell runs.
struct PipelineScript {
  /// The text.
  let text: WorkflowText
  /// Its document.
  let document: YAMLDocument
  /// The path of its file.
  let path: String
  /// Whether Cloud Build has written its substitutions into the text before a shell sees it.
  let isSubstituted: Bool

  /// The place of a part of the text.
  func place(_ part: Range<Int>) -> Finding.Place {
    Finding.Place(path, text.span(of: part, in: document))
  }
}

extension AuditedProject {
  /// Findings of all texts that shells run, each once, or that there are none.
  func pipelineScripts(_ body: (PipelineScript, inout [Finding]) -> Void) -> RuleOutcome {
    guard !pipelines.gitLab.isEmpty || !pipelines.builds.isEmpty else {
      return .notApplicable("there is neither a GitLab CI nor a Cloud Build file")
    }
    var findings: [Finding] = []
    var seen: Set<Finding.Place> = []
    for (script, document) in gitLab.scripts {
      for text in script.texts
      where seen.insert(Finding.Place(script.path, text.span)).inserted {
        body(
          PipelineScript(text: text, document: document, path: script.path, isSubstituted: false),
          &findings)
      }
    }
    for file in pipelines.builds {
      for step in file.build.steps {
        for (text, isSubstituted) in [(step.script, false), (step.shellArgument, true)] {
          guard let text else { continue }
          body(
            PipelineScript(
              text: text, document: file.build.document, path: file.path,
              isSubstituted: isSubstituted), &findings)
        }
      }
    }
    return .examined(findings)
  }
}
