// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PythonPackaging

/// One upload of the legacy API: all fields of the form but the file's content.
///
/// The fields come from the distribution's own metadata, so that the form cannot say anything that
/// the file does not. The attestations of PEP 740 are one field, a JSON array.
package struct DistributionUpload: Sendable {
  /// The name of the form's file field.
  package static let contentField = "content"

  /// The file's name.
  package let filename: String
  /// The file's digest, which the index compares.
  package let sha256: SHA256Hash
  /// The text fields in the order in which they are sent.
  package let fields: [UploadFormField]

  /// Assembles the form of a file.
  ///
  /// - Parameters:
  ///   - filename: the distribution's name, without folders.
  ///   - metadata: the distribution's own metadata.
  ///   - sha256: the file's digest.
  ///   - attestations: PEP 740 attestation objects; without any the field is left out, because an
  ///     index refuses an empty array.
  /// - Throws: `PackagingError` when the name is no distribution's, or the metadata name another
  ///   project or version than the name does.
  package init(
    filename: String, metadata: CoreMetadata, sha256: SHA256Hash, attestations: [JSONValue]
  ) throws(PackagingError) {
    let file = try DistributionFilename(filename)
    let form = try UploadForm(file: file, metadata: metadata, sha256: sha256.hexadecimal)
    self.filename = file.text
    self.sha256 = sha256
    var fields = form.fields
    if !attestations.isEmpty {
      fields.append(
        UploadFormField("attestations", JSONValue.array(attestations).compactText))
    }
    self.fields = fields
  }
}
