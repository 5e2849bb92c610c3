// SPDX-License-Identifier: Apache-2.0

import Adoption
import Foundation
import Policies
import ReleaseAudit
import SourceText
import Testing
import Workflows

/// What an adoption makes of projects as they are in the field.
@Suite struct AdoptionPlanTests {
  static let cases: [(String, AuditProfile)] = Project.all.flatMap { entry in
    AuditProfile.allCases.map { (entry.name, $0) }
  }

  static func project(_ name: String, _ profile: AuditProfile = .spec8) throws -> Project {
    var project = try #require(Project.all.first { $0.name == name }).project
    project.profile = profile
    return project
  }

  /// Afterwards no item fails that files decide, and a second run has nothing to do.
  @Test(arguments: cases) func nothingFailsAndASecondRunChangesNothing(
    name: String, profile: AuditProfile
  ) throws {
    let project = try Self.project(name, profile)
    let plan = try project.plan()
    let failing = plan.failing.flatMap { failing in
      failing.findings.map { "\(failing.item.number) \($0.rule) \($0.place.path): \($0.message)" }
    }
    #expect(failing == [], "\(name) \(profile)")
    #expect(plan.unfinished == [])
    #expect(!plan.changes.isEmpty)
    let after = project.applying(plan)
    let again = try after.plan(locks: false)
    #expect(again.changes.map(\.path) == [], "\(name) \(profile)")
    #expect(again.failing.isEmpty && again.edited.isEmpty && again.unfinished.isEmpty)
    // Without the answers: they are in the record.
    var later = after
    later.answers = AdoptionAnswers()
    #expect(try later.plan(locks: false).changes.map(\.path) == [])
    #expect(plan.toDo.contains { $0.place?.contains("pypi.org") ?? false })
  }

