// SPDX-License-Identifier: Apache-2.0

/// Why a published file and a rebuilt one differ; the codes are stable and never reused.
///
/// The rebuilt file is the measure: a file is `added` if only the published archive holds it. What
/// each cause weighs is ``weight``; `Documentation/comparison.md` has the table.
package enum DifferenceCause: String, Hashable, Sendable, CaseIterable {
  // What hides something, or cannot be read: first, because it is what an attacker would do.
  /// A strict reader refuses the published archive.
  case archiveRefused = "archive-refused"
  /// A strict reader refuses the rebuilt archive.
  case rebuiltRefused = "rebuilt-refused"
  /// Bytes in a place where no installer looks, other than what a writer puts there.
  case hiddenBytes = "hidden-bytes"
  /// A wheel has no `RECORD`.
  case recordMissing = "record-missing"
  /// The published `RECORD` does not describe the members of its wheel.
  case recordMismatch = "record-mismatch"

  // Members.
  /// The published archive holds a file that the rebuild does not make.
  case fileAdded = "file-added"
  /// The published archive lacks a file that the rebuild makes.
  case fileMissing = "file-missing"
  /// A folder has an entry of its own in one archive only.
  case folderEntry = "folder-entry"
  /// The permission to execute differs.
  case executableBit = "executable-bit"
  /// The bits for set-user, set-group or sticky differ.
  case specialPermissions = "special-permissions"
  /// A member is a symbolic link in one archive only, or points elsewhere.
  case symlink
  /// A member is a file in one archive and a folder in the other.
  case memberKind = "member-kind"
  /// The top folder, or the folder of metadata, has another name.
  case topFolder = "top-folder"

  // Contents.
  /// Contents differ, and no cause is known.
  case contents
  /// Machine code or byte code differs.
  case compiledCode = "compiled-code"
  /// Lines end by CR LF in one file and by LF in the other.
  case lineEndings = "line-endings"
  /// A date, a time or a year in the contents.
  case clockInContents = "clock-in-contents"
  /// The path of a build folder in the contents.
  case buildPath = "build-path"
  /// A version file that setuptools-scm or its successor writes.
  case scmVersionFile = "scm-version-file"
  /// The same contents, compressed by gzip in one of the two.
  case compressedMembers = "compressed-members"
  /// `pyproject.toml` as uv_build rewrites it beside `pyproject.toml.orig`.
  case uvPyproject = "uv-pyproject"
  /// Files that a build back end writes or not, depending on its version.
  case generatedFiles = "generated-files"
  /// The list of files in `SOURCES.txt`.
  case sourcesList = "sources-list"
  /// Values of a JSON document.
  case jsonValues = "json-values"
  /// The same JSON values in another order or layout, in a file that is not known to be generated.
  case jsonOrder = "json-order"
  /// Components or other contents of a bill of materials.
  case sbomContents = "sbom-contents"

  // Metadata with meaning for an installer or a reader.
  /// `Metadata-Version`.
  case metadataVersion = "metadata-version"
  /// Fields of the licence in the core metadata.
  case licenceFields = "licence-fields"
  /// Licence files lie in another folder of the metadata.
  case licencePath = "licence-path"
  /// The same requirements, written otherwise.
  case requiresDistForm = "requires-dist-form"
  /// Any other field of the core metadata, or the description.
  case metadataFields = "metadata-fields"
  /// The same fields of the core metadata, folded or spaced otherwise.
  case metadataForm = "metadata-form"
  /// The tags of a wheel.
  case wheelTag = "wheel-tag"
  /// Other fields of the file `WHEEL`.
  case wheelFields = "wheel-fields"

  // Metadata about how the file was made.
  /// The version of the back end in the field `Generator`.
  case generatorVersion = "generator-version"
  /// `RECORD` has the same rows for the same members, written otherwise.
  case recordForm = "record-form"
  /// The order of a list in a generated file.
  case listOrder = "list-order"
  /// Serial number, time or paths of a bill of materials.
  case sbomNondeterminism = "sbom-nondeterminism"
  /// Line endings of generated metadata.
  case metadataLineEndings = "metadata-line-endings"

  // The container.
  /// Times of members.
  case memberTimes = "member-times"
  /// Owners and groups of tar members.
  case fileOwners = "file-owners"
  /// Permissions other than that to execute.
  case umaskModes = "umask-modes"
  /// Device numbers as CPython up to 3.8 writes them into tar headers.
  case python38TarHeader = "python38-tar-header"
  /// How tar headers are written.
  case tarDialect = "tar-dialect"
  /// Time, name, system or level in the gzip header.
  case gzipHeader = "gzip-header"
  /// The same contents, compressed to other bytes.
  case deflateImplementation = "deflate-implementation"
  /// Versions, flags and attributes in ZIP headers.
  case zipHeader = "zip-header"
  /// The order of the members.
  case memberOrder = "member-order"
}

extension DifferenceCause {
  /// What a difference means for the verdict.
  package enum Weight: Hashable, Sendable {
    /// A field of the container that no installer looks at.
    case container(RebuildVerdict.ContainerField)
    /// Metadata that say how the file was made.
    case metadata
    /// Anything else.
    case different
  }

  /// What the cause weighs; for times it depends on the container, so that it is asked with it.
  package func weight(isWheel: Bool) -> Weight {
    switch self {
    case .generatorVersion, .recordForm, .listOrder, .sbomNondeterminism, .metadataLineEndings:
      .metadata
    case .memberTimes: .container(isWheel ? .zipTime : .tarTime)
    case .fileOwners: .container(.tarOwner)
    case .umaskModes: .container(.mode)
    case .python38TarHeader, .tarDialect: .container(.tarDialect)
    case .gzipHeader: .container(.gzipHeader)
    case .deflateImplementation: .container(.deflate)
    case .zipHeader: .container(.zipHeader)
    case .memberOrder: .container(.order)
    default: .different
    }
  }
}
