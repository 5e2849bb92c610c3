// SPDX-License-Identifier: Apache-2.0

import Reproducibility
import TestSupport
import Testing

/// A change of a wheel with the causes it must be given, and the verdict.
struct WheelCase: Sendable, CustomTestStringConvertible {
  let name: String
  let causes: [DifferenceCause]
  let verdict: String
  let change: @Sendable (inout TestZip) -> Void

  init(
    _ name: String, _ causes: [DifferenceCause], _ verdict: String,
    _ change: @escaping @Sendable (inout TestZip) -> Void
  ) {
    self.name = name
    self.causes = causes
    self.verdict = verdict
    self.change = change
  }

  var testDescription: String { name }

  static let code = "greeting/__init__.py"
  static let tool = "greeting/tool.sh"
  static let metadata = "\(Fixture.info)/METADATA"
  static let wheel = "\(Fixture.info)/WHEEL"
  static let record = "\(Fixture.info)/RECORD"

  /// Replaces text in a member and writes RECORD anew, as a build would.
  static func edit(_ zip: inout TestZip, _ path: String, _ old: String, _ new: String) {
    let text = String(decoding: zip[path].contents, as: UTF8.self)
    #expect(text.contains(old), "the fixture lacks \(old)")
    zip[path].contents = Array(text.replacing(old, with: new).utf8)
    zip.record(in: Fixture.info)
  }

  static func add(_ zip: inout TestZip, _ path: String, _ text: String) {
    zip.members.insert(TestZip.Member(path, text), at: 1)
    zip.record(in: Fixture.info)
  }

  static let container: [WheelCase] = [
    WheelCase("times", [.memberTimes], "identical-given") { zip in
      for place in zip.members.indices { zip.members[place].time = 0x4000 }
    },
    WheelCase("umask", [.umaskModes], "identical-given") { zip in
      zip[code].mode = 0o100664
    },
    WheelCase("umask of a program", [.umaskModes], "identical-given") { zip in
      zip[tool].mode = 0o100700
    },
    WheelCase("no modes", [.zipHeader], "identical-given") { $0[code].mode = 0 },
    WheelCase("no type bits", [.zipHeader], "identical-given") { $0[code].mode = 0o644 },
    WheelCase("versions", [.zipHeader], "identical-given") { zip in
      zip[code].madeBy = 0x031E
      zip[code].needed = 10
    },
    WheelCase("another system", [.zipHeader], "identical-given") { $0[code].madeBy = 0x0014 },
    WheelCase("text attribute", [.zipHeader], "identical-given") { zip in
      zip[code].internalAttributes = 1
      zip[code].dosAttributes = 0x20
    },
    WheelCase("UTF-8 flag", [.zipHeader], "identical-given") { $0[code].flags = 0x0800 },
    WheelCase("packed otherwise", [.deflateImplementation], "identical-given") { zip in
      zip[code].isDeflated = true
    },
    WheelCase("order", [.memberOrder], "identical-given") { $0.members.swapAt(0, 2) },
    WheelCase("order of the directory", [.memberOrder], "identical-given") { zip in
      zip.directoryOrder = [1, 0] + Array(2..<zip.members.count)
    },
  ]

