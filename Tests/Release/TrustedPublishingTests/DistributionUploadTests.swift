// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import Testing

@testable import TrustedPublishing

@Suite("Upload form")
struct DistributionUploadTests {
  static let metadata = """
    Metadata-Version: 2.4
    Name: Greeting
    Version: 1.0.0
    Classifier: Environment :: Console
    Classifier: Typing :: Typed

    Hello
    """
  static let digest = SHA256Hash(hashing: [1, 2, 3])

  private func upload(_ filename: String, attestations: [JSONValue] = []) throws
    -> DistributionUpload
  {
    try DistributionUpload(
      filename: filename, metadata: CoreMetadata(parsing: Array(Self.metadata.utf8)),
      sha256: Self.digest, attestations: attestations)
  }

  @Test(arguments: [
    ("greeting-1.0.0-py3-none-any.whl", "bdist_wheel", "py3"),
    ("greeting-1.0.0.tar.gz", "sdist", "source"),
  ])
  func carriesWhatTheFileSays(_ filename: String, _ type: String, _ python: String) throws {
    let fields = try upload(filename).fields
    func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
    #expect(values(":action") == ["file_upload"])
    #expect(values("protocol_version") == ["1"])
    #expect(values("filetype") == [type])
    #expect(values("pyversion") == [python])
    #expect(values("sha256_digest") == [Self.digest.hexadecimal])
    #expect(values("name") == ["Greeting"])
    #expect(values("classifiers") == ["Environment :: Console", "Typing :: Typed"])
    // An empty array would be refused by indexes.
    #expect(values("attestations").isEmpty)
  }

  @Test func attestationsAreOneJSONArray() throws {
    let fields = try upload(
      "greeting-1.0.0.tar.gz", attestations: [["version": 1], ["version": 2]]
    ).fields
    #expect(
      fields.filter { $0.name == "attestations" }.map(\.value)
        == [#"[{"version":1},{"version":2}]"#])
  }

  @Test(arguments: ["other-1.0.0.tar.gz", "greeting-2.0.0.tar.gz", "greeting.zip", "x"])
  func refusesAFileOfAnotherName(_ filename: String) {
    #expect(throws: PackagingError.self) { try upload(filename) }
  }
}
