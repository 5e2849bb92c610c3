// SPDX-License-Identifier: Apache-2.0

/// What a `METADATA` or `PKG-INFO` file may ask of its reader.
package struct CoreMetadataLimits: Hashable, Sendable {
  /// Most bytes of the file.
  package var size: Int
  /// Most fields.
  package var fields: Int

  /// Makes limits.
  package init(size: Int = 4 << 20, fields: Int = 10_000) {
    self.size = size
    self.fields = fields
  }
}

/// Core metadata of a distribution: the file `METADATA` of a wheel, `PKG-INFO` of an sdist.
///
/// The format is that of e-mail headers (core metadata specification): `Name: value` lines, lines
/// that start with white space continue the value before, and after the first empty line the body
/// is the description.
///
/// ```
/// Metadata-Version: 2.4
/// Name: greeting
/// Version: 1.0.0
/// Requires-Dist: tomli>=2; python_version < "3.11"
///
/// # Greeting
/// ```
package struct CoreMetadata: Sendable {
  /// One field, with its name as written and its value unfolded, without surrounding white space.
  package struct Field: Hashable, Sendable {
    /// The field's name as written.
    package let name: String
    /// The value; continuation lines are kept as lines.
    package let value: String
  }

  /// All fields in the order of the file.
  package let fields: [Field]
  /// The version of the metadata format, such as `2.4`.
  package let metadataVersion: String
  /// The project's name.
  package let name: ProjectName
  /// The project's version.
  package let version: Version
  /// The description: the body, or the field `Description` of old files.
  package let description: String?

  /// Parses a file.
  ///
  /// - Throws: ``PackagingError/metadata(line:reason:)``, also when `Metadata-Version`, `Name` or
  ///   `Version` is missing or invalid, or when a field that may stand once stands twice.
  package init(
    parsing bytes: [UInt8], limits: CoreMetadataLimits = CoreMetadataLimits()
  ) throws(PackagingError) {
    let (fields, body) = try CoreMetadataReader.read(bytes, limits: limits)
    var seen: Set<String> = []
    for field in fields {
      guard let known = CoreMetadataField(named: field.name), !known.isRepeatable else { continue }
      guard seen.insert(known.formName).inserted else {
        throw .metadata(line: nil, reason: "`\(field.name)` is given more than once")
      }
    }
    func required(_ name: String) throws(PackagingError) -> String {
      guard let value = Self.values(of: name, in: fields).first, !value.isEmpty else {
        throw .metadata(line: nil, reason: "`\(name)` is missing")
      }
      return value
    }
    metadataVersion = try required("Metadata-Version")
    let parts = metadataVersion.utf8.split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].elementsEqual("1".utf8) || parts[0].elementsEqual("2".utf8),
      !parts[1].isEmpty, parts[1].count <= 2, parts[1].allSatisfy(\.isASCIIDigit)
    else {
      throw .metadata(line: nil, reason: "`Metadata-Version` is not one that is known")
    }
    name = try ProjectName(try required("Name"))
    version = try Version(try required("Version"))
    let field = Self.values(of: "Description", in: fields).first
    guard field == nil || body == nil else {
      throw .metadata(line: nil, reason: "the description is given as a field and as the body")
    }
    description = body ?? field
    self.fields = fields
  }

  /// The values of a field, in order; the name's case does not matter.
  package func values(of name: String) -> [String] { Self.values(of: name, in: fields) }

  /// The value of a field that may stand once.
  package func value(of name: String) -> String? { values(of: name).first }

  private static func values(of name: String, in fields: [Field]) -> [String] {
    fields.filter { field in
      field.name.utf8.lazy.map(\.asciiLowercased)
        .elementsEqual(name.utf8.lazy.map(\.asciiLowercased))
    }.map(\.value)
  }
}
