// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PythonPackaging
package import SystemPackage

extension BuildResult {
  /// What provenance says about the build, but project, version, commit and files: for a release that
  /// goes on in another process.
  package var facts: JSONValue {
    func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
    return [
      "ref": ref.map { .string($0) } ?? .null, "subfolder": .string(subfolder),
      "sourceDateEpoch": .integer(sourceDateEpoch),
      "tools": [
        "python": .string(tools.python), "pip": .string(tools.pip), "build": .string(tools.build),
        "requirements": strings(tools.requirements),
        "backend": tools.backend.map { .string($0) } ?? .null,
        "generator": tools.generator.map { .string($0) } ?? .null,
      ],
      "commands": .array(commands.map(strings)),
      "startedOn": .string(startedOn.rfc3339), "finishedOn": .string(finishedOn.rfc3339),
    ]
  }

  /// Puts a result together again.
  ///
  /// - Parameters:
  ///   - facts: what ``facts`` wrote.
  ///   - project: the project's name.
  ///   - version: the version.
  ///   - commit: the commit; `nil` outside of git.
  ///   - isDirty: whether the source was not exactly that of the commit.
  ///   - files: the files.
  /// - Throws: `DocumentError`.
  package init(
    facts: JSONNode, project: ProjectName, version: Version, commit: String?, isDirty: Bool,
    files: [File]
  ) throws(DocumentError) {
    func strings(_ node: JSONNode) throws(DocumentError) -> [String] {
      var texts: [String] = []
      for element in try node.array(limit: 1000) { texts.append(try element.string()) }
      return texts
    }
    let tools = try facts.required("tools")
    var commands: [[String]] = []
    for command in try facts.required("commands").array(limit: 100) {
      commands.append(try strings(command))
    }
    self.init(
      project: project, version: version, files: files, commit: commit,
      ref: try facts.optional("ref")?.string(),
      subfolder: try facts.required("subfolder").string(), isDirty: isDirty,
      sourceDateEpoch: try facts.required("sourceDateEpoch").integer(),
      tools: Tools(
        python: try tools.required("python").string(), pip: try tools.required("pip").string(),
        build: try tools.required("build").string(),
        requirements: try strings(try tools.required("requirements")),
        backend: try tools.optional("backend")?.string(),
        generator: try tools.optional("generator")?.string()),
      commands: commands, startedOn: try facts.required("startedOn").timestamp(),
      finishedOn: try facts.required("finishedOn").timestamp(), log: nil)
  }
}

extension BuildResult.File {
  /// Names a file that was built before.
  package init(
    _ filename: DistributionFilename, at path: FilePath, sha256: SHA256Hash, size: Int64
  ) {
    self.init(filename: filename, path: path, sha256: sha256, size: size)
  }
}
