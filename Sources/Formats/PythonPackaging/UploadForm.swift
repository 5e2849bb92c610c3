// SPDX-License-Identifier: Apache-2.0

/// A field that the core metadata specification defines.
struct CoreMetadataField {
  /// The field's name in the legacy upload form.
  let formName: String
  /// Whether the field may stand more than once.
  let isRepeatable: Bool

  private static let single: Set<String> = [
    "metadata_version", "name", "version", "summary", "description", "description_content_type",
    "keywords", "home_page", "download_url", "author", "author_email", "maintainer",
    "maintainer_email", "license", "license_expression", "requires_python",
  ]
  private static let repeatable: Set<String> = [
    "platform", "supported_platform", "classifier", "requires_dist", "requires_external",
    "project_url", "provides_extra", "provides_dist", "obsoletes_dist", "dynamic", "license_file",
    "import_name", "import_namespace", "requires", "provides", "obsoletes",
  ]

  /// The field of a name as it stands in the file; `nil` if the specification has no such field.
  init?(named name: String) {
    let lowered = name.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0.asciiLowercased }
    let key = String(decoding: lowered, as: UTF8.self)
    if Self.single.contains(key) {
      formName = key
      isRepeatable = false
    } else if Self.repeatable.contains(key) {
      // The form has plural names for these two only.
      formName = key == "classifier" || key == "project_url" ? key + "s" : key
      isRepeatable = true
    } else {
      return nil
    }
  }
}

/// One text field of an upload form; a name may repeat.
package struct UploadFormField: Hashable, Sendable {
  /// The field's name.
  package let name: String
  /// Its value.
  package let value: String

  /// Makes a field.
  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension CoreMetadata {
  /// The metadata as fields of the legacy upload form, without file, digests and `:action`.
  ///
  /// Names are in lower case with `_` for `-`, fields that may repeat do so under one name, and
  /// fields that the specification does not define are left out. `metadata_version`, `name` and
  /// `version` come first, the description last.
  package var uploadFormFields: [UploadFormField] {
    let leading: Set<String> = ["metadata_version", "name", "version", "description"]
    var result = [
      UploadFormField("metadata_version", metadataVersion),
      UploadFormField("name", name.text),
      UploadFormField("version", version.text),
    ]
    for field in fields {
      guard let known = CoreMetadataField(named: field.name), !leading.contains(known.formName)
      else { continue }
      result.append(UploadFormField(known.formName, field.value))
    }
    if let description { result.append(UploadFormField("description", description)) }
    return result
  }
}

/// The upload form of one file for `POST /legacy/`: everything but `content` and `attestations`.
package struct UploadForm: Sendable {
  /// The text fields in the order in which they are sent.
  package let fields: [UploadFormField]

  /// Makes the form of a file from its name, its metadata and its SHA-256 in hexadecimal.
  ///
  /// - Throws: ``PackagingError/metadata(line:reason:)`` when the metadata name another project or
  ///   version than the file name does.
  package init(
    file: DistributionFilename, metadata: CoreMetadata, sha256 hexadecimal: String
  ) throws(PackagingError) {
    guard metadata.name == file.project else {
      throw .metadata(
        line: nil,
        reason: "the name is `\(metadata.name)`, but the file name says `\(file.project)`")
    }
    guard metadata.version == file.version else {
      throw .metadata(
        line: nil,
        reason: "the version is `\(metadata.version)`, but the file name says `\(file.version)`")
    }
    fields =
      [
        UploadFormField(":action", "file_upload"),
        UploadFormField("protocol_version", "1"),
        UploadFormField("sha256_digest", hexadecimal),
        UploadFormField("filetype", file.filetype),
        UploadFormField("pyversion", file.pythonVersion),
      ] + metadata.uploadFormFields
  }
}
