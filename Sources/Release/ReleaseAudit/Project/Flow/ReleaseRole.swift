// SPDX-License-Identifier: Apache-2.0

/// What a step or job does for a release.
package enum ReleaseRole: Hashable, Sendable {
  /// Where something is published.
  package enum Target: String, Hashable, Sendable, CaseIterable {
    /// A Python package index.
    case pypi
    /// The index for tests of uploads.
    case testPyPI
    /// A release of the forge, with its files.
    case forgeRelease
    /// A registry of container images.
    case containerImage
    /// The registry of npm.
    case npm
    /// The registry of cargo.
    case crates
    /// The registry of RubyGems.
    case gems
    /// Another registry.
    case other
  }

  /// What is built.
  package enum Product: String, Hashable, Sendable {
    /// A Python distribution.
    case python
    /// A container image.
    case image
    /// Something else.
    case other
  }

  /// How something is attested or signed.
  package enum Attestation: String, Hashable, Sendable {
    /// GitHub's artifact attestations.
    case github
    /// The SLSA generator or one of its builders.
    case slsaGenerator
    /// Sigstore: cosign or the Python client.
    case sigstore
    /// `hallmark attest` and `hallmark sign`.
    case hallmark
    /// PEP 740 attestations made before the upload.
    case pypi
  }

  /// What is verified.
  package enum Verification: String, Hashable, Sendable {
    /// An attestation or signature of files.
    case attestation
    /// The signature of a tag or commit.
    case gitSignature
    /// Digests of files.
    case digests
  }

  /// It makes what is released.
  case build(Product)
  /// It says where that comes from, or signs it.
  case attest(Attestation)
  /// It checks something and fails where that does not hold.
  case verify(Verification)
  /// It gives it to users.
  case publish(Target)
}

/// A place where a job does something for a release.
package struct RoleSite: Hashable, Sendable {
  /// What it does.
  package let role: ReleaseRole
  /// The index of the job's step; nil where the job itself does it, by a reusable workflow.
  package let step: Int?
  /// Its bytes in the job's file: of the `uses`, or of the command in `run`.
  package let span: Range<Int>
  /// By what: `pypa/gh-action-pypi-publish`, `twine upload`.
  package let means: String
  /// The files or folders that are given to it, as they are written; empty where it has a default or
  /// none.
  package let files: [String]
  /// The bytes of the command in the value of `run`; nil where an action does it.
  package let command: Range<Int>?
  /// The steps of actions of the same repository through which it is done, from outside to inside.
  package let inside: [Inner]
  /// The path of the action or workflow of the same repository in which it is done.
  package let through: String?

  /// A step of a composite action.
  package struct Inner: Hashable, Sendable {
    /// The action's path.
    package let path: String
    /// The index of the step.
    package let step: Int
  }

  init(
    role: ReleaseRole, step: Int?, span: Range<Int>, means: String, files: [String],
    command: Range<Int>? = nil, inside: [Inner] = [], through: String? = nil
  ) {
    self.role = role
    self.step = step
    self.span = span
    self.means = means
    self.files = files
    self.command = command
    self.inside = inside
    self.through = through
  }

  /// Where something is published; nil for other roles.
  package var target: ReleaseRole.Target? {
    if case .publish(let target) = role { target } else { nil }
  }

  /// The same from the job that calls the workflow in which it stands.
  func moved(calling path: String, at span: Range<Int>) -> Self {
    Self(
      role: role, step: nil, span: span, means: means, files: files, through: through ?? path)
  }

  /// The same from the step that uses the action in which it stands.
  func moved(using path: String, in step: Int, at span: Range<Int>) -> Self {
    Self(
      role: role, step: step, span: span, means: means, files: files, command: command,
      inside: (self.step.map { [Inner(path: path, step: $0)] } ?? []) + inside,
      through: through ?? path)
  }
}
