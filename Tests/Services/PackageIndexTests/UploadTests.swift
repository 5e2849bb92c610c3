// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import PythonPackaging
import Testing

@testable import PackageIndex

@Suite struct UploadTests {
  @Test(arguments: [SampleDistribution.wheel(), .sdist()])
  func acceptsAndAcceptsAgain(distribution: SampleDistribution) async throws {
    try await TestIndex.run { index in
      for _ in 0..<2 {
        let answer = try await index.upload(TestForm(distribution))
        #expect(answer.code == 200, "\(answer.text)")
        #expect(answer.bytes.isEmpty)
      }
      let digest = SHA256Hash(hashing: distribution.bytes).hexadecimal
      #expect(
        index.storedFiles == ["files/\(digest.prefix(2))/\(digest)/\(distribution.filename)"])
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let form: TestForm
    let text: String
    var code = 400
    var testDescription: String { text }
  }

  static let wheel = SampleDistribution.wheel()
  static let good = TestForm(wheel)

  private static func form(
    _ distribution: SampleDistribution, name: String = "greeting", version: String = "1.0",
    _ change: (inout TestForm) -> Void = { _ in }
  ) -> TestForm {
    var form = TestForm(distribution, name: name, version: version)
    change(&form)
    return form
  }

  static let refusals: [Case] = [
    Case(form: good.with(":action", "submit"), text: "Project pre-registration", code: 410),
    Case(form: good.with(":action", "other"), text: "Unknown action."),
    Case(form: good.with("protocol_version", "2"), text: "Unknown protocol version."),
    Case(form: good.with("metadata_version", "9"), text: "'9' is an invalid value for Metadata-"),
    Case(
      form: good.with("name", nil), text: "Invalid value for name. Error: This field is required."),
    Case(
      form: good.with("name", "-x"), text: "'-x' is an invalid value for Name. Error: Start and"),
    Case(form: good.with("version", "x"), text: "'x' is an invalid value for Version."),
    Case(
      form: good.with("version", "1.0+local"),
      text: "The use of local versions in '1.0+local' is not allowed."),
    Case(
      form: good.with("filetype", "bdist_egg"),
      text: "Invalid value for filetype. Error: Use a known file type."),
    Case(
      form: good.with("pyversion", nil),
      text: "Python version is required for binary distribution uploads."),
    Case(
      form: TestForm(.sdist()).with("pyversion", "py3"),
      text: "Use 'source' as Python version for an sdist."),
    Case(form: good.with("sha256_digest", nil), text: "Include at least one message digest"),
    Case(
      form: good.with("sha256_digest", "00"),
      text: "Use a valid, hex-encoded, SHA256 message digest."),
    Case(
      form: good.with("blake2_256_digest", "00"),
      text: "Use a valid, hex-encoded, BLAKE2 message digest."),
    Case(
      form: good.with("sha256_digest", String(repeating: "0", count: 64)),
      text: "The digest supplied does not match a digest calculated from the uploaded file."),
    Case(
      form: form(wheel) { $0.contents = nil }, text: "Upload payload does not have a file."),
    Case(
      form: form(wheel) { $0.fields.append(("name", "other")) },
      text: "Invalid value for name. Error: The field is given twice."),
    Case(
      form: form(wheel) { $0.contentType = "image/png" }, text: "Invalid distribution file."),
    Case(
      form: form(wheel) { $0.filename = "../greeting-1.0-py3-none-any.whl" },
      text: "Cannot upload a file with '/' or '\\' in its name."),
    Case(
      form: form(wheel) { $0.filename = "greeting-1.0.zip" },
      text: "Invalid file extension: Extension .zip is invalid for filetype bdist_wheel."),
    Case(
      form: form(wheel) { $0.filename = "greeting.whl" }, text: "Invalid distribution filename: "),
    Case(
      form: form(.sdist(filename: "other-1.0.tar.gz")),
      text: "Start filename for 'greeting' with 'greeting'."),
    Case(
      form: form(.sdist(filename: "Greeting-1.0.tar.gz")),
      text: "Filename 'Greeting-1.0.tar.gz' is invalid, should be 'greeting-1.0.tar.gz'."),
    Case(
      form: form(.wheel(filename: "other-1.0-py3-none-any.whl")),
      text: "should contain the normalized project name 'greeting', not 'other'."),
    Case(
      form: form(.wheel(filename: "greeting-2.0-py3-none-any.whl")),
      text: "Version in filename should be '1.0' not '2.0'."),
    Case(
      form: form(.wheel(name: "other", filename: "greeting-1.0-py3-none-any.whl")),
      text: "the wheel's folder is `other-1.0.dist-info`, but its name calls for "
        + "`greeting-1.0.dist-info`"),
    Case(
      form: form(.sdist(version: "2.0", filename: "greeting-1.0.tar.gz")),
      text: "the top folder is `greeting-2.0`, but the file's name calls for `greeting-1.0`"),
    Case(
      form: form(.wheel(record: "greeting-1.0.dist-info/RECORD,,\n")),
      text: "member `greeting/__init__.py`: RECORD does not list it"),
    Case(
      form: form(.wheel(metadata: SampleDistribution.metadata(name: "other", version: "1.0"))),
      text: "METADATA says that the project is 'other', the form says 'greeting'."),
    Case(
      form: form(.wheel(metadata: SampleDistribution.metadata(name: "greeting", version: "2.0"))),
      text: "METADATA says that the version is '2.0', the form says '1.0'."),
    Case(
      form: form(.sdist(metadata: SampleDistribution.metadata(name: "greeting", version: "2.0"))),
      text: "PKG-INFO says that the version is '2.0', the form says '1.0'."),
    Case(
      form: form(SampleDistribution(filename: wheel.filename, bytes: Array("not a zip".utf8))),
      text: "Invalid distribution file. "),
    Case(
      form: form(SampleDistribution(filename: "greeting-1.0.tar.gz", bytes: wheel.bytes)),
      text: "Invalid distribution file. "),
    Case(
      form: form(.wheel(name: "other"), name: "other"),
      text: "Non-user identities cannot create new projects."),
    Case(
      form: form(.wheel(name: "neighbour"), name: "neighbour"),
      text: "The given token isn't allowed to upload to project 'neighbour'.", code: 403),
    Case(
      form: good.with("attestations", "{"),
      text: "Invalid attestations supplied during upload: Malformed attestations: "),
    Case(
      form: good.with("attestations", "[]"), text: "an empty attestation set is not permitted"),
    Case(
      form: good.with("attestations", "[1,2,3]"),
      text: "A maximum of 2 attestations per file are supported"),
    Case(
      form: good.with("attestations", "[{}]"),
      text: "Invalid attestations supplied during upload: Malformed attestations: "),
  ]

