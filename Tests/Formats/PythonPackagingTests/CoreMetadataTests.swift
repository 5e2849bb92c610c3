// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import Testing

@Suite struct CoreMetadataTests {
  private let text = """
    Metadata-Version: 2.4
    Name: Greeting.Package
    Version: 1.0.0
    Summary: Says hello
    Author-email: A <a@example.com>
    Project-URL: Source, https://example.com/a
    Project-URL: Docs, https://example.com/b
    Classifier: Typing :: Typed
    Classifier: Environment :: Console
    License-File: LICENSE
    Requires-Dist: tomli>=2; python_version < "3.11"
    Provides-Extra: cli
    X-Unknown: kept but not sent
    License: line one
            line two

    # Greeting é

    Text.

    """

  @Test func fieldsAndBodyAreRead() throws {
    let metadata = try CoreMetadata(parsing: Array(text.utf8))
    #expect(metadata.metadataVersion == "2.4")
    #expect(metadata.name.normalized == "greeting-package")
    #expect(metadata.version.text == "1.0.0")
    #expect(metadata.values(of: "project-url").count == 2)
    #expect(metadata.value(of: "License") == "line one\n        line two")
    #expect(metadata.description == "# Greeting é\n\nText.\n")
  }

  @Test func uploadFormHasTheNamesOfTheLegacyAPI() throws {
    let metadata = try CoreMetadata(parsing: Array(text.utf8))
    let fields = metadata.uploadFormFields
    #expect(fields.prefix(3).map(\.name) == ["metadata_version", "name", "version"])
    #expect(
      fields.filter { $0.name == "project_urls" }.map(\.value).first
        == "Source, https://example.com/a")
    #expect(fields.filter { $0.name == "classifiers" }.count == 2)
    for name in ["summary", "author_email", "license_file", "requires_dist", "provides_extra"] {
      #expect(fields.filter { $0.name == name }.count == 1, "\(name)")
    }
    #expect(!fields.contains { $0.name.hasPrefix("x_") })
    #expect(fields.last?.name == "description")
    let file = try DistributionFilename("greeting_package-1.0-py3-none-any.whl")
    let form = try UploadForm(file: file, metadata: metadata, sha256: "00")
    #expect(form.fields.first == UploadFormField(":action", "file_upload"))
    #expect(form.fields.contains(UploadFormField("pyversion", "py3")))
    let other = try DistributionFilename("greeting_package-1.1-py3-none-any.whl")
    #expect(throws: PackagingError.self) {
      try UploadForm(file: other, metadata: metadata, sha256: "00")
    }
  }

  @Test func lineEndsOfWindowsAndOldDescriptionsAreRead() throws {
    let head = "Metadata-Version: 1.2\r\nName: a\r\nVersion: 1\r\n"
    let old = head + "Description: one\r\n       |two\r\n"
    let metadata = try CoreMetadata(parsing: Array(old.utf8))
    #expect(metadata.description == "one\ntwo")
  }

  @Test(arguments: [
    "", "Name: a\nVersion: 1\n", "Metadata-Version: 2.1\nVersion: 1\n",
    "Metadata-Version: 2.1\nName: a\n", "Metadata-Version: 3.0\nName: a\nVersion: 1\n",
    "Metadata-Version: 2.1\nName: a\nName: b\nVersion: 1\n",
    "Metadata-Version: 2.1\nName: -\nVersion: 1\n", "Metadata-Version: 2.1\nName: a\nVersion: x\n",
    " Metadata-Version: 2.1\nName: a\nVersion: 1\n",
    "Metadata-Version: 2.1\nno colon\nName: a\nVersion: 1\n",
    "Metadata-Version: 2.1\nName: a\nVersion: 1\nSummary: a\u{0}b\n",
    "Metadata-Version: 2.1\nName: a\nVersion: 1\nDescription: x\n\nbody\n",
  ])
  func otherTextsAreRefused(text: String) {
    #expect(throws: PackagingError.self) { try CoreMetadata(parsing: Array(text.utf8)) }
  }

  @Test func limitsHold() {
    let head = "Metadata-Version: 2.1\nName: a\nVersion: 1\n"
    #expect(throws: PackagingError.self) {
      try CoreMetadata(parsing: Array(head.utf8), limits: CoreMetadataLimits(size: 10))
    }
    #expect(throws: PackagingError.self) {
      try CoreMetadata(parsing: Array(head.utf8), limits: CoreMetadataLimits(fields: 2))
    }
    #expect(throws: PackagingError.self) { try CoreMetadata(parsing: Array(head.utf8) + [0xFF]) }
  }
}
