// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Which actions and commands have a role in releases.
enum RoleTable {
  /// An action by `owner/repository[/subpath]`, what it does, and the input with the files.
  static let actions: [(name: String, role: ReleaseRole, files: String)] = [
    ("pypa/gh-action-pypi-publish", .publish(.pypi), "packages-dir"),
    ("casperdcl/deploy-pypi", .publish(.pypi), ""),
    ("softprops/action-gh-release", .publish(.forgeRelease), "files"),
    ("ncipollo/release-action", .publish(.forgeRelease), "artifacts"),
    ("actions/create-release", .publish(.forgeRelease), ""),
    ("actions/upload-release-asset", .publish(.forgeRelease), "asset_path"),
    ("svenstaro/upload-release-action", .publish(.forgeRelease), "file"),
    ("marvinpinto/action-automatic-releases", .publish(.forgeRelease), "files"),
    ("goreleaser/goreleaser-action", .publish(.forgeRelease), ""),
    ("python-semantic-release/python-semantic-release", .publish(.forgeRelease), ""),
    ("python-semantic-release/publish-action", .publish(.forgeRelease), ""),
    ("rubygems/release-gem", .publish(.gems), ""),
    ("js-devtools/npm-publish", .publish(.npm), "package"),
    ("katyo/publish-crates", .publish(.crates), "path"),
    ("docker/build-push-action", .publish(.containerImage), "tags"),
    ("docker/bake-action", .publish(.containerImage), "targets"),
    ("redhat-actions/push-to-registry", .publish(.containerImage), "image"),
    ("ko-build/setup-ko", .build(.image), ""),
    ("pypa/cibuildwheel", .build(.python), "output-dir"),
    ("hynek/build-and-inspect-python-package", .build(.python), "path"),
    ("pyo3/maturin-action", .build(.python), ""),
    ("actions/attest-build-provenance", .attest(.github), "subject-path"),
    ("actions/attest", .attest(.github), "subject-path"),
    ("actions/attest-sbom", .attest(.github), "subject-path"),
    ("sigstore/gh-action-sigstore-python", .attest(.sigstore), "inputs"),
    ("astral-sh/attest-action", .attest(.pypi), "paths"),
  ]

  /// Variables with which tools upload to PyPI.
  static let tokens: Set<String> = [
    "TWINE_PASSWORD", "UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD", "FLIT_PASSWORD",
    "HATCH_INDEX_AUTH", "POETRY_PYPI_TOKEN_PYPI", "PDM_PUBLISH_PASSWORD", "MATURIN_PYPI_TOKEN",
    "MATURIN_PASSWORD",
  ]

  /// Whether a program runs what is described elsewhere: scripts, make, tox.
  static func runsOthers(_ invocation: ShellInvocation) -> Bool {
    let words = [invocation.program] + invocation.arguments.prefix(1).map(\.text)
    let programs = [
      "make", "just", "task", "nox", "tox", "invoke", "rake", "mage", "bazel", "hatch",
    ]
    return programs.contains(invocation.program) || invocation.isScript
      || words.contains { word in [".sh", ".py"].contains { word.hasSuffix($0) } }
  }

  /// Reusable workflows by `owner/repository` and the beginning of their path.
  static let workflows: [(name: String, roles: [ReleaseRole])] = [
    (
      "slsa-framework/slsa-github-generator/.github/workflows/generator_",
      [.attest(.slsaGenerator)]
    ),
    (
      "slsa-framework/slsa-github-generator/.github/workflows/builder_",
      [.build(.other), .attest(.slsaGenerator)]
    ),
    (
      "openastronomy/github-actions-workflows/.github/workflows/publish",
      [.build(.python), .publish(.pypi)]
    ),
  ]

  /// The programs of ``commands``.
  static let programs = Set(
    commands.map { $0.words[0] == "-m" ? $0.words[1] : $0.words[0] })

