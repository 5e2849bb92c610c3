// SPDX-License-Identifier: Apache-2.0

/// Which package of npm a tarball must be; without a name or version it is not compared.
package struct NpmPackageExpectations: Hashable, Sendable {
  /// The name, with scope: `@scope/name`.
  package let name: String?
  /// The version.
  package let version: String?

  /// Expects a package.
  package init(name: String?, version: String?) {
    self.name = name
    self.version = version
  }
}
