// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import Testing

@Suite struct DistributionFilenameTests {
  @Test func wheelsAreRead() throws {
    let name = try WheelFilename("foo_bar-1.0.post1-1abc-cp311.py3-abi3.none-linux_x86_64.any.whl")
    #expect(name.project.normalized == "foo-bar")
    #expect(name.version.normalized == "1.0.post1")
    #expect(name.buildTag == "1abc")
    #expect(name.pythonTags == ["cp311", "py3"])
    #expect(name.abiTags == ["abi3", "none"])
    #expect(name.platformTags == ["linux_x86_64", "any"])
    #expect(name.isNormalized)
    #expect(!(try WheelFilename("Foo.bar-1.0-py3-none-any.whl").isNormalized))
    #expect(!(try WheelFilename("foo-v1.0-py3-none-any.whl").isNormalized))
  }

  @Test func sdistsAreRead() throws {
    let name = try SdistFilename("pypi_attestations-0.0.19.tar.gz")
    #expect(name.project == (try ProjectName("pypi-attestations")))
    #expect(name.isNormalized)
    let old = try SdistFilename("my-old.project-1.0.tar.gz")
    #expect(old.project.normalized == "my-old-project")
    #expect(old.version.text == "1.0")
    #expect(!old.isNormalized)
    #expect(
      SdistFilename.normalized(project: old.project, version: old.version)
        == "my_old_project-1.0.tar.gz")
  }

  @Test func formFieldsFollowTheKind() throws {
    let wheel = try DistributionFilename("greeting-1.0.0-py2.py3-none-any.whl")
    #expect(wheel.filetype == "bdist_wheel")
    #expect(wheel.pythonVersion == "py2.py3")
    let sdist = try DistributionFilename("greeting-1.0.0.tar.gz")
    #expect(sdist.filetype == "sdist")
    #expect(sdist.pythonVersion == "source")
    #expect(sdist.version == wheel.version)
  }

  @Test(arguments: [
    "", "greeting", "greeting-1.0.zip", "greeting-1.0.tar.gz.asc", "greeting.tar.gz",
    "-1.0.tar.gz", "greeting-.tar.gz", "greeting-x.tar.gz", "../greeting-1.0.tar.gz",
    "a/greeting-1.0.tar.gz", "greeting-1.0.TAR.GZ", "gree\u{301}ting-1.0.tar.gz",
    "greeting-1.0-py3-none.whl", "greeting-1.0-py3-none-any-x-y.whl", "greeting-1.0-py3--any.whl",
    "greeting-1.0-x1-py3-none-any.whl", "gree__ting-1.0-py3-none-any.whl",
    "greeting-1.0-py3-none-any.whl\0.tar.gz", "greeting-1.0-py3-none-any .whl",
    "greeting-1.0-py3..py2-none-any.whl", "greeting-dev-py3-none-any.whl",
    String(repeating: "a", count: 300) + "-1.0.tar.gz",
  ])
  func otherNamesAreRefused(text: String) {
    #expect(throws: PackagingError.self) { try DistributionFilename(text) }
  }
}