  /// A command by its program and first words; `-m` before the program asks for Python's module.
  static let commands: [(words: [String], role: ReleaseRole)] = [
    (["twine", "upload"], .publish(.pypi)), (["uv", "publish"], .publish(.pypi)),
    (["hatch", "publish"], .publish(.pypi)), (["poetry", "publish"], .publish(.pypi)),
    (["flit", "publish"], .publish(.pypi)), (["pdm", "publish"], .publish(.pypi)),
    (["maturin", "publish"], .publish(.pypi)), (["maturin", "upload"], .publish(.pypi)),
    (["rye", "publish"], .publish(.pypi)), (["hallmark", "publish"], .publish(.pypi)),
    (["gh", "release", "create"], .publish(.forgeRelease)),
    (["gh", "release", "upload"], .publish(.forgeRelease)),
    (["gh", "release", "edit"], .publish(.forgeRelease)),
    (["goreleaser", "release"], .publish(.forgeRelease)),
    (["semantic-release", "publish"], .publish(.forgeRelease)),
    (["semantic-release", "version"], .publish(.forgeRelease)),
    (["glab", "release", "create"], .publish(.forgeRelease)),
    (["release-cli", "create"], .publish(.forgeRelease)),
    (["docker", "push"], .publish(.containerImage)),
    (["docker", "image", "push"], .publish(.containerImage)),
    (["podman", "push"], .publish(.containerImage)),
    (["buildah", "push"], .publish(.containerImage)),
    (["crane", "push"], .publish(.containerImage)),
    (["crane", "copy"], .publish(.containerImage)),
    (["skopeo", "copy"], .publish(.containerImage)),
    (["oras", "push"], .publish(.containerImage)),
    (["helm", "push"], .publish(.containerImage)), (["ko", "build"], .publish(.containerImage)),
    (["npm", "publish"], .publish(.npm)), (["pnpm", "publish"], .publish(.npm)),
    (["yarn", "publish"], .publish(.npm)), (["yarn", "npm", "publish"], .publish(.npm)),
    (["bun", "publish"], .publish(.npm)), (["changeset", "publish"], .publish(.npm)),
    (["lerna", "publish"], .publish(.npm)), (["cargo", "publish"], .publish(.crates)),
    (["gem", "push"], .publish(.gems)), (["rake", "release"], .publish(.gems)),
    (["anaconda", "upload"], .publish(.other)), (["dotnet", "nuget", "push"], .publish(.other)),
    (["nuget", "push"], .publish(.other)), (["vsce", "publish"], .publish(.other)),
    (["ovsx", "publish"], .publish(.other)), (["mvn", "deploy"], .publish(.other)),
    (["-m", "build"], .build(.python)), (["pyproject-build"], .build(.python)),
    (["uv", "build"], .build(.python)), (["hatch", "build"], .build(.python)),
    (["poetry", "build"], .build(.python)), (["flit", "build"], .build(.python)),
    (["pdm", "build"], .build(.python)), (["rye", "build"], .build(.python)),
    (["maturin", "build"], .build(.python)), (["maturin", "sdist"], .build(.python)),
    (["cibuildwheel"], .build(.python)), (["pip", "wheel"], .build(.python)),
    (["hallmark", "build"], .build(.python)), (["docker", "build"], .build(.image)),
    (["docker", "buildx", "build"], .build(.image)), (["podman", "build"], .build(.image)),
    (["buildah", "build"], .build(.image)), (["buildah", "bud"], .build(.image)),
    (["cargo", "build"], .build(.other)), (["go", "build"], .build(.other)),
    (["npm", "pack"], .build(.other)), (["gem", "build"], .build(.other)),
    (["hallmark", "attest"], .attest(.hallmark)), (["hallmark", "sign"], .attest(.hallmark)),
    (["cosign", "sign"], .attest(.sigstore)), (["cosign", "sign-blob"], .attest(.sigstore)),
    (["cosign", "attest"], .attest(.sigstore)), (["cosign", "attest-blob"], .attest(.sigstore)),
    (["sigstore", "sign"], .attest(.sigstore)), (["sigstore", "attest"], .attest(.sigstore)),
    (["pypi-attestations", "sign"], .attest(.pypi)),
    (["pypi_attestations", "sign"], .attest(.pypi)),
    (["gh", "attestation", "verify"], .verify(.attestation)),
    (["gh", "release", "verify"], .verify(.attestation)),
    (["gh", "release", "verify-asset"], .verify(.attestation)),
    (["slsa-verifier", "verify-artifact"], .verify(.attestation)),
    (["slsa-verifier", "verify-image"], .verify(.attestation)),
    (["slsa-verifier", "verify-github-attestation"], .verify(.attestation)),
    (["cosign", "verify"], .verify(.attestation)),
    (["cosign", "verify-blob"], .verify(.attestation)),
    (["cosign", "verify-attestation"], .verify(.attestation)),
    (["cosign", "verify-blob-attestation"], .verify(.attestation)),
    (["sigstore", "verify"], .verify(.attestation)),
    (["hallmark", "verify"], .verify(.attestation)),
    (["pypi-attestations", "verify"], .verify(.attestation)),
    (["pypi_attestations", "verify"], .verify(.attestation)),
    (["git", "verify-tag"], .verify(.gitSignature)),
    (["git", "tag", "-v"], .verify(.gitSignature)),
    (["git", "tag", "--verify"], .verify(.gitSignature)),
    (["git", "verify-commit"], .verify(.gitSignature)),
    (["hallmark", "verify-tag"], .verify(.gitSignature)),
    (["sha256sum", "-c"], .verify(.digests)), (["sha256sum", "--check"], .verify(.digests)),
    (["shasum", "-c"], .verify(.digests)), (["sha512sum", "-c"], .verify(.digests)),
  ]
}
