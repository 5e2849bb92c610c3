// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import TrustedPublishing

/// Whether and how an audit asks the forge.
struct AuditForgeOptions: ParsableArguments {
  @Flag(help: "Also ask the forge for the project's settings.")
  var forge = false

  @Flag(help: "With --fix: change the settings, after a question that --yes answers.")
  var applySettings = false

  @Option(
    help: ArgumentHelp(
      "With --fix: who is to approve runs that publish, if the environment lacks reviewers; at "
        + "GitLab `maintainers` names each of them.",
      valueName: "login"))
  var reviewer: [String] = []

  @OptionGroup var project: ForgeProjectOptions

  /// Refuses options that contradict each other.
  ///
  /// - Throws: `ValidationError`.
  func validate(pathCount: Int, fixes: Bool) throws {
    guard forge else {
      guard !applySettings, reviewer.isEmpty else {
        throw ValidationError("--apply-settings and --reviewer belong to --fix --forge.")
      }
      guard !project.isNamed, project.forgeURL == nil, project.forgeTokenFile == nil else {
        throw ValidationError(
          "--github, --gitlab, --forge-url and --forge-token-file belong to --forge.")
      }
      return
    }
    guard fixes || (!applySettings && reviewer.isEmpty) else {
      throw ValidationError("--apply-settings and --reviewer belong to --fix --forge.")
    }
    guard !project.isNamed || pathCount == 1 else {
      throw ValidationError("--github and --gitlab name one project; name its path alone.")
    }
    if let reference = try project.reference(tag: "v1") { _ = try project.base(reference.kind) }
  }
}
