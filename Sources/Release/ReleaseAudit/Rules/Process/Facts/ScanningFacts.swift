// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Where GitLab CI and Cloud Build scan code.
struct ScanningFacts {
  /// Whether a scan runs without being asked.
  private(set) var runsByItself = false
  /// Jobs that scan when somebody starts them.
  private(set) var byHand: [Finding.Place] = []

  private static let templates = ["SAST", "AUTO-DEVOPS", "CODEQL", "SEMGREP", "SONAR"]
  private static let images = ["semgrep/", "returntocorp/semgrep", "sonarsource/", "codeql"]

  init(_ project: AuditedProject) {
    for pipeline in project.pipelines.gitLab {
      for include in pipeline.files.flatMap(\.includes) {
        let name = include.text.value.uppercased()
        switch include.source {
        case .template, .component, .remote, .project:
          // GitLab's jobs run in all pipelines, but for those of images and infrastructure.
          let isOther = name.contains("SAST-IAC")
          if !isOther, Self.templates.contains(where: { name.contains($0) }) { runsByItself = true }
        case .local: continue
        }
      }
    }
    var known: [ObjectIdentifier: Bool] = [:]
    func scans(_ script: GitLabScript) -> Bool {
      let id = ObjectIdentifier(script)
      if let found = known[id] { return found }
      let found = script.texts.contains { Self.scans($0.value) }
      known[id] = found
      return found
    }
    for site in project.gitLab.sites {
      let isImage = site.job.inherited(\.image).map { Self.isScanner($0.value.name.value) } ?? false
      guard site.scripts.contains(where: scans) || isImage && !site.job.scripts.isEmpty else {
        continue
      }
      switch GitLabStart(site) {
      case .everyday: runsByItself = true
      case .decision, .tag: byHand.append(site.place)
      case .unknown: continue
      }
    }
    for file in project.pipelines.builds {
      for step in file.build.steps {
        let texts = [step.script, step.shellArgument].compactMap { $0?.value }
        // Which event starts a build only its trigger tells; a build that scans is made to.
        if texts.contains(where: Self.scans)
          || step.image.map({ Self.isScanner($0.value) }) ?? false
        {
          runsByItself = true
        }
      }
    }
  }

  private static func isScanner(_ image: String) -> Bool {
    images.contains { image.lowercased().contains($0) }
  }

  /// Whether a script calls a scanner.
  static func scans(_ script: String) -> Bool {
    guard script.holds("semgrep") || script.holds("bandit") || script.holds("codeql") else {
      return false
    }
    return scans(ShellScript(script).invocations)
  }

  /// Whether one of some commands is a scanner.
  static func scans(_ invocations: [ShellInvocation]) -> Bool {
    invocations.contains { invocation in
      ["semgrep", "bandit"].contains(invocation.program)
        && !["install", "--version"].contains(invocation.arguments.first?.text ?? "")
        || invocation.program == "codeql" && invocation.isSubcommand(["database"])
    }
  }
}
