// SPDX-License-Identifier: Apache-2.0

/// The builders whose provenance can be judged (slsa-verifier
/// `verifiers/internal/gha/slsaprovenance/common/builders.go`).
enum TrustedBuilders {
  private static let workflows =
    "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"

  static let genericGenerator = workflows + "generator_generic_slsa3.yml"
  static let containerGenerator = workflows + "generator_container_slsa3.yml"
  static let go = workflows + "builder_go_slsa3.yml"
  static let containerBased = workflows + "builder_container-based_slsa3.yml"
  static let delegator = workflows + "delegator_generic_slsa3.yml"
  static let lowPermissionsDelegator = workflows + "delegator_lowperms-generic_slsa3.yml"

  static let npmLegacy = "https://github.com/actions/runner"
  static let npmHosted = npmLegacy + "/github-hosted"
  static let npmSelfHosted = npmLegacy + "/self-hosted"

  static let bazelReleaser =
    "https://github.com/bazel-contrib/.github/.github/workflows/release_ruleset.yaml"
  static let bazelPublisher =
    "https://github.com/bazel-contrib/publish-to-bcr/.github/workflows/publish.yaml"

  static let cloudBuild = "https://cloudbuild.googleapis.com/GoogleHostedWorker"

  /// What builders that were made with a delegator, and are not named by the user, start with.
  static let workflowPrefix = workflows
  /// Builders of JReleaser have tags of their own form.
  static let jReleaserPrefix = "https://github.com/jreleaser/release-action"

  /// Workflows that sign in the name of a builder that calls them ("bring your own builder").
  static let delegators: Set = [delegator, lowPermissionsDelegator]
  /// What may have built a file when the user names no builder.
  static let forArtifacts = delegators.union([genericGenerator, go, containerBased])
  /// What may have built an image when the user names no builder.
  static let forImages: Set = [containerGenerator]
  /// Packages of npm need a builder by name; only delegators are trusted as such.
  static let forPackages: Set = delegators

  /// The repositories of slsa-framework that test builders before their release.
  static let testRepositories: Set = [
    "slsa-framework/slsa-github-generator", "slsa-framework/example-package",
  ]
}
