// SPDX-License-Identifier: Apache-2.0

import Adoption
import Encodings
import PythonPackaging
import ReleaseAudit
import Testing

/// What is known of a project, and what is asked for.
@Suite struct AdoptionFactsTests {
  private func refusal(_ project: Project) -> [String] {
    do {
      _ = try project.plan()
      return []
    } catch let error as AdoptionRefusal {
      return error.problems.map { $0.problem + " | " + $0.help }
    } catch {
      return ["\(error)"]
    }
  }

  /// Texts that would change the meaning of what is written.
  @Test(arguments: [
    "greeting\\n  evil: true", "greeting: {a: b}", "../greeting", "greeting # x",
    "${{ secrets.X }}",
    "\\u001b[31mgreeting", "", "-greeting", "greeting\\u0000",
  ])
  func hostileNames(name: String) throws {
    var project = Project.pushed
    project.files["pyproject.toml"] = "[project]\nname = \"\(name)\"\n"
    #expect(!refusal(project).isEmpty)
  }

  @Test(arguments: [
    "acme", "acme/", "/greeting", "acme/greeting/x", "acme/gre eting", "acme/..", "ac\nme/x",
    "acme/${{x}}", "-a/b", "acme/\"x",
  ])
  func hostileRepositories(name: String) throws {
    var project = Project.pushed
    project.answers.repository = name
    #expect(refusal(project).contains { $0.contains("--repository OWNER/NAME") })
  }

  @Test(arguments: ["acme", "@", "@a b", "@a/b/c", "@acme/x\n* @evil", "@acme/x #"])
  func hostileOwners(name: String) throws {
    var project = Project.pushed
    project.answers.owners = [name]
    #expect(refusal(project).contains { $0.contains("--owner") })
  }

  @Test(arguments: [
    "setuptools\\n--index-url https://x", "--extra-index-url https://x", "x @ https://x/y.whl",
    "setuptools # x", "",
  ])
  func hostileRequirements(text: String) throws {
    var project = Project.pushed
    project.files["pyproject.toml"] =
      "[build-system]\nrequires = [\"\(text)\"]\n[project]\nname = \"greeting\"\n"
    #expect(refusal(project).contains { $0.contains("build-system.requires") })
  }

  /// Releases are built with a version of Python that the project allows.
  @Test(
    arguments: [
      ("\">=3.11\"", "3.13"), ("\">=3.13.4\"", "3.13"), ("\">=3.14\"", "3.14"),
      ("\"<3.13\"", "3.12"), ("\">=3.10,!=3.13.*,<3.14\"", "3.12"), ("\"==3.11.*\"", "3.11"),
      ("\"~=3.10.0\"", "3.10"), ("\"<3.13.4\"", "3.12"), ("\">=4\"", nil), ("\"<3.9\"", nil),
      ("\"3.14\"", nil), ("3.14", nil), ("\"^3.14\"", nil),
    ] as [(String, String?)])
  func requiredPythons(text: String, expected: String?) throws {
    var project = Project.bare
    project.files["pyproject.toml"] = project.files["pyproject.toml"]?
      .replacing("\">=3.11\"", with: text)
    guard let expected else {
      #expect(refusal(project).contains { $0.contains("requires-python") && $0.contains(">=3.10") })
      return
    }
    let plan = try project.plan(locks: false)
    #expect(plan.facts.pythonOfReleases == expected)
    let files = project.applying(plan).files
    let release = try #require(files[".github/workflows/release.yml"])
    #expect(release.contains("python-version: \"\(expected)\"\n"))
    #expect(try #require(files[".github/workflows/ci.yml"]).contains("python: [\"\(expected)\"]\n"))
    #expect(plan.unfinished.contains { $0.contains("--python-version \(expected) ") })
    #expect(plan.toDo.contains { $0.values.contains { $0.value.contains("Test (\(expected))") } })
  }

  /// Poetry has its own place and its own words.
  @Test(
    arguments: [
      ("^3.9", "3.13"), ("~3.11", "3.11"), (">=3.10,<3.12", "3.11"), (">=3.10 <3.13", "3.12"),
      (">= 3.10, < 3.12", "3.11"), ("~ 3.12", "3.12"),
      ("3.11.*", "3.11"), ("*", "3.13"), ("~3", "3.13"), ("^3.14", "3.14"),
      ("~3.9 || ~3.14", "3.14"), ("~=3.12.0", "3.12"), ("^2.7", nil), ("^x", nil), ("", nil),
      ("~3.70000", nil), ("||", nil),
    ] as [(String, String?)])
  func poetryPythons(text: String, expected: String?) throws {
    var project = Project.bare
    project.files["pyproject.toml"] = """
      [build-system]
      requires = ["poetry-core>=2"]
      build-backend = "poetry.core.masonry.api"

      [tool.poetry]
      name = "greeting"

      [tool.poetry.dependencies]
      python = "\(text)"

      """
    guard let expected else {
      #expect(refusal(project).contains { $0.contains("`python") })
      return
    }
    #expect(try project.plan(locks: false).facts.pythonOfReleases == expected)
  }

