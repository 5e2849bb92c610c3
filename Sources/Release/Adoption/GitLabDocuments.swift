// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import ReleaseAudit

/// The pages and lists around a release at GitLab, each written from the facts and the pipeline as
/// it is.
struct GitLabDocuments {
  let facts: AdoptionFacts

  /// How to report, and what gets fixes.
  var security: String {
    """
    # Security

    The latest release of \(facts.name) gets fixes.

    Please report a vulnerability in private, by a confidential issue:
    \(facts.repository.url)/-/issues/new?issue%5Bconfidential%5D=true

    Only you and members of the project who may handle issues see it. You get an answer there, and
    a fix is released before the details are published.

    """
  }

  /// What Renovate brings up to date: images of the pipeline, and requirements with their hashes.
  var renovate: String {
    """
    {
      "$schema": "https://docs.renovatebot.com/renovate-schema.json",
      "extends": ["config:recommended"],
      "schedule": ["before 6am on monday"],
      "minimumReleaseAge": "7 days",
      "osvVulnerabilityAlerts": true,
      "pip_requirements": {
        "managerFilePatterns": ["/^requirements/.+\\\\.txt$/"]
      },
      "packageRules": [
        {
          "matchManagers": ["gitlabci", "gitlabci-include"],
          "groupName": "pipeline",
          "pinDigests": true
        },
        {
          "matchManagers": ["pip_requirements", "pep621"],
          "groupName": "python"
        }
      ]
    }

    """
  }

  /// How users verify a release.
  func verifying(_ markup: Markup) -> String {
    let file = "\(facts.name.filenameComponent)-VERSION-py3-none-any.whl"
    return [
      markup.heading("Verify what you install"),
      markup.text(
        """
        Every file of a release is built and signed by the pipeline `\(facts.workflow)` of \
        \(facts.repository.url), from a signed tag, and published from its environment \
        `\(facts.environment)`. PyPI keeps the attestation beside each file. Before you install \
        one, you can check that:
        """),
      markup.code([
        "pypi-attestations verify pypi --repository \(facts.repository.url) \\",
        "  pypi:\(file)",
      ]),
      markup.text(
        """
        The policy of this repository also asks for the pipeline's file and the tag of the version:
        """),
      markup.code(["hallmark verify pypi:\(file) --policy hallmark.toml"]),
    ].joined(separator: "\n")
  }

  /// How a release is made, from the pipeline as it is.
  func releasing(_ outline: GitLabOutline, _ markup: Markup) -> String {
    let tag = facts.tagPattern == "v*" ? "vX.Y.Z" : "X.Y.Z"
    let publishers = outline.publishers.map { "`\($0.job)`" }.joined(separator: ", ")
    let isManual = outline.steps.contains { step in
      step.isManual && outline.publishers.contains { $0.job == step.job }
    }
    var steps = [
      "A change sets the version and is merged into `\(facts.branch)` after a review.",
      "A release manager whose key is in `\(facts.signers)` of the default branch signs the tag: "
        + "`git tag -s \(tag) -m \(tag)`, then `git push origin \(tag)`.",
      "The tag starts a pipeline by `\(facts.workflow)`, which builds, attests and verifies.",
    ]
    steps.append(
      isManual
        ? "Another release manager looks at that pipeline and starts \(publishers), in the "
          + "environment `\(facts.environment)`. "
        : "Another release manager approves \(publishers) in the environment "
          + "`\(facts.environment)`. ")
    steps[steps.count - 1] +=
      "Where that environment is protected, nothing is published before; where it is not, PyPI "
      + "takes what anybody publishes there who may push a branch."
    let jobs = outline.steps.map { step in
      var line = "`\(step.job)`"
      if !step.does.isEmpty { line += ": " + step.does.joined(separator: ", ") }
      if !step.needs.isEmpty {
        line += ", after " + step.needs.map { "`\($0)`" }.joined(separator: ", ")
      }
      if let environment = step.environment { line += ", in the environment `\(environment)`" }
      line +=
        step.audiences.isEmpty
        ? "; it has no identity token"
        : "; it has an identity token for "
          + step.audiences.map { "`\($0)`" }.joined(separator: ", ")
      return line + "."
    }
    let isOwn = outline.publishers.contains { $0.path == GitLabRelease.path }
    let locks =
      " `\(facts.requirementsStem).txt` locks what builds, `\(facts.toolsStem).txt` what attests "
      + "and publishes; `hallmark adopt` writes them anew when their lists change."
    let files = Set(outline.steps.map(\.path)).sorted().map { "`\($0)`" }.joined(separator: ", ")
    return [
      markup.heading("Making a release"),
      markup.list(steps, isNumbered: true),
      markup.text("What the jobs of a release do, and what they may (\(files)):"),
      markup.list(jobs, isNumbered: false),
      markup.text(
        """
        No token is stored anywhere: PyPI takes \(facts.name) from pipelines of \
        \(facts.repository) by `\(facts.workflow)`, in the environment `\(facts.environment)` only \
        (Trusted Publishing). When a job fails before \(publishers), correct the cause and make a \
        new tag; a version that is on PyPI is never uploaded again.\(isOwn ? locks : "")
        """),
    ].joined(separator: "\n")
  }
}
