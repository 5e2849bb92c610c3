// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import PythonPackaging
import Sigstore
import SystemPackage
import Verification

/// The provenance that a record of `hallmark build` gives, `NAME-VERSION.build.json`.
///
/// By itself it is of SLSA build level 1: it says how the files were made, and whoever signs it could
/// have written something else. The build type `urn:hallmark:buildtype:hermetic-build:v1` means what
/// Documentation/building.md says of the record. In a job of a forge the token's claims are the
/// provenance, and the record only adds what went into the build.
struct BuildRecordProvenance: Sendable {
  /// Identifies the template of the build.
  static let buildType = "urn:hallmark:buildtype:hermetic-build:v1"
  /// Who builds outside of any service: whoever signs.
  static let localBuilder = "urn:hallmark:builder:local"
  /// How a record's name ends.
  static let suffix = ".build.json"

  private static let format = "hallmark-build/1"
  private static let sizeLimit = 16 << 20
  private static let limit = 10_000

  private let path: String
  /// The record's SHA-256.
  let digest: SHA256Hash
  /// The record's size in bytes.
  let size: Int64
  /// What it says.
  let root: JSONNode
  /// The commit of the source, even where it had changes; `nil` without git.
  let commit: String?
  /// Whether the source was not exactly that of the commit.
  let isDirty: Bool
  private let files: [(name: String, sha256: SHA256Hash)]