  /// Everything that is written can be read by the readers of this program.
  @Test(arguments: Project.all.map(\.name)) func whatIsWrittenIsRead(name: String) throws {
    let project = try Self.project(name)
    let after = project.applying(try project.plan())
    for (path, text) in after.files {
      if path.hasSuffix(".yml") {
        #expect(throws: Never.self, "\(path)") { try YAMLDocument(parsing: Array(text.utf8)) }
      }
      if path.hasSuffix(".toml") {
        #expect(throws: Never.self, "\(path)") { try TOMLDocument(parsing: text) }
      }
      let ends = text.isEmpty || text.hasSuffix("\n")
      #expect(ends && !text.contains(" \n"), "\(path)")
    }
    #expect(after.audited.problems.isEmpty)
    let policy = try Policy(parsing: Array(try #require(after.files["hallmark.toml"]).utf8))
    #expect(policy.publishers.count == 1)
    let pins = try #require(after.audited.pins)
    for used in after.audited.usedActions {
      guard let action = used.uses.repository, let ref = used.uses.ref?.value,
        !ActionPins.isNeverPinned(action)
      else { continue }
      #expect(pins.pin(action, commit: ref) != nil, "\(action)@\(ref) in \(used.path)")
    }
  }

  /// Jobs and files that have nothing to do with releases stay.
  @Test func otherJobsStay() throws {
    let plan = try Self.project("mixed").plan()
    let after = try Self.project("mixed").applying(plan)
    let old = try #require(after.files[".github/workflows/release.yml"])
    #expect(old.contains("# What every change must pass.\n  test:"))
    #expect(!old.contains("publish"), "\(old)")
    #expect(plan.facts.workflow == ".github/workflows/publish.yml")
    #expect(plan.notes.contains { $0.contains("give way") }, "\(plan.notes)")
  }

  /// What releases waited for is named where the new workflow does not.
  @Test(arguments: [
    ("", nil), ("    needs: lint\n", "`lint`"), ("    needs: [lint, docs]\n", "`docs`"),
  ])
  func lostGatesAreNamed(needs: String, expected: String?) throws {
    var project = Project.pushed
    let path = ".github/workflows/release.yml"
    project.files[path] =
      try #require(project.files[path]).replacing(
        "  build-and-publish:\n", with: "  build-and-publish:\n" + needs)
      + "  lint:\n    runs-on: ubuntu-latest\n    steps: [{run: ruff check}]\n"
      + "  docs:\n    runs-on: ubuntu-latest\n    steps: [{run: mkdocs build}]\n"
    let plan = try project.plan()
    let note = plan.notes.first { $0.contains("releases waited for") }
    #expect((note == nil) == (expected == nil), "\(plan.notes)")
    if let expected { #expect(note?.contains(expected) == true) }
  }

  /// The file and the environment that the index knows stay those.
  @Test func theRegisteredNamesStay() throws {
    let plan = try Self.project("generated", .template).plan()
    #expect(plan.facts.workflow == ".github/workflows/publish.yml")
    #expect(plan.facts.environment == "publish")
    let values = plan.toDo.flatMap { toDo in toDo.values.map { "\($0.name): \($0.value)" } }
    for value in [
      "Workflow name: publish.yml", "Environment name: publish", "PyPI project name: greeting-card",
      "Owner: acme", "Repository name: greeting",
    ] {
      #expect(values.contains(value), "\(value)")
    }
    let after = try Self.project("generated", .template).applying(plan)
    #expect(after.files["SECURITY.md"] == Project.generated.files["SECURITY.md"])
    #expect(after.files[".github/CODEOWNERS"] == Project.generated.files[".github/CODEOWNERS"])
    #expect(try #require(after.files[".github/dependabot.yml"]).contains("# Only what matters.\n"))
  }

  /// What somebody changed is theirs, and is named once.
  @Test func whatSomebodyChangedStays() throws {
    let project = Project.pushed
    var after = project.applying(try project.plan())
    let path = ".github/workflows/release.yml"
    let edited = try #require(after.files[path])
      .replacingOccurrences(of: "timeout-minutes: 30", with: "timeout-minutes: 60")
    after.files[path] = edited
    after.files["README.md"]? += "\nMore.\n"
    let plan = try after.plan(locks: false)
    #expect(plan.edited.map(\.path) == [path])
    #expect(plan.changes.map(\.path) == [AdoptionRecord.path])
    let later = try after.applying(plan).plan(locks: false)
    #expect(later.edited.isEmpty && later.changes.isEmpty)
    // A newer commit of an action is nobody's edit.
    var updated = project.applying(try project.plan())
    updated.files[path] = updated.files[path]?.replacingOccurrences(
      of: "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
      with: "\(String(repeating: "a", count: 40)) # v7.0.2")
    #expect(try updated.plan(locks: false).edited.isEmpty)
  }

  /// What is deleted is missing, and comes back.
  @Test func whatIsDeletedComesBack() throws {
    let project = Project.pushed
    let whole = project.applying(try project.plan())
    for path in ["SECURITY.md", ".github/dependabot.yml", "hallmark.toml", "RELEASING.md"] {
      var after = whole
      after.files[path] = nil
      #expect(try after.plan(locks: false).changes.map(\.path) == [path])
    }
  }

  /// A broken piece of the release is found and repaired.
  @Test func driftIsRepaired() throws {
    let project = Project.pushed
    var after = project.applying(try project.plan())
    let path = ".github/workflows/release.yml"
    after.files[path] = after.files[path]?.replacingOccurrences(
      of: "    environment:\n      name: pypi\n      url: https://pypi.org/project/greeting/\n",
      with: "")
    let plan = try after.plan(locks: false)
    #expect(plan.changes.contains { $0.path == path })
    #expect(plan.failing.isEmpty)
  }

  /// A project without any page gets one, once.
  @Test func aMissingPageIsWrittenOnce() throws {
    var project = Project.bare
    project.files["README.md"] = nil
    let after = project.applying(try project.plan())
    #expect(try #require(after.files["README.md"]).hasPrefix("# greeting\n"))
    #expect(try after.plan(locks: false).changes.map(\.path) == [])
  }

  /// Without a lock the plan says what is missing.
  @Test func aMissingLockIsSaid() throws {
    let plan = try Project.pushed.plan(locks: false)
    #expect(plan.unfinished.count == 1)
    #expect(try #require(plan.unfinished.first).contains("requirements/build.txt"))
    var bare = Project.bare
    bare.answers.license = nil
    let open = try bare.plan()
    #expect(open.unfinished.contains { $0.contains("--license") })
    #expect(open.failing.map(\.item.number) == [44])
  }

  /// Where other jobs wait for those of the release, nothing half is written.
  @Test func nothingHalfIsWritten() throws {
    var project = Project.mixed
    project.files[".github/workflows/release.yml"]? += """
        announce:
          needs: publish
          runs-on: ubuntu-latest
          steps:
            - run: echo done

      """
    let plan = try project.plan()
    #expect(plan.notes.contains { $0.contains("take them out by hand") }, "\(plan.notes)")
    #expect(!plan.failing.isEmpty)
    for path in ["hallmark.toml", "RELEASING.md", ".github/workflows/publish.yml"] {
      #expect(plan.project.files[path] == nil, "\(path)")
    }
    let again = try project.applying(plan).plan()
    #expect(again.changes.map(\.path) == [])
  }

  /// A workflow that calls another for its tests can be replaced.
  @Test func calledTestsStay() throws {
    var project = Project.mixed
    project.files[".github/workflows/tests.yml"] = """
      on: workflow_call
      jobs:
        unit:
          runs-on: ubuntu-latest
          steps:
            - run: python -m unittest

      """
    let path = ".github/workflows/release.yml"
    project.files[path] = project.files[path]?.replacingOccurrences(
      of: """
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - run: python -m unittest

        """, with: "    uses: ./.github/workflows/tests.yml\n")
    let plan = try project.plan()
    #expect(plan.failing.map(\.item.number) == [], "\(plan.notes)")
    #expect(try project.applying(plan).plan(locks: false).changes.map(\.path) == [])
  }

  /// A list of requirements that somebody has changed is locked as it is.
  @Test func changedRequirementsAreTheirs() throws {
    let project = Project.pushed
    var after = project.applying(try project.plan())
    after.files["requirements/build.in"] = "build\nsetuptools<80\nwheel\n"
    #expect(try after.plan().changes.map(\.path) == [AdoptionRecord.path])
    after.files["requirements/build.txt"] = nil
    let plan = try after.plan()
    let lock = try #require(plan.project.files["requirements/build.txt"])
    #expect(String(decoding: lock.bytes, as: UTF8.self).contains("wheel==1.0"))
    // And where the build system changes, the list follows.
    var newer = project.applying(try project.plan())
    newer.files["pyproject.toml"] = newer.files["pyproject.toml"]?.replacingOccurrences(
      of: "[\"setuptools\"]", with: "[\"setuptools>=77\"]")
    #expect(
      try newer.plan().changes.map(\.path)
        == [".hallmark/adopted.json", "requirements/build.in"])
  }

  /// Wheels that depend on the platform need a workflow that nobody here can write.
  @Test func nativeBuildsAreLeftAlone() throws {
    var project = Project.pushed
    project.files["pyproject.toml"] = project.files["pyproject.toml"]?.replacingOccurrences(
      of: "[\"setuptools\"]", with: "[\"setuptools\", \"Cython>=3\"]")
    let plan = try project.plan()
    #expect(plan.notes.contains { $0.contains("depend on the platform") })
    #expect(!plan.changes.contains { $0.reason == "replaced" })
    #expect(!plan.failing.isEmpty)
  }

  /// Extensions are also declared without anything that the build requires.
  @Test(arguments: [
    ("setup.py", "setup(ext_modules=[x])\n", true), ("setup.py", "x = Extension(\"x\")\n", true),
    ("setup.py", "setup(cffi_modules=[\"x.py:ffi\"])\n", true),
    ("setup.py", "setup(rust_extensions=[x])\n", true),
    ("setup.cfg", "[options]\next_modules = x\n", true),
    ("pyproject.toml", "[tool.setuptools]\next-modules = [{name = \"x\"}]\n", true),
    ("pyproject.toml", "[[tool.setuptools.ext-modules]]\nname = \"x\"\n", true),
    ("pyproject.toml", "# ext-modules\n[tool.setuptools]\nzip-safe = true\n", false),
    ("setup.py", "# no ext_modules\nsetup()\n", false),
  ])
  func declaredExtensions(path: String, text: String, isNative: Bool) throws {
    var project = Project.pushed
    project.files[path, default: ""] += text
    let notes = try project.plan().notes
    #expect(notes.contains { $0.contains("depend on the platform") } == isNative)
  }

  /// What somebody wrote in a page keeps its line breaks, whatever they are.
  @Test(arguments: [
    ("# Greeting\n\nSays\r\nhello.\n", "\n", "\n"),
    ("# Greeting\r\n\r\nSays\nhello.\r\n", "\r\n", "\r\n"),
    ("# Greeting\nhello.", "\n", "\n\n"), ("# Greeting\n\n\n", "\n", ""),
    ("# Greeting\r\nhello.", "\r\n", "\r\n\r\n"),
  ])
  func pagesKeepTheirBytes(page: String, lineBreak: String, between: String) throws {
    var project = Project.pushed
    project.files["README.md"] = page
    let plan = try project.plan()
    let after = try #require(plan.changes.first { $0.path == "README.md" }).after
    let start = Array((page + between).utf8)
    #expect(after.starts(with: start + Array("<!--".utf8)))
    let piece = after.dropFirst(start.count)
    let breaks = piece.count(where: { $0 == 0x0A })
    #expect(breaks > 4 && piece.count(where: { $0 == 0x0D }) == (lineBreak == "\n" ? 0 : breaks))
    #expect(try project.applying(plan).plan(locks: false).changes.map(\.path) == [])
    // Another name makes another text; what is around it stays.
    var renamed = project.applying(plan)
    renamed.files["README.md"]? += "One\nTwo\r\n"
    renamed.files["pyproject.toml"] = renamed.files["pyproject.toml"]?
      .replacing("name = \"greeting\"", with: "name = \"salutation\"")
    let next = try #require(try renamed.plan().changes.first { $0.path == "README.md" }).after
    #expect(next.starts(with: start))
    #expect(next.suffix(10).elementsEqual("\(lineBreak)One\nTwo\r\n".utf8.suffix(10)))
    #expect(next.firstRange(of: "salutation".utf8) != nil)
  }
}
