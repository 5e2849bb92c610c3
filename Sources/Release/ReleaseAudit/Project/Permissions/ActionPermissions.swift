// SPDX-License-Identifier: Apache-2.0

import Workflows

/// What actions that occur in release and CI jobs need of the job's token.
///
/// Each line says what the action's own README says of permissions (most have a section of that
/// name), and for the forge's own features what GitHub's documentation of the scope says. Reading
/// the contents is something that no action fails without in a public repository, so it is never
/// certain.
enum ActionPermissions {
  /// Actions by `owner/repository[/subpath]`, in lowercase, with what they need.
  static let actions: [String: [ActionNeed]] = {
    var all: [String: [ActionNeed]] = [:]
    for name in without { all[name] = [] }
    for (name, needs) in with { all[name] = needs }
    return all
  }()

  /// Reusable workflows by the beginning of their path, with what they need.
  static let workflows: [(prefix: String, needs: [ActionNeed])] = [
    (
      "slsa-framework/slsa-github-generator/.github/workflows/generator_generic",
      [
        .sure("actions", .read), .sure("id-token"),
        .sure("contents", when: .on("upload-assets", byDefault: false)),
        .may("contents"),
      ]
    ),
    (
      "slsa-framework/slsa-github-generator/.github/workflows/generator_container",
      [.sure("actions", .read), .sure("id-token"), .sure("packages"), .may("contents", .read)]
    ),
    (
      "slsa-framework/slsa-github-generator/.github/workflows/builder_",
      [
        .sure("actions", .read), .sure("id-token"), .may("contents"), .may("packages"),
        .may("attestations"),
      ]
    ),
  ]

  /// Inputs and variables by which actions are given another token than the job's own.
  static let tokenNames = [
    "token", "github-token", "github_token", "githubtoken", "repo-token", "repo_token", "gh-token",
    "gh_token",
  ]

  /// Actions that make no use of the token, or read nothing with it but what everybody can.
  private static let without: [String] = [
    "actions/cache", "actions/cache/restore", "actions/cache/save",
    "actions/create-github-app-token",
    "actions/upload-artifact", "actions/upload-artifact/merge", "actions/upload-pages-artifact",
    "astral-sh/ruff-action", "aquasecurity/setup-trivy", "cachix/install-nix-action",
    "conda-incubator/setup-miniconda", "crazy-max/ghaction-upx", "docker/setup-buildx-action",
    "docker/setup-docker-action", "docker/setup-qemu-action", "dtolnay/rust-toolchain",
    "geekyeggo/delete-artifact", "google-github-actions/setup-gcloud", "hynek/setup-cached-uv",
    "jlumbroso/free-disk-space", "mamba-org/setup-micromamba", "pnpm/action-setup",
    "pre-commit/action", "pypa/cibuildwheel", "pypa/gh-action-pip-audit",
    "re-actors/alls-green", "re-actors/checkout-python-sdist", "ruby/setup-ruby",
    "rui314/setup-mold", "sigstore/cosign-installer",
    "slsa-framework/slsa-verifier/actions/installer",
    "snok/install-poetry", "swatinem/rust-cache", "tibdex/github-app-token",
    "actions-rust-lang/setup-rust-toolchain", "abatilo/actions-poetry", "pdm-project/setup-pdm",
    "prefix-dev/setup-pixi", "uraimo/run-on-arch-action", "bazelbuild/setup-bazelisk",
    "crate-ci/typos", "codespell-project/actions-codespell", "psf/black",
  ]

  private static let contents: [ActionNeed] = [.sure("contents")]
  private static let readContents: [ActionNeed] = [.may("contents", .read)]