  /// Reads a record.
  ///
  /// - Throws: `CommandFailure` that names the file.
  init(path: String) throws(CommandFailure) {
    do {
      let bytes = try FileReading.bytes(of: path, limit: Self.sizeLimit)
      let root = try JSONNode(parsing: bytes, limits: JSONLimits(size: Self.sizeLimit))
      let format = try root.required("format")
      guard try format.string().utf8.elementsEqual(Self.format.utf8) else {
        throw format.error("expected `\(Self.format)`")
      }
      var files: [(String, SHA256Hash)] = []
      for node in try root.required("files").array(limit: Self.limit) {
        files.append(
          (try node.required("name").string(), try Self.digest(try node.required("sha256"))))
      }
      self.files = files
      let source = try root.required("source")
      commit = try source.optional("commit")?.string()
      isDirty = try source.required("isDirty").boolean()
      self.root = root
      self.path = path
      digest = SHA256Hash(hashing: bytes)
      size = Int64(bytes.count)
      // What is missing in it is said before anything is signed.
      _ = try predicate()
    } catch let error as FileError {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the build record cannot be used: \(error)", place: path,
          help: ["name the NAME-VERSION.build.json that `hallmark build` wrote"]))
    }
  }

  /// The record beside files of one release; `nil` where there is none.
  ///
  /// - Throws: `CommandFailure`.
  static func beside(_ files: [ArtifactFile]) throws(CommandFailure) -> BuildRecordProvenance? {
    for file in files {
      guard let name = try? DistributionFilename(file.name) else { continue }
      if let record = try of(name.project, name.version, in: file.folder) { return record }
    }
    return nil
  }

  /// The record of a release in a folder; `nil` where there is none.
  ///
  /// - Throws: `CommandFailure`.
  static func of(
    _ project: ProjectName, _ version: Version, in folder: FilePath
  ) throws(CommandFailure) -> BuildRecordProvenance? {
    let name = project.normalized.replacing("-", with: "_")
    let path = folder.appending("\(name)-\(version)\(suffix)").string
    return FileReading.isPresent(path) ? try BuildRecordProvenance(path: path) : nil
  }

  /// Refuses subjects that the build did not make, or made otherwise.
  ///
  /// - Throws: `CommandFailure` of status 5.
  func check(_ subjects: [Subject]) throws(CommandFailure) {
    for subject in subjects where !has(subject) {
      throw CommandFailure(
        status: ExitStatus.differs.rawValue,
        Diagnostic(
          "`\(subject.name)` is not a file of the build that is recorded", place: path,
          expected: files.map { "\($0.name) sha256:\($0.sha256)" }.joined(separator: ", "),
          found: "sha256:\(subject.sha256?.hexadecimal ?? "")",
          help: ["build again, or name the record of this build by --build-record"]))
    }
  }

  /// Refuses a job whose commit is not exactly what was built: the job's provenance names nothing
  /// else as the source.
  ///
  /// - Throws: `CommandFailure` of status 5.
  func check(commit attested: String) throws(CommandFailure) {
    if let commit, !isDirty, commit.utf8.elementsEqual(attested.utf8) { return }
    let isSame = commit?.utf8.elementsEqual(attested.utf8) ?? false
    throw CommandFailure(
      status: ExitStatus.differs.rawValue,
      Diagnostic(
        isSame
          ? "the build that is recorded is of files that differ from the job's commit"
          : "the build that is recorded is of another commit than the job", place: path,
        expected: attested,
        found: commit.map { isDirty ? "\($0) with changes" : $0 } ?? "files without a commit",
        help: [
          "build the commit in this job, without --allow-dirty, or name the record of its build by"
            + " --build-record"
        ]))
  }

  /// Whether the build made a file, by name and digest.
  func has(_ subject: Subject) -> Bool {
    let name = subject.name.utf8.split(separator: UInt8(ascii: "/")).last
    return files.contains { made in
      made.sha256 == subject.sha256 && name?.elementsEqual(made.name.utf8) == true
    }
  }

  /// The predicate, for whoever builds on a machine of their own.
  ///
  /// - Parameter name: who built, a URI.
  /// - Returns: the predicate.
  /// - Throws: `DocumentError`.
  func predicate(builder name: String = localBuilder) throws(DocumentError) -> JSONValue {
    let source = try root.required("source")
    var from = JSONObject([("subfolder", .string(try source.required("subfolder").string()))])
    if let commit, !isDirty {
      from["commit"] = .string(commit)
      from["ref"] = try source.optional("ref")?.value
    }
    var parameters = JSONObject([
      ("dirty", .boolean(isDirty)),
      ("SOURCE_DATE_EPOCH", try root.required("sourceDateEpoch").value),
      ("record", ["sha256": .string(digest.hexadecimal)]),
    ])
    if let commit, isDirty { parameters["baseCommit"] = .string(commit) }
    let builder = try root.required("builder")
    // No sandbox is said as loudly as a sandbox.
    parameters["sandbox"] = try builder.optional("sandbox")?.value ?? .boolean(false)
    for key in ["backend", "generator", "lock", "steps", "check"] {
      parameters[key] = try root.optional(key)?.value
    }
    return SLSAProvenance(
      buildType: Self.buildType, externalParameters: ["source": .object(from)],
      internalParameters: .object(parameters), resolvedDependencies: try dependencies(),
      builderID: name,
      builderVersion: [
        "hallmark": try builder.required("hallmark").string(),
        "uv": try builder.required("uv").string(),
        "python": try builder.required("interpreter").required("version").string(),
      ],
      invocationID: "urn:hallmark:build-record:sha256:\(digest)",
      startedOn: try root.required("startedOn").timestamp(),
      finishedOn: try root.required("finishedOn").timestamp()
    ).predicate
  }

  /// What went into the build: the commit, each wheel of the build environment, the interpreter.
  private func dependencies() throws(DocumentError) -> [SLSAProvenance.ResourceDescriptor] {
    var dependencies: [SLSAProvenance.ResourceDescriptor] = []
    if let commit, !isDirty {
      dependencies.append(
        SLSAProvenance.ResourceDescriptor(
          uri: "swh:1:rev:\(commit)", digests: ["gitCommit": commit]))
    }
    return dependencies + (try materials())
  }

  /// The wheels and the interpreter.
  private func materials() throws(DocumentError) -> [SLSAProvenance.ResourceDescriptor] {
    var materials: [SLSAProvenance.ResourceDescriptor] = []
    for step in try root.required("steps").array(limit: Self.limit) {
      for wheel in try step.required("wheels").array(limit: Self.limit) {
        let name = try wheel.required("name").string()
        let digest = try Self.digest(try wheel.required("sha256")).hexadecimal
        guard let filename = try? DistributionFilename(name) else {
          throw wheel.error("`\(name)` is not the name of a wheel")
        }
        let material = SLSAProvenance.ResourceDescriptor(
          uri: "pkg:pypi/\(filename.project.normalized)@\(filename.version)?file_name=\(name)",
          digests: ["sha256": digest])
        if !materials.contains(material) { materials.append(material) }
      }
    }
    let interpreter = try root.required("builder").required("interpreter")
    materials.append(
      SLSAProvenance.ResourceDescriptor(
        uri: "pkg:generic/\(try interpreter.required("implementation").string())@"
          + (try interpreter.required("version").string()),
        digests: ["sha256": try Self.digest(try interpreter.required("sha256")).hexadecimal]))
    return materials
  }

  /// Adds what went into the build to the provenance of a job, where its build type has room for it:
  /// GitHub's takes any resolved dependency after the source, GitLab's says what it has.
  ///
  /// - Throws: `DocumentError`.
  func adding(to predicate: JSONValue) throws(DocumentError) -> JSONValue {
    guard case .object(var object) = predicate,
      case .object(var definition)? = object["buildDefinition"],
      definition["buildType"] == .string(GitHubWorkflowProvenance.buildType),
      case .array(let known)? = definition["resolvedDependencies"]
    else { return predicate }
    definition["resolvedDependencies"] = .array(
      known
        + (try materials()).map { material in
          [
            "uri": .string(material.uri),
            "digest": .object(
              material.digests.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }),
          ]
        })
    object["buildDefinition"] = .object(definition)
    return .object(object)
  }

  private static func digest(_ node: JSONNode) throws(DocumentError) -> SHA256Hash {
    guard let digest = SHA256Hash(hexadecimal: try node.string()) else {
      throw node.error("expected 64 lower-case hexadecimal digits")
    }
    return digest
  }
}
