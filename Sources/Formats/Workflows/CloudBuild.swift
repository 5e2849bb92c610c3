// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// A build configuration of Google Cloud Build, in YAML or JSON
/// (<https://cloud.google.com/build/docs/build-config-file-schema>).
///
/// Nothing is refused: a piece that is not what Cloud Build asks for is left out and named in
/// `problems`.
package struct CloudBuild: Sendable {
  /// A step: a program in an image.
  package struct Step: Sendable {
    /// `name`: the image.
    package let image: WorkflowText?
    /// `id`.
    package let id: WorkflowText?
    /// `entrypoint`.
    package let entrypoint: WorkflowText?
    /// `args`.
    package let arguments: [WorkflowText]
    /// `script`, in which the variables of `env` stand for substitutions.
    package let script: WorkflowText?
    /// `env`: `NAME=value`.
    package let env: [WorkflowText]
    /// `secretEnv`: variables from `availableSecrets`.
    package let secretEnv: [WorkflowText]
    /// `waitFor`: the steps that must have ended; nil where all before it must.
    package let waitFor: [WorkflowText]?
    /// What is written of it.
    package let node: YAMLNode

    init(_ node: YAMLNode, _ reader: inout WorkflowReader) {
      self.node = node
      if node.entries == nil { reader.note(node, "the step is not a mapping") }
      image = reader.text(node["name"], "`name`")
      id = reader.text(node["id"], "`id`")
      entrypoint = reader.text(node["entrypoint"], "`entrypoint`")
      arguments = reader.texts(node["args"], "`args`")
      script = reader.text(node["script"], "`script`")
      env = reader.texts(node["env"], "`env`")
      secretEnv = reader.texts(node["secretEnv"], "`secretEnv`")
      waitFor = node["waitFor"].map { reader.texts($0, "`waitFor`") }
    }

    /// The program with its arguments; the image stands for the program where no other is named.
    package var command: ShellCommand? {
      guard let program = entrypoint ?? image else { return nil }
      // An image's name without its registry and tag.
      let name = (program.value.split(separator: "/").last ?? "").prefix { $0 != ":" && $0 != "@" }
      // Arguments may stand before the program, or elsewhere by an alias: one place for all.
      let span = node.entry("args")?.value.span ?? program.span
      var command = ShellCommand(span: span)
      command.words = ([String(name)] + arguments.map(\.value)).map {
        ShellWord(text: $0, isLiteral: true, span: span)
      }
      return command
    }

    /// Whether its arguments are a script: `bash -c TEXT`; the text.
    package var shellArgument: WorkflowText? {
      let program = entrypoint?.value ?? image?.value ?? ""
      let name = program.split(separator: "/").last ?? ""
      guard ["bash", "sh", "ash", "dash"].contains(name.prefix { $0 != ":" }),
        let flag = arguments.firstIndex(where: {
          $0.value.hasPrefix("-") && !$0.value.hasPrefix("--") && $0.value.hasSuffix("c")
        }), flag + 1 < arguments.count
      else { return nil }
      return arguments[flag + 1]
    }
  }

  /// The document.
  package let document: YAMLDocument
  /// The steps, in their order.
  package let steps: [Step]
  /// `images`: what is pushed at the end, with provenance.
  package let images: [WorkflowText]
  /// The entries of `artifacts` (`objects`, `pythonPackages`, `npmPackages`, …).
  package let artifacts: [YAMLEntry]
  /// `options`.
  package let options: YAMLEntry?
  /// `options.requestedVerifyOption`.
  package let verifyOption: WorkflowText?
  /// `serviceAccount`.
  package let serviceAccount: WorkflowText?
  /// `substitutions`.
  package let substitutions: WorkflowMapping?
  /// The versions in `availableSecrets.secretManager`.
  package let secretVersions: [WorkflowText]
  /// Pieces that are not what Cloud Build asks for.
  package let problems: [WorkflowProblem]

  /// Reads a document.
  package init(_ document: YAMLDocument) {
    var reader = WorkflowReader(document)
    let root = document.root
    if root.entries == nil { reader.note(root, "the build is not a mapping") }
    self.document = document
    var steps: [Step] = []
    for node in reader.items(root["steps"], "`steps`") { steps.append(Step(node, &reader)) }
    if root["steps"] == nil { reader.note(root, "the build has no `steps`") }
    self.steps = steps
    images = reader.texts(root["images"], "`images`")
    artifacts = reader.entries(root["artifacts"], "`artifacts`")
    options = root.entry("options")
    verifyOption = reader.text(
      root["options"]?["requestedVerifyOption"], "`requestedVerifyOption`")
    serviceAccount = reader.text(root["serviceAccount"], "`serviceAccount`")
    substitutions = reader.mapping(root["substitutions"], "`substitutions`")
    var versions: [WorkflowText] = []
    let manager = root["availableSecrets"]?["secretManager"]
    for item in reader.items(manager, "`secretManager`") {
      if let text = reader.text(item["versionName"], "`versionName`") { versions.append(text) }
    }
    secretVersions = versions
    reader.noteDuplicates()
    problems = reader.problems
  }

  /// Whether a document looks like a build: steps that name images, and nothing of other systems.
  package static func isLike(_ document: YAMLDocument) -> Bool {
    let root = document.root
    guard root["jobs"] == nil, root["runs"] == nil, root["on"] == nil,
      let first = root["steps"]?.items?.first
    else { return false }
    return first["name"] != nil && first["uses"] == nil && first["run"] == nil
      && (first["args"] ?? first["entrypoint"] ?? first["script"]) != nil
  }
}