  /// A project of setuptools without pyproject.toml is adopted as it is.
  @Test(
    arguments: [
      (
        ["setup.py": "from setuptools import setup\nsetup(name='a_b', python_requires='<3.13')\n"],
        "a_b", "3.12"
      ),
      (["setup.cfg": "[metadata]\nname = a\n[options]\npython_requires = >=3.14\n"], "a", "3.14"),
      (
        [
          "setup.py": "import setuptools\nsetuptools.setup()\n",
          "setup.cfg": "[metadata]\nname = a\n",
        ],
        "a", "3.13"
      ),
      (["setup.py": "setup(name=NAME)", "setup.cfg": "[metadata]\nname = a\n"], nil, "is not run"),
      (["setup.py": "setup(name='a', python_requires='3.x')"], nil, "python_requires"),
      (["setup.py": "setup(name='-')"], nil, "not the name of a project"),
      (["setup.cfg": "[options]\n"], nil, "does not name the project"),
    ] as [([String: String], String?, String)])
  func setuptools(files: [String: String], name: String?, expected: String) throws {
    var project = Project.bare
    project.files["pyproject.toml"] = nil
    project.files.merge(files) { $1 }
    guard let name else {
      #expect(refusal(project).contains { $0.contains(expected) })
      return
    }
    let plan = try project.plan()
    #expect(plan.facts.name.text == name && plan.facts.pythonOfReleases == expected)
    #expect(plan.facts.requirements == ["build", "setuptools>=40.8.0"])
    #expect(plan.failing.map(\.item.number).filter { ![40, 41].contains($0) } == [])
    let changed = project.applying(plan)
    #expect(changed.files["pyproject.toml"] == nil)
    #expect(try changed.plan().changes.isEmpty)
  }

  /// An environment of a strange name is not taken over.
  @Test(arguments: ["true", "py pi", "'a: b'", "\"x\\ny\"", "${{ inputs.x }}", "1"])
  func hostileEnvironments(text: String) throws {
    var project = Project.pushed
    project.files[".github/workflows/release.yml"] = project.files[".github/workflows/release.yml"]?
      .replacing("    permissions:", with: "    environment: \(text)\n    permissions:")
    #expect(try project.plan().facts.environment == "pypi")
  }

  /// All that is missing is said at once.
  @Test func everythingMissingIsNamed() throws {
    var project = Project.bare
    project.answers = AdoptionAnswers()
    let problems = refusal(project)
    #expect(problems.contains { $0.contains("--repository") })
    #expect(problems.contains { $0.contains("--owner") })
    project.files["pyproject.toml"] = nil
    #expect(refusal(project).contains { $0.contains("hallmark new") })
    project.files["pyproject.toml"] = "[project\n"
    #expect(refusal(project).contains { $0.contains("cannot be read") })
    var broken = Project.pushed
    broken.files[".github/workflows/test.yml"] = "on: [push\n"
    #expect(refusal(broken).contains { $0.contains("test.yml") })
  }

  @Test(arguments: [
    ("https://github.com/acme/greeting", "acme/greeting"),
    ("https://github.com/Acme/greeting.git", "Acme/greeting"),
    ("git@github.com:acme/greeting.git", "acme/greeting"),
    ("ssh://git@github.com/acme/greeting", "acme/greeting"),
    ("https://github.com/acme/greeting/tree/main", "acme/greeting"),
    ("https://gitlab.com/acme/greeting", nil), ("https://github.com.evil.org/a/b", nil),
    ("https://github.com/acme", nil),
  ])
  func addresses(address: String, expected: String?) {
    #expect(ForgeRepository(address: address)?.description == expected)
  }

  /// Every action that is written is known, by a whole commit, a day and a source.
  @Test func theKnownActions() throws {
    #expect(KnownActions.pins.pins.count > 20)
    for pin in KnownActions.pins.pins {
      #expect(pin.commit.utf8.count == 40 && pin.how.hasPrefix("https://github.com/"), "\(pin)")
      #expect(pin.action == pin.action.lowercased() && pin.tag.contains { $0.isNumber })
    }
    let text = KnownActions.pins.json.indentedText
    #expect(try ActionPins(parsing: Array(text.utf8)) == KnownActions.pins)
    #expect(KnownActions.date == "2026-03-01")
  }

  @Test func theRecordIsReadAsItWasWritten() throws {
    let plan = try Project.pushed.plan()
    let bytes = try #require(plan.project.files[AdoptionRecord.path]?.bytes)
    let record = try AdoptionRecord(parsing: bytes)
    #expect(record.json.indentedText + "\n" == String(decoding: bytes, as: UTF8.self))
    for text in [
      "", "{}", "[]", "{\"schema\": \"hallmark.adoption/v2\"}",
      "{\"schema\": \"hallmark.adoption/v1\", \"profile\": \"x\"}",
    ] {
      #expect(throws: DocumentError.self) { try AdoptionRecord(parsing: Array(text.utf8)) }
    }
  }

  /// A new project needs a name that Python can import.
  @Test(arguments: [("greeting", true), ("greeting-card", true), ("class", false), ("3d", false)])
  func newProjects(name: String, isGood: Bool) throws {
    let repository = try #require(ForgeRepository("acme/greeting"))
    let new = NewProject(name: try ProjectName(name), repository: repository, license: .mit)
    #expect((new != nil) == isGood)
    guard let new else { return }
    var project = Project(
      Dictionary(uniqueKeysWithValues: new.files.map { ($0.path, $0.text) }))
    project.files["requirements/test.txt"] =
      "# locked\n" + Project.lock(NewProject.testRequirements)
    let plan = try project.plan()
    #expect(plan.failing.map(\.item.number) == [])
    let after = project.applying(plan)
    #expect(try after.plan(locks: false).changes.map(\.path) == [])
    #expect(try #require(after.files[".github/workflows/ci.yml"]).contains("python -m pytest"))
  }
}
