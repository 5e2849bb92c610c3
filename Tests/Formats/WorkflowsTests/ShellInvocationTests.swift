// SPDX-License-Identifier: Apache-2.0

import Testing
import Workflows

@Suite struct ShellInvocationTests {
  @Test(arguments: [
    ("twine upload dist/*", "twine", false),
    ("sudo -E python3.12 -m twine upload x", "twine", true),
    ("A=b C=d uv run --with x twine upload", "twine", false),
    ("uvx --from build pyproject-build", "pyproject-build", false),
    ("uvx twine@6.0 upload", "twine", false), ("if gh release view; then", "gh", false),
    ("/usr/bin/python -I -m build", "build", true), ("python setup.py sdist", "python", false),
    ("uv publish", "uv", false), ("pipx run build==1.2", "build", false),
    ("poetry run python -m build", "build", true), ("C:/x/Twine.exe upload", "twine", false),
    ("npx --yes changeset publish", "changeset", false),
    ("bundle exec rake release", "rake", false),
  ])
  func findsPrograms(script: String, program: String, isModule: Bool) {
    let invocation = ShellScript(script).invocations.first
    #expect(invocation?.program == program)
    #expect(invocation?.isModule == isModule)
  }

  @Test func knowsOptions() throws {
    let script = "twine --no-color upload -r testpypi --skip-existing --config-file=x dist/*"
    let invocation = try #require(ShellScript(script).invocations.first)
    #expect(invocation.isSubcommand(["upload"]))
    #expect(!invocation.isSubcommand(["upload", "x"]))
    #expect(invocation.option("-r") == "testpypi")
    #expect(invocation.option("--config-file") == "x")
    #expect(invocation.hasOption("--skip-existing"))
    #expect(!invocation.hasOption("--skip"))
    #expect(ShellScript("then; A=b; else").invocations.isEmpty)
  }
}