  @Test(arguments: refusals)
  func refuses(refusal: Case) async throws {
    try await TestIndex.run { index in
      try await index.service.registerPublisher(
        project: ProjectName("neighbour"), issuer: TestIndex.baseURL, subject: "somebody else")
      let answer = try await index.upload(refusal.form)
      #expect(answer.code == refusal.code)
      #expect(answer.message.contains(refusal.text), "\(answer.message)")
      // The same text for clients that show only the status line, or only `code`.
      #expect(answer.reason == ReasonPhrase.legal(answer.message))
      #expect(try answer.json.required("code").string() == "\(answer.code) \(answer.message)")
      #expect(index.storedFiles.isEmpty)
      #expect(try await index.get("/simple/greeting/").text.contains(".whl") == false)
    }
  }

  @Test func refusesOtherBytesUnderTheSameName() async throws {
    try await TestIndex.run { index in
      #expect(try await index.upload(TestForm(.wheel())).code == 200)
      let other = try await index.upload(TestForm(.wheel(salt: "x")))
      #expect(other.code == 400)
      #expect(
        other.message.hasPrefix("File already exists ('greeting-1.0-py3-none-any.whl', with sha256")
      )
      let renamed = SampleDistribution(
        filename: "greeting-1.0-py2-none-any.whl", bytes: SampleDistribution.wheel().bytes)
      #expect(try await index.upload(TestForm(renamed)).message.hasPrefix("File already exists ("))
      #expect(index.storedFiles.count == 1)
    }
  }

  @Test func acceptsOneOfManyAtTheSameTime() async throws {
    try await TestIndex.run { index in
      let codes = try await withThrowingTaskGroup(of: Int.self) { group in
        for salt in 0..<6 {
          group.addTask { try await index.upload(TestForm(.wheel(salt: "\(salt)"))).code }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(codes.sorted() == [200, 400, 400, 400, 400, 400])
      #expect(index.storedFiles.count == 1)
    }
  }

  @Test func requiresAttestations() async throws {
    try await TestIndex.run(requireAttestations: true) { index in
      let answer = try await index.upload(TestForm(.wheel()))
      #expect(answer.code == 400)
      #expect(answer.message.hasSuffix("attestations are required on this index"))
      #expect(index.storedFiles.isEmpty)
    }
  }

  @Test func keepsToTheLimits() async throws {
    let limits = UploadLimits(file: 300, field: 20, longField: 100, fields: 400, parts: 20)
    try await TestIndex.run(limits: limits) { index in
      let large = try await index.upload(TestForm(.wheel()).with("sha256_digest", nil))
      #expect(large.message == "File too large. The limit of this index is 300 bytes.")
      let field = try await index.upload(
        TestForm(.wheel()).with("summary", String(repeating: "x", count: 21)))
      #expect(field.message == "Invalid value for sha256_digest. Error: The field is too large.")
      #expect(index.storedFiles.isEmpty)
    }
  }

  @Test func refusesWhatIsNoForm() async throws {
    try await TestIndex.run { index in
      let token = try await index.uploadToken()
      let answer = try await index.post(
        "/legacy/", [.authorization: "Bearer \(token)", .contentType: "text/plain"], [])
      #expect(answer.code == 400)
      #expect(
        answer.message
          == "Malformed upload form: the request is not multipart/form-data with a boundary")
      #expect(try await index.get("/legacy/").code == 405)
      let moved = try await index.post("/legacy", [:], [])
      #expect(moved.code == 308)
      #expect(moved.headers[.location] == "/legacy/")
    }
  }

  @Test func answersWithAProblemDocumentWhenAsked() async throws {
    try await TestIndex.run { index in
      let answer = try await index.upload(
        TestForm(.wheel()).with("filetype", "x"), headers: [.accept: "application/problem+json"])
      #expect(answer.headers[.contentType] == "application/problem+json")
      #expect(try answer.json.required("status").integer() == 400)
      #expect(try answer.json.required("title").string() == "Bad Request")
      #expect(
        try answer.json.required("detail").string()
          == "Invalid value for filetype. Error: Use a known file type.")
    }
  }

  @Test(arguments: [
    ("plain", "plain"), ("two\r\nlines", "two??lines"), ("caf\u{e9} \u{1f600}", "caf? ?"),
    (String(repeating: "x", count: 121), String(repeating: "x", count: 117) + "..."),
  ])
  func makesReasonPhrasesLegal(text: String, phrase: String) {
    #expect(ReasonPhrase.legal(text) == phrase)
  }
}
