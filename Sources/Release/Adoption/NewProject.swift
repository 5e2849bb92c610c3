// SPDX-License-Identifier: Apache-2.0

package import PythonPackaging

/// The skeleton of a new project; an adoption adds the release process to it.
package struct NewProject: Hashable, Sendable {
  /// The project's name.
  package let name: ProjectName
  /// Its repository.
  package let repository: ForgeRepository
  /// Its license.
  package let license: LicenseText

  /// Describes a project; nil for a name that Python cannot import.
  package init?(name: ProjectName, repository: ForgeRepository, license: LicenseText) {
    let module = name.filenameComponent
    guard let first = module.utf8.first, (first | 0x20) >= UInt8(ascii: "a"),
      (first | 0x20) <= UInt8(ascii: "z"), !Self.keywords.contains(module)
    else { return nil }
    self.name = name
    self.repository = repository
    self.license = license
  }

  private static let keywords: Set<String> = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "test",
    "tests", "site", "none",
  ]

  /// The back end, in the versions that are known to make the same files again.
  static let backend = "flit_core>=3.12,<4"

  /// The requirements of the tests, which build what they test.
  package static let testRequirements = ["build", backend, "pytest"]

  /// The name that programs import.
  package var module: String { name.filenameComponent }

  /// The files, by path.
  package var files: [(path: String, text: String)] {
    [
      ("pyproject.toml", pyproject), ("README.md", readme), ("CHANGELOG.md", changelog),
      ("LICENSE", license.text(holder: "The \(name) authors")), (".gitignore", Self.ignored),
      ("src/\(module)/__init__.py", initial), ("src/\(module)/py.typed", ""),
      ("tests/test_\(module).py", test),
      (
        "requirements/test.in",
        "# What builds and tests a change.\n"
          + Self.testRequirements.map { "\($0)\n" }.joined()
      ),
    ]
  }

  private var pyproject: String {
    """
    [build-system]
    requires = ["\(Self.backend)"]
    build-backend = "flit_core.buildapi"

    [project]
    name = "\(name)"
    version = "0.1.0"
    description = "The project \(name)"
    readme = "README.md"
    requires-python = ">=3.10"
    license = "\(license.rawValue)"
    license-files = ["LICENSE"]
    dependencies = []

    [project.urls]
    Source = "\(repository.url)"
    Changelog = "\(repository.url)\(repository.forge == .github ? "" : "/-")/blob/main/CHANGELOG.md"

    [tool.flit.module]
    name = "\(module)"

    [tool.flit.sdist]
    include = ["tests/", "CHANGELOG.md"]

    """
  }

  private var readme: String { "# \(name)\n\n    pip install \(name.normalized)\n" }

  private var changelog: String { "# Changelog\n\n## 0.1.0, unreleased\n\n- Begun.\n" }

  private var initial: String { "\"\"\"The project \(name).\"\"\"\n" }

  private var test: String {
    "import \(module)\n\n\ndef test_is_described():\n    assert \(module).__doc__\n"
  }

  private static let ignored = """
    __pycache__/
    *.egg-info/
    /build/
    /dist/
    /.venv/
    .pytest_cache/
    .coverage

    """
}