  static let meaning: [WheelCase] = [
    WheelCase("generator", [.generatorVersion], "equivalent-metadata") { zip in
      edit(&zip, wheel, "hatchling 1.26.3", "hatchling 1.27.0")
    },
    WheelCase("RECORD in another order", [.listOrder], "equivalent-metadata") { zip in
      let lines = String(decoding: zip[record].contents, as: UTF8.self).split(separator: "\n")
      let moved = lines.dropFirst() + lines.prefix(1)
      zip[record].contents = Array((moved.joined(separator: "\n") + "\n").utf8)
    },
    WheelCase("RECORD with CR LF", [.metadataLineEndings], "equivalent-metadata") { zip in
      let text = String(decoding: zip[record].contents, as: UTF8.self)
      zip[record].contents = Array(text.replacing("\n", with: "\r\n").utf8)
    },
    WheelCase("RECORD with quotes", [.recordForm], "equivalent-metadata") { zip in
      let text = String(decoding: zip[record].contents, as: UTF8.self)
      zip[record].contents = Array(text.replacing(code, with: "\"\(code)\"").utf8)
    },
    WheelCase("RECORD without sizes", [.recordForm], "equivalent-metadata") { zip in
      let text = String(decoding: zip[record].contents, as: UTF8.self)
      let size = ",\(zip[code].contents.count)\n"
      zip[record].contents = Array(text.replacing(size, with: ",\n").utf8)
    },
    WheelCase("METADATA with CR LF", [.metadataLineEndings], "equivalent-metadata") { zip in
      edit(&zip, metadata, "\n", "\r\n")
    },
    WheelCase("order of classifiers", [.listOrder], "equivalent-metadata") { zip in
      edit(
        &zip, metadata, "Classifier: Typing :: Typed\nClassifier: Topic :: Utilities",
        "Classifier: Topic :: Utilities\nClassifier: Typing :: Typed")
    },
    WheelCase("metadata version", [.metadataVersion], "different") { zip in
      edit(&zip, metadata, "Metadata-Version: 2.4", "Metadata-Version: 2.3")
    },
    WheelCase("licence field", [.licenceFields], "different") { zip in
      edit(&zip, metadata, "License-Expression: MIT", "License: MIT")
    },
    WheelCase("requirement in parentheses", [.requiresDistForm], "different") { zip in
      edit(&zip, metadata, "tomli>=2; ", "tomli (>=2) ; ")
    },
    WheelCase("another requirement", [.metadataFields], "different") { zip in
      edit(&zip, metadata, "tomli>=2;", "evil>=2;")
    },
    WheelCase("description", [.metadataFields], "different") { zip in
      edit(&zip, metadata, "# Greeting", "# Greetings")
    },
    WheelCase("folded metadata", [.metadataForm], "different") { zip in
      edit(&zip, metadata, "Name: greeting", "Name:  greeting")
    },
    WheelCase("tag", [.wheelTag], "different") { zip in
      edit(&zip, wheel, "Tag: py3-none-any", "Tag: py2-none-any")
    },
    WheelCase("purelib", [.wheelFields], "different") { zip in
      edit(&zip, wheel, "Root-Is-Purelib: true", "Root-Is-Purelib: false")
    },
    WheelCase("licence folder", [.licencePath], "different") { zip in
      zip["\(Fixture.info)/licenses/LICENSE"].path = "\(Fixture.info)/LICENSE"
      zip.record(in: Fixture.info)
    },
    WheelCase("year in a licence", [.clockInContents], "different") { zip in
      edit(&zip, "\(Fixture.info)/licenses/LICENSE", "2025", "2026")
    },
    WheelCase("number in code", [.contents], "different") { zip in
      edit(&zip, code, "'hello'", "'2026'")
    },
    WheelCase("line endings", [.lineEndings], "different") { edit(&$0, code, "\n", "\r\n") },
    WheelCase("a lone CR", [.contents], "different") {
      edit(&$0, code, "    return", "\r    return")
    },
    WheelCase("JSON order", [.jsonOrder], "different") {
      edit(&$0, "greeting/data.json", "[1, 2]", "[2, 1]")
    },
    WheelCase("JSON value", [.jsonValues], "different") {
      edit(&$0, "greeting/data.json", "3", "4")
    },
    WheelCase("added file", [.fileAdded], "different") { add(&$0, "greeting/more.py", "x = 1\n") },
    WheelCase("missing file", [.fileMissing], "different") { zip in
      zip.members.removeAll { $0.path == "greeting/data.json" }
      zip.record(in: Fixture.info)
    },
    WheelCase("generated file", [.generatedFiles], "different") { zip in
      add(&zip, "\(Fixture.info)/scm_version.json", "{}")
    },
    WheelCase("byte code", [.fileAdded], "different") { add(&$0, "greeting/x.pyc", "\u{1}") },
    WheelCase("build path", [.buildPath], "different") { zip in
      edit(&zip, tool, "echo hello", "echo /tmp/build-a1/x")
    },
    WheelCase("folder entry", [.folderEntry], "different") { zip in
      zip.members.insert(TestZip.Member("greeting/", "", mode: 0o040755), at: 0)
    },
    WheelCase("no RECORD", [.recordMissing, .fileMissing], "different") { zip in
      zip.members.removeAll { $0.path == record }
    },
    WheelCase("RECORD untrue", [.recordMismatch, .contents], "different") { zip in
      zip[code].contents = Array("import os\n".utf8)
    },
    WheelCase("RECORD of something", [.recordMismatch], "different") { zip in
      zip[record].contents = Array("nothing".utf8)
    },
    WheelCase("executable", [.executableBit], "different") { $0[code].mode = 0o100755 },
    WheelCase("executable by others", [.executableBit], "different") { $0[code].mode = 0o100645 },
    WheelCase("not executable for the owner", [.executableBit], "different") { zip in
      zip[tool].mode = 0o100655
    },
    WheelCase("executable without a type", [.executableBit], "different") { zip in
      zip[tool].mode = 0o755
    },
    WheelCase("executable on another system", [.executableBit, .zipHeader], "different") { zip in
      zip[tool].madeBy = 0x0014
    },
    WheelCase("sticky", [.specialPermissions], "different") { $0[code].mode = 0o101644 },
    WheelCase("spelling of the folder", [.topFolder], "different") { zip in
      for place in zip.members.indices {
        zip.members[place].path = zip.members[place].path.replacing(
          "greeting-1.0.d", with: "Greeting-1.0.d")
      }
      zip.record(in: "Greeting-1.0.dist-info")
    },
  ]
}