  private static let with: [(String, [ActionNeed])] = [
    // The forge's own.
    ("actions/checkout", readContents), ("actions/setup-python", readContents),
    ("actions/setup-node", [.may("contents", .read), .may("packages", .read)]),
    ("actions/setup-go", readContents),
    ("actions/setup-java", [.may("contents", .read), .may("packages", .read)]),
    ("actions/setup-dotnet", [.may("contents", .read), .may("packages", .read)]),
    (
      "actions/download-artifact",
      [.may("actions", .read, when: .any([.text("run-id"), .text("github-token")]))]
    ),
    (
      "actions/attest",
      [
        .sure("id-token"), .sure("attestations"), .may("contents", .read),
        .may("packages", when: .on("push-to-registry", byDefault: false)),
        .may("artifact-metadata"),
      ]
    ),
    (
      "actions/attest-build-provenance",
      [
        .sure("id-token"), .sure("attestations"), .may("contents", .read),
        .may("packages", when: .on("push-to-registry", byDefault: false)),
        .may("artifact-metadata"),
      ]
    ),
    (
      "actions/attest-sbom",
      [
        .sure("id-token"), .sure("attestations"), .may("contents", .read),
        .may("packages", when: .on("push-to-registry", byDefault: false)),
        .may("artifact-metadata"),
      ]
    ),
    (
      "pyo3/maturin-action",
      [.may("id-token", when: .oneOf("command", ["publish", "upload"], byDefault: false))]
    ),
    ("actions/configure-pages", [.may("pages")]),
    ("actions/deploy-pages", [.sure("pages"), .sure("id-token")]),
    ("actions/create-release", contents), ("actions/upload-release-asset", contents),
    ("actions/delete-package-versions", [.sure("packages")]),
    (
      "actions/dependency-review-action",
      [
        .may("contents", .read),
        .sure(
          "pull-requests",
          when: .oneOf("comment-summary-in-pr", ["always", "on-failure"], byDefault: false)),
      ]
    ),
    (
      "actions/labeler",
      [.sure("pull-requests"), .may("contents", .read), .may("issues")]
    ),
    (
      "actions/stale",
      [.may("issues"), .may("pull-requests"), .may("contents"), .may("actions")]
    ),
    ("actions/first-interaction", [.may("issues"), .may("pull-requests")]),
    (
      "github/codeql-action/init",
      [
        .may("contents", .read), .may("actions", .read), .may("packages", .read),
        .may("security-events", .read),
      ]
    ),
    ("github/codeql-action/autobuild", readContents),
    (
      "github/codeql-action/analyze",
      [
        .sure(
          "security-events",
          when: .not(.oneOf("upload", ["never", "false", "failure-only"], byDefault: false))),
        .may("security-events"), .may("contents", .read), .may("actions", .read),
        .may("packages", .read),
      ]
    ),
    (
      "github/codeql-action/upload-sarif",
      [.sure("security-events"), .may("contents", .read), .may("actions", .read)]
    ),
    ("dependabot/fetch-metadata", [.may("pull-requests", .read), .may("contents", .read)]),
    // Indexes and registries.
    (
      "pypa/gh-action-pypi-publish",
      [.sure("id-token", when: .not(.any([.text("password"), .text("user")]))), .may("id-token")]
    ),
    ("astral-sh/setup-uv", readContents),
    ("astral-sh/attest-action", [.sure("id-token")]),
    (
      "hynek/build-and-inspect-python-package",
      [
        .may("contents", .read),
        .sure("id-token", when: .on("attest-build-provenance-github", byDefault: false)),
        .sure("attestations", when: .on("attest-build-provenance-github", byDefault: false)),
      ]
    ),
    ("rubygems/release-gem", [.sure("contents"), .may("id-token")]),
    ("rubygems/configure-rubygems-credentials", [.may("id-token")]),
    ("rust-lang/crates-io-auth-action", [.sure("id-token")]),
    ("js-devtools/npm-publish", [.may("id-token"), .may("packages")]),
    ("docker/login-action", [.may("packages")]),
    ("docker/metadata-action", readContents),
    (
      "docker/build-push-action",
      [
        .may("contents", .read), .may("packages", when: .on("push", byDefault: false)),
        .may("id-token", when: .on("push", byDefault: false)),
      ]
    ),
    ("docker/bake-action", [.may("contents", .read), .may("packages"), .may("id-token")]),
    ("redhat-actions/push-to-registry", [.may("packages")]),
    ("ko-build/setup-ko", [.may("packages")]),
    ("helm/chart-releaser-action", contents),
    // Releases of the forge.
    (
      "softprops/action-gh-release",
      [.sure("contents"), .may("discussions", when: .text("discussion_category_name"))]
    ),
    (
      "ncipollo/release-action",
      [.sure("contents"), .may("discussions", when: .text("discussionCategory"))]
    ),
    ("svenstaro/upload-release-action", contents),
    ("marvinpinto/action-automatic-releases", contents),
    ("release-drafter/release-drafter", [.may("contents"), .may("pull-requests")]),
    (
      "googleapis/release-please-action",
      [.sure("contents"), .sure("pull-requests"), .may("issues")]
    ),
    ("changesets/action", [.sure("contents"), .sure("pull-requests"), .may("id-token")]),
    (
      "goreleaser/goreleaser-action",
      [.may("contents"), .may("packages"), .may("id-token"), .may("issues"), .may("attestations")]
    ),
    (
      "python-semantic-release/python-semantic-release",
      [.may("contents"), .may("id-token")]
    ),
    ("python-semantic-release/publish-action", contents),
    (
      "cycjimmy/semantic-release-action",
      [.may("contents"), .may("issues"), .may("pull-requests"), .may("id-token")]
    ),
    // Commits, tags and pages.
    ("peter-evans/create-pull-request", [.sure("contents"), .sure("pull-requests")]),
    ("stefanzweifel/git-auto-commit-action", contents), ("endbug/add-and-commit", contents),
    ("ad-m/github-push-action", contents), ("mathieudutour/github-tag-action", contents),
    ("anothrnick/github-tag-action", contents), ("rickstaa/action-create-tag", contents),
    ("peaceiris/actions-gh-pages", [.may("contents")]),
    ("jamesives/github-pages-deploy-action", [.may("contents")]),
    // Signing and looking.
    ("sigstore/gh-action-sigstore-python", [.sure("id-token"), .may("contents")]),
    (
      "ossf/scorecard-action",
      [
        .sure("id-token", when: .on("publish_results", byDefault: false)),
        .may("security-events"), .may("contents", .read), .may("actions", .read),
        .may("issues", .read), .may("pull-requests", .read), .may("checks", .read),
      ]
    ),
    (
      "zizmorcore/zizmor-action",
      [
        .sure("security-events", when: .on("advanced-security", byDefault: true)),
        .may("contents", .read), .may("actions", .read),
      ]
    ),
    ("anchore/sbom-action", [.may("contents"), .may("actions", .read)]),
    ("anchore/sbom-action/download-syft", []),
    ("anchore/scan-action", []), ("aquasecurity/trivy-action", readContents),
    ("step-security/harden-runner", [.may("contents", .read), .may("id-token")]),
    ("codecov/codecov-action", [.may("id-token", when: .on("use_oidc", byDefault: false))]),
    ("dorny/paths-filter", [.may("pull-requests", .read), .may("contents", .read)]),
    ("tj-actions/changed-files", [.may("pull-requests", .read), .may("contents", .read)]),
    ("amannn/action-semantic-pull-request", [.may("pull-requests"), .may("statuses")]),
    ("enricomi/publish-unit-test-result-action", [.may("checks"), .may("pull-requests")]),
    ("mikepenz/action-junit-report", [.may("checks"), .may("pull-requests")]),
    ("golangci/golangci-lint-action", [.may("contents", .read), .may("pull-requests", .read)]),
    ("taiki-e/install-action", readContents), ("go-task/setup-task", readContents),
    ("arduino/setup-protoc", readContents),
    // Clouds.
    ("aws-actions/configure-aws-credentials", [.may("id-token")]),
    ("azure/login", [.may("id-token")]),
    ("google-github-actions/auth", [.may("id-token")]),
  ]
}
