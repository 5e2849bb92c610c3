// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging

/// What the fields of an upload form say, checked against each other and against the file's name.
///
/// The texts of the refusals are PyPI's: people search for them, and twine's `--skip-existing` and
/// others look into them.
struct UploadCandidate {
  /// The project.
  let project: ProjectName
  /// The version.
  let version: Version
  /// The file's name.
  let filename: DistributionFilename
  /// The digest that the form promises.
  let sha256: SHA256Hash
  /// The field `attestations`, if it was sent.
  let attestations: String?

  private static let specification =
    "https://packaging.python.org/specifications/core-metadata"
  private static let metadataVersions: Set<String> = [
    "1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "2.3", "2.4", "2.5",
  ]

  /// Checks the fields, but not whom the upload comes from.
  ///
  /// - Throws: ``IndexRefusal``.
  init(_ form: ReceivedForm) throws {
    try Self.checkAction(form)
    project = try Self.project(form)
    version = try Self.version(form)
    try Self.checkMetadataVersion(form)
    let filetype = try Self.filetype(form)
    sha256 = try Self.digest(form)
    guard !version.isLocal else {
      throw IndexRefusal.invalid("The use of local versions in '\(version.text)' is not allowed.")
    }
    guard let file = form.file else {
      throw IndexRefusal.invalid("Upload payload does not have a file.")
    }
    filename = try Self.filename(file.name, filetype: filetype)
    // Absent means text/plain (RFC 7578 §4.4), which is what uv leaves it at.
    guard file.contentType?.hasPrefix("image/") != true else {
      throw IndexRefusal.invalid("Invalid distribution file.")
    }
    attestations = try form.value("attestations")
    try checkFilename()
  }

  private static func checkAction(_ form: ReceivedForm) throws {
    switch try form.value(":action") {
    case "file_upload": break
    case "submit", "submit_pkg_info":
      throw IndexRefusal(
        410,
        "Project pre-registration is no longer required or supported, upload your files instead.")
    case "doc_upload":
      throw IndexRefusal(410, "Uploading documentation is no longer supported.")
    default: throw IndexRefusal.invalid("Unknown action.")
    }
    guard try form.value("protocol_version") ?? "1" == "1" else {
      throw IndexRefusal.invalid("Unknown protocol version.")
    }
  }

  private static func project(_ form: ReceivedForm) throws -> ProjectName {
    guard let text = try form.value("name") else {
      throw IndexRefusal.invalid("Invalid value for name. Error: This field is required.")
    }
    guard let name = try? ProjectName(text) else {
      throw IndexRefusal.invalid(
        "'\(text.prefix(100))' is an invalid value for Name. Error: Start and end with a letter or "
          + "numeral containing only ASCII numeric and '.', '_' and '-'. See \(specification) for "
          + "more information.")
    }
    return name
  }

  private static func version(_ form: ReceivedForm) throws -> Version {
    guard let text = try form.value("version") else {
      throw IndexRefusal.invalid("Invalid value for version. Error: This field is required.")
    }
    guard let version = try? Version(text) else {
      throw IndexRefusal.invalid(
        "'\(text.prefix(100))' is an invalid value for Version. Error: Start with a PEP 440 "
          + "release number. See \(specification) for more information.")
    }
    return version
  }

  private static func checkMetadataVersion(_ form: ReceivedForm) throws {
    let text = try form.value("metadata_version")
    guard let text, metadataVersions.contains(text) else {
      throw IndexRefusal.invalid(
        "'\(text?.prefix(20) ?? "")' is an invalid value for Metadata-Version. Error: Use a known "
          + "metadata version. See \(specification) for more information.")
    }
  }

  private static func filetype(_ form: ReceivedForm) throws -> String {
    guard let filetype = try form.value("filetype"), ["sdist", "bdist_wheel"].contains(filetype)
    else { throw IndexRefusal.invalid("Invalid value for filetype. Error: Use a known file type.") }
    let python = try form.value("pyversion")
    if filetype == "sdist" {
      guard python ?? "source" == "source" else {
        throw IndexRefusal.invalid("Use 'source' as Python version for an sdist.")
      }
    } else if python == nil {
      throw IndexRefusal.invalid("Python version is required for binary distribution uploads.")
    }
    return filetype
  }

  private static func digest(_ form: ReceivedForm) throws -> SHA256Hash {
    // MD5 and BLAKE2b are read by others; here SHA-256 decides and is therefore required.
    guard let text = try form.value("sha256_digest") else {
      throw IndexRefusal.invalid("Include at least one message digest, the SHA-256.")
    }
    guard let digest = SHA256Hash(hexadecimal: text.lowercased()) else {
      throw IndexRefusal.invalid("Use a valid, hex-encoded, SHA256 message digest.")
    }
    if let other = try form.value("blake2_256_digest"),
      SHA256Hash(hexadecimal: other.lowercased()) == nil
    {
      throw IndexRefusal.invalid("Use a valid, hex-encoded, BLAKE2 message digest.")
    }
    return digest
  }

  private static func filename(_ text: String, filetype: String) throws -> DistributionFilename {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
      throw IndexRefusal.invalid("Cannot upload a file with non-printable characters in its name.")
    }
    guard !text.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) else {
      throw IndexRefusal.invalid("Cannot upload a file with '/' or '\\' in its name.")
    }
    let suffix = filetype == "sdist" ? ".tar.gz" : ".whl"
    guard text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else {
      let last = text.lastIndex(of: ".").map { text[$0...].prefix(20) } ?? "''"
      throw IndexRefusal.invalid(
        "Invalid file extension: Extension \(last) is invalid for filetype \(filetype). "
          + "Use \(suffix).")
    }
    do {
      return try DistributionFilename(text)
    } catch {
      throw IndexRefusal.invalid("Invalid distribution filename: \(error)")
    }
  }

  private func checkFilename() throws {
    let normal = project.filenameComponent
    guard filename.project == project else {
      switch filename {
      case .sdist:
        throw IndexRefusal.invalid("Start filename for '\(project.normalized)' with '\(normal)'.")
      case .wheel(let wheel):
        throw IndexRefusal.invalid(
          "Filename '\(filename)' should contain the normalized project name '\(normal)', not "
            + "'\(wheel.project.text)'.")
      }
    }
    guard filename.version == version else {
      throw IndexRefusal.invalid(
        "Version in filename should be '\(version.normalized)' not '\(filename.version)'.")
    }
    guard filename.isNormalized else {
      switch filename {
      case .sdist:
        let expected = SdistFilename.normalized(project: project, version: version)
        throw IndexRefusal.invalid("Filename '\(filename)' is invalid, should be '\(expected)'.")
      case .wheel(let wheel):
        guard wheel.project.text.utf8.elementsEqual(normal.utf8) else {
          throw IndexRefusal.invalid(
            "Filename '\(filename)' should contain the normalized project name '\(normal)', not "
              + "'\(wheel.project.text)'.")
        }
        throw IndexRefusal.invalid(
          "Version in filename should be '\(version.normalized)' not '\(filename.version)'.")
      }
    }
  }
}