@Suite struct WheelComparisonTests {
  @Test(arguments: WheelCase.container + WheelCase.meaning)
  func changeHasItsCause(_ item: WheelCase) throws {
    var rebuilt = Fixture.wheel
    if item.name == "build path" {
      WheelCase.edit(&rebuilt, WheelCase.tool, "echo hello", "echo /build/src/x")
    }
    var published = Fixture.wheel
    item.change(&published)
    let report = try Fixture.compare(published, rebuilt)
    #expect(Set(report.differences.map(\.cause)) == Set(item.causes), "\(report.differences)")
    #expect(report.verdict.name == item.verdict)
    #expect(report.verdict.passes == (item.verdict == "identical-given"))
  }

  @Test func sameBytesAreIdentical() throws {
    let report = try Fixture.compare(Fixture.wheel)
    #expect(report.verdict == .identical)
    #expect(report.differences.isEmpty && report.reason == nil)
    #expect(report.memberCount == 7)
  }

  @Test func fieldsAreCounted() throws {
    var published = Fixture.wheel
    for place in published.members.indices { published.members[place].time = 0x4000 }
    published[WheelCase.code].isDeflated = true
    let report = try Fixture.compare(published)
    #expect(report.verdict == .identicalGiven([.zipTime: 7, .deflate: 1]))
  }

  @Test func refusedArchiveNeverPasses() throws {
    var published = Fixture.wheel
    published.suffix = [0]
    let bytes = published.bytes
    let report = try Fixture.compare(bytes, bytes, "greeting-1.0-py3-none-any.whl")
    #expect(report.differences.map(\.cause) == [.archiveRefused])
    #expect(report.verdict == .different)
    let other = try Fixture.compare(Fixture.wheel, published)
    #expect(other.differences.map(\.cause) == [.rebuiltRefused])
    #expect(other.verdict == .different)
  }

  /// Where only the place of sizes and checksum differs, the verdict is the second at best.
  @Test func descriptorIsAFieldOfTheContainer() throws {
    var published = Fixture.wheel
    var rebuilt = Fixture.wheel
    for place in published.members.indices {
      published.members[place].isDeflated = true
      rebuilt.members[place].isDeflated = true
      published.members[place].isStreamed = true
    }
    let report = try Fixture.compare(published, rebuilt)
    #expect(report.verdict == .identicalGiven([.zipHeader: 7]))
    #expect(report.differences.first?.published?.contains("sizes after the data") == true)
    #expect(try Fixture.compare(rebuilt, published).verdict == .identicalGiven([.zipHeader: 7]))
    #expect(try Fixture.compare(published, published).verdict == .identical)
  }

  /// Each byte of a descriptor is the central header's; beside it there is no room.
  @Test func descriptorHidesNothing() throws {
    var published = Fixture.wheel
    published[WheelCase.code].isDeflated = true
    published[WheelCase.code].isStreamed = true
    let bytes = published.bytes
    let name = "greeting-1.0-py3-none-any.whl"
    let start = try #require(bytes.firstRange(of: [0x50, 0x4B, 7, 8])?.lowerBound)
    for place in start..<start + 16 {
      var changed = bytes
      changed[place] ^= 0x40
      #expect(try !Fixture.compare(changed, bytes, name).verdict.passes, "byte \(place - start)")
      #expect(try !Fixture.compare(changed, changed, name).verdict.passes)
    }
    // Checksum and sizes of the local header: zeros, or those of the member.
    for place in 14..<26 {
      var changed = bytes
      changed[place] = 0x41
      #expect(try !Fixture.compare(changed, bytes, name).verdict.passes, "byte \(place)")
    }
    for payload in [[0], Array("payload".utf8), [0x50, 0x4B, 7, 8] + Array(bytes[14..<26])] {
      var changed = published
      changed[WheelCase.code].gap = payload
      #expect(try !Fixture.compare(changed, published).verdict.passes)
    }
    var stored = published
    stored[WheelCase.code].isDeflated = false
    #expect(try Fixture.compare(stored, published).differences.map(\.cause) == [.archiveRefused])
  }

