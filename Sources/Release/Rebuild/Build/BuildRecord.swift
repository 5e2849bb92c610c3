// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PythonPackaging
import SystemPackage

/// What a build was made of and how, for provenance and for whoever builds it again:
/// `NAME-VERSION.build.json`, described in Documentation/building.md.
package struct BuildRecord: Sendable {
  /// One file of the release.
  package struct File: Hashable, Sendable {
    /// Its name.
    package let filename: DistributionFilename
    /// Its SHA-256.
    package let sha256: SHA256Hash
    /// Its size in bytes.
    package let size: Int64
    /// Whether this build made it.
    package let isBuilt: Bool
  }

  /// The name of the format and its version.
  package static let format = "hallmark-build/1"

  /// The project's name, in the spelling of its metadata.
  package let project: ProjectName
  /// The version.
  package let version: Version
  /// The files: sdist, wheel, then the given wheels.
  package let files: [File]
  /// Whether the second build gave the same files; `nil` without one.
  package let isReproducible: Bool?
  /// The whole record.
  package let json: JSONValue

  /// The record's own name.
  package var filename: String {
    "\(project.normalized.replacing("-", with: "_"))-\(version).build.json"
  }

  init(
    build: HermeticBuild, output: BuildOutput, made: [CheckedFile], given: [GivenWheel],
    finishedOn: Timestamp
  ) {
    project = output.project
    version = output.version
    files =
      made.map {
        File(
          filename: $0.filename, sha256: $0.sha256, size: Int64($0.bytes.count), isBuilt: true)
      }
      + given.map {
        File(filename: $0.filename, sha256: $0.sha256, size: $0.size, isBuilt: false)
      }
    let results = made.map(\.check.isIdentical)
    isReproducible = results.contains(nil) ? nil : !results.contains(false)
    json = Self.json(
      build: build, output: output, made: made, files: files, isReproducible: isReproducible,
      finishedOn: finishedOn)
  }

  private static func json(
    build: HermeticBuild, output: BuildOutput, made: [CheckedFile], files: [File],
    isReproducible: Bool?, finishedOn: Timestamp
  ) -> JSONValue {
    let source = build.source
    var sandbox: JSONValue = .null
    if case .sandbox(let used) = build.place {
      sandbox = [
        "program": "bubblewrap", "version": .string(used.version), "network": false,
        "filter": .boolean(used.isFiltered),
      ]
    }
    let last = made.last?.requirements
    return [
      "format": .string(format),
      "project": ["name": .string("\(output.project)"), "version": .string("\(output.version)")],
      "source": [
        "commit": text(source.commit), "ref": text(source.ref),
        "subfolder": .string(source.subfolder), "isDirty": .boolean(source.isDirty),
      ],
      "sourceDateEpoch": .integer(source.time),
      "startedOn": .string(build.startedOn.rfc3339), "finishedOn": .string(finishedOn.rfc3339),
      "builder": [
        "hallmark": .string(build.options.toolVersion), "uv": .string(UVTool.version),
        "uvSha256": text(build.resolverDigest?.hexadecimal),
        "architecture": .string(Platform.architecture),
        "interpreter": [
          "implementation": .string(build.interpreter.implementation),
          "version": .string(build.interpreter.version),
          "sha256": .string(build.interpreter.sha256.hexadecimal),
        ],
        "sandbox": sandbox,
        "toolchains": .array(
          build.toolchains.map { folder, sha256 in
            ["path": .string(folder.string), "sha256": .string(sha256.hexadecimal)]
          }),
      ],
      "backend": .string((try? build.backend()) ?? BuildSystem.legacyBackend),
      "generator": text(output.generator),
      "lock": lock(last),
      "steps": .array(made.map { step($0, build: build) }),
      "check": [
        "result": .string(isReproducible.map { $0 ? "identical" : "different" } ?? "skipped"),
        "varied": .array(varied(made).map { .string($0) }),
        "samePath": .array(made.filter(\.dependsOnPath).map { .string($0.filename.text) }),
      ],
      "files": .array(
        files.map { file in
          [
            "name": .string(file.filename.text), "sha256": .string(file.sha256.hexadecimal),
            "size": .integer(file.size), "origin": file.isBuilt ? "built" : "given",
          ]
        }),
    ]
  }

  private static func lock(_ requirements: LockedRequirements?) -> JSONValue {
    guard let requirements else { return .null }
    let lock = requirements.lock
    return [
      "origin": requirements.isCommitted ? "project" : "resolved",
      "sha256": .string(lock.sha256.hexadecimal),
      "requirements": .array((lock.requirements ?? []).map { .string($0) }),
      "uploadedBefore": text(lock.uploadedBefore?.rfc3339),
      "packages": .array(
        lock.pylock.packages.map { package in
          [
            "name": .string(package.requirement.project.normalized),
            "version": .string("\(package.version)"),
          ]
        }),
    ]
  }

  /// What differed in the second build of some file; for those of `samePath` all but the path.
  private static func varied(_ made: [CheckedFile]) -> [String] {
    made.map(\.varied).max { $0.count < $1.count } ?? []
  }

  private static func step(_ file: CheckedFile, build: HermeticBuild) -> JSONValue {
    let surroundings = file.built.surroundings
    let hook = "build_\(file.kind.rawValue)"
    return [
      "file": .string(file.filename.text),
      "hook": .string("\((try? build.backend()) ?? BuildSystem.legacyBackend).\(hook)"),
      "source": file.kind == .sdist ? "commit" : "sdist",
      "folder": .string(surroundings.folder.string),
      "umask": .string("0" + String(surroundings.conditions.umask, radix: 8)),
      "environment": .object(
        surroundings.variables.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }),
      "dynamicRequirements": .array(file.built.dynamicRequirements.map { .string($0) }),
      "wheels": .array(
        file.built.site.wheels.map { wheel in
          ["name": .string(wheel.filename), "sha256": .string(wheel.sha256.hexadecimal)]
        }),
      "form": .string(file.form.rawValue),
      "log": .string("\(file.kind.rawValue).log"),
    ]
  }

  private static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
}

extension CheckedFile.Check {
  /// Whether both builds gave the same file; `nil` without a second one.
  package var isIdentical: Bool? {
    switch self {
    case .skipped: nil
    case .identical: true
    case .different: false
    }
  }
}
