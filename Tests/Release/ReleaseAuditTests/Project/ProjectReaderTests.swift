// SPDX-License-Identifier: Apache-2.0

import Foundation
import ReleaseAudit
import SourceText
import Testing
import Workflows

/// A folder for one test.
final class ProjectFolder {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    path = FileManager.default.temporaryDirectory
      .appending(path: "project-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in files { try write(name, Array(text.utf8)) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    let file = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(path)/\(name)", withDestinationPath: target)
  }
}

@Suite struct ProjectReaderTests {
  private static let workflow = "on: push\njobs: {a: {runs-on: x, steps: [{run: b}]}}\n"
  private static let action = "runs: {using: composite, steps: [{run: b, shell: sh}]}\n"

  @Test func readsKnownPlacesOfARepository() throws {
    let folder = try ProjectFolder([
      ".github/workflows/a.yml": Self.workflow, ".github/workflows/b.yaml": Self.workflow,
      ".github/workflows/deep/c.yml": Self.workflow, ".github/dependabot.yml": "updates: []\n",
      ".github/actions/x/action.yml": Self.action, "tools/y/action.yaml": Self.action,
      "node_modules/z/action.yml": Self.action, "ignored/q/action.yml": Self.action,
      "a/b/c/d/e/f/action.yml": Self.action, ".gitignore": "# no\n/ignored/\n*.x\n",
      "pyproject.toml": "", "RELEASING.md": "é", "src/main.py": "", "requirements/dev.txt": "a",
      ".gitlab-ci.yml": "", "cloudbuild.yaml": "steps: []\n", "docs/security.md": "",
      "SECURITY.md": "",
    ])
    let read = try ProjectReader().read(folder.path)
    #expect(read.project.isWhole)
    #expect(
      read.project.workflows.map(\.path) == [".github/workflows/a.yml", ".github/workflows/b.yaml"])
    #expect(
      read.project.actions.map(\.path) == [".github/actions/x/action.yml", "tools/y/action.yaml"])
    #expect(read.project.dependabot.count == 1)
    #expect(read.project.problems.isEmpty)
    let others = [
      "pyproject.toml", "RELEASING.md", "requirements/dev.txt", ".gitlab-ci.yml", "cloudbuild.yaml",
      "docs/security.md", "SECURITY.md",
    ]
    for path in others { #expect(read.project.files[path] != nil, "\(path)") }
    #expect(read.project.files["src/main.py"] == nil)
    #expect(read.location(of: "a") == "\(folder.path)/a")
  }

  /// What is given, the paths of what is read, and whether it is whole.
  @Test(arguments: [
    ("", [".github/workflows/a.yml"], true), ("/", [".github/workflows/a.yml"], true),
    ("/.github", [".github/workflows/a.yml"], false),
    ("/.github/workflows", [".github/workflows/a.yml"], false),
    ("/.github/workflows/a.yml", [".github/workflows/a.yml"], false),
    ("/other", ["w.yml"], false), ("/other/w.yml", ["w.yml"], false),
    ("/odd.txt", ["odd.txt"], false),
  ])
  func takesAnyPath(path: String, workflows: [String], isWhole: Bool) throws {
    let folder = try ProjectFolder([
      ".github/workflows/a.yml": Self.workflow, "other/w.yml": Self.workflow,
      "other/x.yml": "a: b\n", "odd.txt": Self.workflow,
    ])
    let read = try ProjectReader().read(folder.path + path)
    #expect(read.project.workflows.map(\.path) == workflows)
    #expect(read.project.isWhole == isWhole)
    #expect(read.project.problems.isEmpty)
    let file = try #require(workflows.first)
    #expect(FileManager.default.fileExists(atPath: read.location(of: file)))
  }

  @Test func gathersFilesOfOneRoot() throws {
    let folder = try ProjectFolder([
      ".github/workflows/a.yml": Self.workflow, ".github/workflows/b.yml": Self.workflow,
    ])
    let base = "\(folder.path)/.github/workflows"
    let (projects, missing) = ProjectReader().read([
      "\(base)/b.yml", "\(base)/a.yml", "\(base)/c.yml",
    ])
    #expect(projects.map { $0.project.workflows.count } == [2])
    #expect(missing.map(\.path) == ["\(base)/c.yml"])
    #expect(throws: ProjectReader.Missing.self) { try ProjectReader().read("/dev/null") }
    #expect(throws: ProjectReader.Missing.self) { try ProjectReader().read("a\u{0}b") }
  }

  @Test func followsLinksInsideOnly() throws {
    let outside = try ProjectFolder(["w.yml": Self.workflow, "flows/x.yml": Self.workflow])
    let folder = try ProjectFolder([
      ".github/workflows/a.yml": Self.workflow, "here.yml": Self.workflow,
    ])
    try folder.link(".github/workflows/in.yml", to: "../../here.yml")
    try folder.link(".github/workflows/out.yml", to: "\(outside.path)/w.yml")
    try folder.link(".github/workflows/gone.yml", to: "nowhere")
    try folder.link(".github/actions", to: outside.path)
    try folder.link("loop", to: ".")
    let project = try ProjectReader().read(folder.path).project
    #expect(
      project.workflows.map(\.path) == [".github/workflows/a.yml", ".github/workflows/in.yml"])
    #expect(
      project.problems.map(\.path)
        == [".github/actions", ".github/workflows/gone.yml", ".github/workflows/out.yml"])
    #expect(project.problems.allSatisfy { $0.extent == .all && $0.problem.contains("link") })
    let whole = try ProjectFolder()
    try whole.link(".github", to: "\(outside.path)/flows")
    #expect(try ProjectReader().read(whole.path).project.files.isEmpty)
  }

  /// Files that cannot be used, and a word of what is said.
  @Test(arguments: [
    ("on: [\n", "did not find"), ("on: push\njobs: \u{1}\n", "control"),
    ("a: b\n---\nc: d\n", "document"),
    (String(repeating: "[", count: 99), "levels"), (String(repeating: "#", count: 200), "larger"),
  ])
  func namesFilesThatCannotBeUsed(text: String, word: String) throws {
    let folder = try ProjectFolder([
      ".github/workflows/a.yml": text, ".github/workflows/b.yml": Self.workflow,
    ])
    let reader = ProjectReader(limits: ProjectLimits(fileSize: 150))
    let project = try reader.read(folder.path).project
    #expect(project.workflows.map(\.path) == [".github/workflows/b.yml"])
    #expect(project.problems.map(\.path) == [".github/workflows/a.yml"])
    #expect(project.problems.allSatisfy { $0.problem.contains(word) && $0.extent == .all })
  }

  @Test func namesTextsThatAreNotUTF8() throws {
    let folder = try ProjectFolder()
    try folder.write(".github/workflows/a.yml", [0x61, 0x3A, 0x20, 0xFF])
    try folder.write("SECURITY.md", [0xFF, 0xFE])
    let project = try ProjectReader().read(folder.path).project
    #expect(project.problems.allSatisfy { $0.problem == "the text is not UTF-8" })
    #expect(project.problems.map(\.extent) == [.piece, .all])
    #expect(project.problems.last?.position?.line == 1)
  }

  @Test func keepsLimits() throws {
    var files: [String: String] = ["action.yml": Self.action, "pyproject.toml": ""]
    for index in 0..<20 { files[".github/workflows/w\(index).yml"] = Self.workflow }
    let folder = try ProjectFolder(files)
    let few = try ProjectReader(limits: ProjectLimits(files: 20)).read(folder.path).project
    #expect(few.files.count == 20)
    #expect(few.problems.map(\.problem) == ["more than 20 files; the rest is not read"])
    let shallow = try ProjectReader(limits: ProjectLimits(folders: 1)).read(folder.path).project
    #expect(shallow.problems.map(\.problem) == ["more than 1 folders; the rest is not looked into"])
    let deep = try ProjectFolder(["a/b/c/w.yml": Self.workflow])
    let read = try ProjectReader(limits: ProjectLimits(folderDepth: 1)).read(deep.path).project
    #expect(read.problems.map(\.path) == ["a/b"])
  }

  @Test func saysWhatANamedFileIsNot() throws {
    let folder = try ProjectFolder(["a.txt": "b: c\n", "d.yml": "on: push\njobs: {}\nruns: 1\n"])
    let (projects, _) = ProjectReader().read(["\(folder.path)/a.txt", "\(folder.path)/d.yml"])
    #expect(projects.first?.project.problems.map(\.path) == ["a.txt"])
    #expect(projects.first?.project.workflows.map(\.path) == ["d.yml"])
  }
}