  @Test(arguments: ["", "a comment", String(repeating: "x", count: 60_000)])
  func commentOfTheArchiveIsNoField(comment: String) throws {
    var published = Fixture.wheel
    published.comment = Array("another comment".utf8)
    var rebuilt = Fixture.wheel
    rebuilt.comment = Array(comment.utf8)
    for report in [
      try Fixture.compare(published, rebuilt), try Fixture.compare(rebuilt, published),
    ] {
      #expect(report.differences.map(\.cause) == [.hiddenBytes])
      #expect(report.verdict == .different)
    }
    #expect(try Fixture.compare(published, published).verdict == .identical)
  }

  @Test func corruptMemberIsRefused() throws {
    let bytes = Fixture.wheel.bytes
    let place = try #require(bytes.firstRange(of: Array("hello".utf8))?.lowerBound)
    var damaged = bytes
    damaged[place] ^= 1
    let report = try Fixture.compare(damaged, damaged, "greeting-1.0-py3-none-any.whl")
    #expect(report.verdict == .different)
    #expect(report.differences.first?.published?.contains("checksum") == true)
  }

  @Test func manyMembersOfOneCauseAreOneLine() throws {
    var published = Fixture.wheel
    var rebuilt = Fixture.wheel
    for number in 0..<50 {
      let text = Array("{\"n\": \(number)}".utf8)
      let gzip = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + TestDeflate.stored(text)
      let sum = TestDeflate.crc32(text)
      let trailer = [sum, UInt32(text.count)].flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
      }
      published.members.append(TestZip.Member("greeting/\(number).json.gz", gzip + trailer))
      rebuilt.members.append(TestZip.Member("greeting/\(number).json", text))
    }
    published.record(in: Fixture.info)
    rebuilt.record(in: Fixture.info)
    let report = try Fixture.compare(published, rebuilt)
    #expect(report.differences.map(\.cause) == [.compressedMembers])
    #expect(report.differences.first?.count == 50)
    #expect(report.differences.first?.examples.count == ComparisonLimits().examples)
    #expect(report.changes.count == 50 && report.furtherChanges == 0)
    #expect(report.verdict == .different)
  }

  @Test func listsAreBounded() throws {
    var published = Fixture.wheel
    for number in 0..<30 { WheelCase.add(&published, "greeting/\(number).py", "x = \(number)\n") }
    let limits = ComparisonLimits(changes: 10, examples: 3, excerpts: 2)
    let report = try Fixture.compare(published, limits: limits)
    #expect(report.differences.first?.examples.count == 3)
    #expect(report.differences.first?.examples.filter { $0.excerpt != nil }.count == 2)
    #expect(report.changes.count == 10 && report.furtherChanges == 20)
  }

  @Test func backEndIsNamedFirst() throws {
    var published = Fixture.wheel
    WheelCase.edit(&published, WheelCase.wheel, "hatchling 1.26.3", "hatchling 1.29.0")
    WheelCase.edit(&published, WheelCase.metadata, "2.4", "2.3")
    let report = try Fixture.compare(published)
    let reason = try #require(report.reason)
    #expect(reason.hasPrefix("it was built by hatchling 1.29.0 and rebuilt by hatchling 1.26.3"))
    #expect(reason.contains("version of the core metadata usually follows from that"))
    let generator = report.differences.first { $0.cause == .generatorVersion }
    #expect(generator?.fix.contains("hatchling==1.29.0") == true)
  }

  @Test(arguments: [
    ("setuptools (75.6.0)", "setuptools==75.6.0"), ("flit 3.12.0", "flit_core==3.12.0"),
    ("uv 0.9.13", "uv-build==0.9.13"), ("bdist_wheel (0.41.2)", "wheel==0.41.2"),
  ])
  func fixNamesThePin(generator: String, pin: String) throws {
    var published = Fixture.wheel
    WheelCase.edit(&published, WheelCase.wheel, "hatchling 1.26.3", generator)
    #expect(try Fixture.compare(published).differences.first?.fix.contains("\"\(pin)\"") == true)
  }

  @Test(arguments: ["meson", "a b c", "evil `x` 1", "1 x"])
  func fixOfAnOddGeneratorIsGeneral(generator: String) throws {
    var published = Fixture.wheel
    WheelCase.edit(&published, WheelCase.wheel, "hatchling 1.26.3", generator)
    let difference = try #require(try Fixture.compare(published).differences.first)
    #expect(difference.fix == DifferenceCause.generatorVersion.fix)
  }
}
