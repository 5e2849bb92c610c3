// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import ReleaseAudit

/// The pages and lists around a release, each written from the facts and the workflow as it is.
struct Documents {
  let facts: AdoptionFacts

  /// How to report, and what gets fixes.
  var security: String {
    """
    # Security

    The latest release of \(facts.name) gets fixes.

    Please report a vulnerability in private, at \(facts.repository.url)/security/advisories/new, and
    not in an issue. You get an answer there, and a fix is released before the details are published.

    """
  }

  /// The paths that decide a release, with their owners.
  func codeOwners(of paths: [String]) -> String {
    let owners = facts.owners.joined(separator: " ")
    return "# What decides a release is reviewed by these people.\n"
      + paths.map { "\($0) \(owners)\n" }.joined()
  }

  /// The head of a file of allowed signers.
  var signers: String {
    """
    # Who may sign release tags: one line for each key, by `man ssh-keygen`, ALLOWED SIGNERS.
    #
    #   ADDRESS namespaces="git" ssh-ed25519 AAAA...
    #
    # Until there is one, no release is made: the workflow refuses every tag.

    """
  }

  /// What Dependabot brings up to date.
  func dependabot(folders: [(ecosystem: String, folder: String)]) -> String {
    let entries = folders.map { entry in
      let group = entry.ecosystem == "github-actions" ? "actions" : "python"
      return """
          - package-ecosystem: \(entry.ecosystem)
            directory: \(entry.folder)
            schedule:
              interval: weekly
            cooldown:
              default-days: 7
            groups:
              \(group):
                patterns: ["*"]

        """
    }
    return "# Updates come grouped, and not before others have had a week to look at them.\n"
      + "version: 2\nupdates:\n" + entries.joined()
  }

  /// How users verify a release.
  func verifying(_ markup: Markup) -> String {
    let file = "\(facts.name.filenameComponent)-VERSION-py3-none-any.whl"
    let commands = [
      "gh attestation verify \(file) --repo \(facts.repository) \\",
      "  --signer-workflow \(facts.repository)/\(facts.workflow)",
    ]
    return [
      markup.heading("Verify what you install"),
      markup.text(
        """
        Every file of a release is built and signed by the workflow \
        `\(facts.workflow)` of \(facts.repository.url), from a signed tag, and published from its \
        environment `\(facts.environment)`. Before you install one, you can check that:
        """),
      markup.code(commands),
      markup.text(
        """
        The same provenance is beside each file of a release at \(facts.repository.url)/releases. \
        With it in the same folder, this checks the file by the policy of this repository:
        """),
      markup.code(["hallmark verify \(file) --policy hallmark.toml"]),
    ].joined(separator: "\n")
  }

  /// How a release is made, from the workflow as it is.
  func releasing(_ outline: ReleaseOutline, _ markup: Markup) -> String {
    let isByHand = outline.events(of: facts.workflow).contains("workflow_dispatch")
    let tag = facts.tagPattern == "v*" ? "vX.Y.Z" : "X.Y.Z"
    var steps = [
      "A change sets the version and is merged into `\(facts.branch)` after a review.",
      "A release manager whose key is in `\(facts.signers)` signs the tag: "
        + "`git tag -s \(tag) -m \(tag)`, then `git push origin \(tag)`.",
    ]
    steps.append(
      isByHand
        ? "The same person starts `\(facts.workflowName)` with the tag as its ref: "
          + "`gh workflow run \(facts.workflowName) --ref \(tag)`."
        : "The tag starts `\(facts.workflowName)`.")
    steps.append(
      "Another release manager looks at the run and approves it in the environment "
        + "`\(facts.environment)`. Nothing is published before.")
    let jobs = outline.steps(of: facts.workflow).map { step in
      var line = "`\(step.job)`: \(step.title)"
      if !step.needs.isEmpty {
        line += ", after " + step.needs.map { "`\($0)`" }.joined(separator: ", ")
      }
      if let environment = step.environment { line += ", in the environment `\(environment)`" }
      line +=
        step.writes.isEmpty
        ? "; its token can write nothing"
        : "; its token has " + step.writes.map { "`\($0): write`" }.joined(separator: ", ")
      return line + "."
    }
    return [
      markup.heading("Making a release"),
      markup.list(steps, isNumbered: true),
      markup.text("What the jobs of `\(facts.workflow)` do, and what they may:"),
      markup.list(jobs, isNumbered: false),
      markup.text(
        """
        No token is stored anywhere: PyPI takes \(facts.name) from this workflow of \
        \(facts.repository) in the environment `\(facts.environment)` only (Trusted Publishing). \
        When a run fails before `publish`, correct the cause and make a new tag; a version that \
        is on PyPI is never uploaded again. `\(facts.requirementsStem).txt` locks what builds; \
        `hallmark adopt` writes it anew when `build-system.requires` changes.
        """),
    ].joined(separator: "\n")
  }
}
