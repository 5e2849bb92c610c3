// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import Testing
import Workflows

@Suite struct ReleaseFlowTests {
  private func flow(_ files: [(String, String)]) -> ReleaseFlow {
    AuditedProject(
      files: files.map { AuditedFile(path: $0.0, bytes: Array($0.1.utf8)) }, isWhole: true
    ).flow
  }

  private func roles(_ step: String, env: String = "{}") -> [ReleaseRole] {
    let text = "on: push\nenv: \(env)\njobs:\n  a:\n    runs-on: x\n    steps:\n    - \(step)\n"
    return flow([(".github/workflows/a.yml", text)]).jobs.flatMap { $0.sites.map(\.role) }
  }

  @Test(arguments: [
    ("uses: pypa/gh-action-pypi-publish@v1", [ReleaseRole.publish(.pypi)]),
    (
      "{uses: PyPA/gh-action-pypi-publish@v1, with: {repository-url: 'https://test.pypi.org/legacy/'}}",
      [.publish(.testPyPI)]
    ),
    (
      "{uses: pypa/gh-action-pypi-publish@v1, with: {repository-url: 'https://index.example.org/${{ vars.X }}/'}}",
      [.publish(.other)]
    ),
    (
      "{uses: pypa/gh-action-pypi-publish@v1, with: {repository-url: 'https://${{ vars.X }}/legacy/'}}",
      [.publish(.pypi)]
    ),
    ("{uses: docker/build-push-action@v6, with: {push: true}}", [.publish(.containerImage)]),
    ("{uses: docker/build-push-action@v6, with: {load: true}}", [.build(.image)]),
    ("uses: actions/attest-build-provenance@v2", [.attest(.github)]),
    ("uses: sigstore/gh-action-sigstore-python@v3", [.attest(.sigstore)]),
    ("uses: softprops/action-gh-release@v2", [.publish(.forgeRelease)]),
    ("{uses: goreleaser/goreleaser-action@v6, with: {args: release --snapshot}}", [.build(.other)]),
    ("{uses: pyo3/maturin-action@v1, with: {command: upload}}", [.publish(.pypi)]),
    ("uses: actions/checkout@v4", []),
    ("run: python -m build && twine upload dist/*", [.build(.python), .publish(.pypi)]),
    ("run: uv publish --index testpypi", [.publish(.testPyPI)]), ("run: uv publish --dry-run", []),
    ("run: twine upload -r testpypi dist/*", [.publish(.testPyPI)]),
    ("run: twine check dist/*", []),
    ("run: twine upload --repository-url https://index.example.org/p dist/*", [.publish(.other)]),
    ("run: uv publish --publish-url https://upload.pypi.org/legacy/", [.publish(.pypi)]),
    ("run: echo twine upload", []), ("run: 'build --x'", []),
    ("run: python setup.py sdist bdist_wheel", [.build(.python)]),
    ("run: gh release create $TAG dist/*", [.publish(.forgeRelease)]), ("run: gh release list", []),
    ("run: gh attestation verify dist/* --repo a/b", [.verify(.attestation)]),
    ("run: git tag -v $TAG", [.verify(.gitSignature)]),
    ("run: git verify-tag v1", [.verify(.gitSignature)]),
    ("run: sha256sum --check sums", [.verify(.digests)]),
    ("run: docker buildx build --push .", [.publish(.containerImage)]),
    ("run: docker build .", [.build(.image)]), ("run: npm publish --provenance", [.publish(.npm)]),
    ("run: cargo publish", [.publish(.crates)]), ("run: gem push a.gem", [.publish(.gems)]),
    ("run: hallmark attest dist/*", [.attest(.hallmark)]),
    ("run: hatch publish", [.publish(.pypi)]),
    ("run: cosign sign-blob --yes x", [.attest(.sigstore)]),
    ("run: poetry publish --build", [.publish(.pypi)]),
  ])
  func knowsSteps(step: String, expected: [ReleaseRole]) {
    #expect(roles(step) == expected)
  }

  @Test func looksAtVariables() {
    let url = "{TWINE_REPOSITORY_URL: 'https://test.pypi.org/legacy/'}"
    #expect(roles("run: twine upload dist/*", env: url) == [.publish(.testPyPI)])
    #expect(roles("run: twine upload -r pypi dist/*", env: url) == [.publish(.pypi)])
  }

