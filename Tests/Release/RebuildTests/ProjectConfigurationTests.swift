// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import Rebuild
import SystemPackage
import Testing

@Suite struct ProjectConfigurationTests {
  @Test func tablesAreRead() throws {
    let configuration = try ProjectConfiguration(
      parsing: Array(
        """
        [build-system]
        requires = ["hatchling>=1.27"]
        build-backend = "hatchling.build"
        [project]
        name = "Greeting"
        version = "1.0"
        """.utf8))
    #expect(configuration.name?.normalized == "greeting")
    #expect(configuration.version?.text == "1.0")
    #expect(configuration.buildRequirements == ["hatchling>=1.27"])
    #expect(configuration.buildBackend == "hatchling.build")
  }

  @Test func whatIsAbsentHasTheDefaultsOfTheSpecification() throws {
    let dynamic = try ProjectConfiguration(
      parsing: Array("[project]\nname = 'a'\ndynamic = ['version']".utf8))
    #expect(dynamic.version == nil)
    #expect(dynamic.buildRequirements == ProjectConfiguration.legacyRequirements)
    #expect(dynamic.buildBackend == nil)
    #expect(try ProjectConfiguration(parsing: []).name == nil)
  }

  @Test(arguments: [
    "[project]\nname = 'a'", "[project]\nversion = '1'", "[project]\nname = '-'\nversion = '1'",
    "[project]\nname = 'a'\nversion = 'x'", "[project]\nname = 'a'\nversion = 1",
    "[project]\nname = 'a'\nversion = '1'\ndynamic = ['version']", "[build-system]", "[project",
    "project = 1",
  ])
  func otherTextsAreRefused(text: String) throws {
    let error = try #require(throws: RebuildError.self) {
      try ProjectConfiguration(parsing: Array(text.utf8))
    }
    #expect(error.reason == .project)
    #expect(error.help != nil)
  }

  @Test func aFolderWithoutTheFileIsExplained() throws {
    let error = try #require(throws: RebuildError.self) {
      try ProjectConfiguration(project: FilePath("/nonexistent"))
    }
    #expect(error.message == "there is no folder `/nonexistent`")
    let missing = try #require(throws: RebuildError.self) {
      try ProjectConfiguration(project: FilePath("/"))
    }
    #expect(missing.message == "there is no `pyproject.toml` in `/`")
    #expect(missing.help?.contains("[project]") == true)
  }
}