  private static let release = """
    on: push
    jobs:
      test: {runs-on: x, steps: [{run: pytest}]}
      build:
        needs: test
        uses: ./.github/workflows/build.yml
      publish:
        needs: [build, missing]
        runs-on: x
        steps:
        - uses: actions/download-artifact@v4
          with: {pattern: 'dist-*', merge-multiple: true}
        - uses: $/.github/actions/upload
      elsewhere:
        needs: publish
        uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.1.0
    """
  private static let build = """
    on: workflow_call
    jobs:
      wheels:
        runs-on: x
        steps:
        - uses: pypa/cibuildwheel@v3
        - uses: actions/upload-artifact@v4
          with: {name: "dist-${{ matrix.os }}", path: dist}
      late: {needs: wheels, runs-on: x, steps: [{uses: actions/upload-artifact@v4}]}
    """
  private static let upload = """
    runs:
      using: composite
      steps: [{uses: pypa/gh-action-pypi-publish@v1, with: {packages-dir: out}}]
    """

  @Test func followsJobsAndFiles() throws {
    let flow = flow([
      (".github/workflows/release.yml", Self.release), (".github/workflows/build.yml", Self.build),
      (".github/actions/upload/action.yml", Self.upload),
    ])
    func job(_ file: String, _ name: String) throws -> FlowJob {
      try #require(flow.job(.init(path: ".github/workflows/\(file).yml", job: name)))
    }
    let publish = try job("release", "publish")
    let wheels = try job("build", "wheels")
    #expect(flow.publishers.map(\.job.id.value) == ["publish"])
    #expect(publish.sites.map(\.through) == [".github/actions/upload/action.yml"])
    #expect(publish.sites.first?.files == ["out"])
    #expect(publish.sites.first?.step == 1)
    #expect(try job("release", "build").called == ".github/workflows/build.yml")
    #expect(try job("release", "build").sites.map(\.role) == [.build(.python)])
    #expect(try job("release", "elsewhere").attests)
    #expect(flow.before(publish).map(\.job.id.value) == ["wheels", "late", "test", "build"])
    #expect(flow.before(wheels).map(\.job.id.value) == ["test"])
    #expect(flow.isBefore(wheels, publish))
    #expect(!flow.isBefore(publish, wheels))
    #expect(flow.callers(of: wheels.path).map(\.job.id.value) == ["build"])
    #expect(flow.run(of: wheels).count == 6)
    #expect(flow.suppliers(of: publish).map(\.upload.name) == ["dist-*"])
  }

  @Test func endsWhereThingsGoInCircles() throws {
    let circle =
      "on: workflow_call\njobs:\n  a: {needs: b, uses: ./.github/workflows/b.yml}\n  b: {needs: a, runs-on: x}\n"
    let other = "on: workflow_call\njobs:\n  c: {uses: ./.github/workflows/a.yml}\n"
    let action = "runs: {using: composite, steps: [{uses: ./x}, {run: twine upload d}]}"
    let flow = flow([
      (".github/workflows/a.yml", circle), (".github/workflows/b.yml", other),
      ("x/action.yml", action),
      (".github/workflows/c.yml", "on: push\njobs: {d: {runs-on: x, steps: [{uses: ./x}]}}"),
    ])
    let first = try #require(flow.jobs.first)
    #expect(flow.before(first).count == 3)
    #expect(flow.run(of: first).count == 3)
    #expect(flow.publishers.map(\.job.id.value) == ["d"])
  }

  /// Names of an upload and a download, and whether they can be the same.
  @Test(arguments: [
    ("name: a", "name: a", true), ("name: a", "name: b", false),
    ("name: a-1", "pattern: 'a-*'", true),
    ("name: b-1", "pattern: 'a-*'", false), ("name: 'a-${{ matrix.x }}-b'", "name: a-1-b", true),
    ("name: 'a-${{ matrix.x }}-b'", "name: a-1-c", false), ("name: x", "path: y", true),
    ("path: y", "name: artifact", true), ("name: '${{ a }}b'", "pattern: 'c*'", true),
    ("name: '${{ a }}b'", "pattern: '*c'", false), ("name: a", "{name: a, run-id: 1}", false),
    ("name: 'a${{ b }}'", "pattern: '*'", true), ("name: a", "pattern: '?'", true),
  ])
  func matchesArtifacts(upload: String, download: String, isSame: Bool) throws {
    func braced(_ text: String) -> String { text.hasPrefix("{") ? text : "{\(text)}" }
    let text = """
      on: push
      jobs:
        a:
          runs-on: x
          steps: [{uses: actions/upload-artifact@v4, with: \(braced(upload))}]
        b:
          runs-on: x
          steps: [{uses: actions/download-artifact@v4, with: \(braced(download))}]
      """
    let flow = flow([(".github/workflows/a.yml", text)])
    let last = try #require(flow.jobs.last)
    #expect(flow.suppliers(of: last).count == (isSame ? 1 : 0))
  }
}
