// SPDX-License-Identifier: Apache-2.0

import Reproducibility
import TestSupport
import Testing

/// A change of an sdist with the causes it must be given, and the verdict.
struct SdistCase: Sendable, CustomTestStringConvertible {
  let name: String
  let causes: [DifferenceCause]
  let verdict: String
  let change: @Sendable (inout TestTar) -> Void

  init(
    _ name: String, _ causes: [DifferenceCause], _ verdict: String,
    _ change: @escaping @Sendable (inout TestTar) -> Void
  ) {
    self.name = name
    self.causes = causes
    self.verdict = verdict
    self.change = change
  }

  var testDescription: String { name }

  static let code = "greeting-1.0/src/greeting/__init__.py"
  static let tool = "greeting-1.0/src/greeting/tool.sh"
  static let info = "greeting-1.0/PKG-INFO"

  static func edit(_ tar: inout TestTar, _ path: String, _ old: String, _ new: String) {
    let text = String(decoding: tar[path].contents, as: UTF8.self)
    #expect(text.contains(old), "the fixture lacks \(old)")
    tar[path].contents = Array(text.replacing(old, with: new).utf8)
  }

  static func all(_ tar: inout TestTar, _ change: (inout TestTar.Member) -> Void) {
    for place in tar.members.indices { change(&tar.members[place]) }
  }

  static let container: [SdistCase] = [
    SdistCase("times", [.memberTimes], "identical-given") { all(&$0) { $0.time = 1_600_000_000 } },
    SdistCase("pax time", [.memberTimes, .tarDialect], "identical-given") { tar in
      tar[code].pax = [("mtime", "1600000000.25")]
    },
    SdistCase("owners", [.fileOwners], "identical-given") { tar in
      all(&tar) { $0.owner = (0, 0, "", "") }
    },
    SdistCase("umask", [.umaskModes], "identical-given") { $0[code].mode = 0o664 },
    SdistCase("umask of a folder", [.umaskModes], "identical-given") { tar in
      tar.members[0].mode = 0o700
    },
    SdistCase("old Python", [.python38TarHeader], "identical-given") { tar in
      all(&tar) { $0.devices = Array("0000000\u{0}0000000\u{0}".utf8) }
    },
    SdistCase("GNU mark", [.tarDialect], "identical-given") { all(&$0) { $0.isGNU = true } },
    SdistCase("old type of a file", [.tarDialect], "identical-given") { $0[code].type = 0 },
    SdistCase("mode with a type", [.tarDialect], "identical-given") { $0[code].mode = 0o100644 },
    SdistCase("end of a record", [.tarDialect], "identical-given") { $0.endBlocks = 16 },
    SdistCase("gzip time", [.gzipHeader], "identical-given") { $0.time = 0 },
    SdistCase("gzip name", [.gzipHeader], "identical-given") { $0.name = "greeting-1.0.tar" },
    SdistCase("gzip name in dist", [.gzipHeader], "identical-given") { tar in
      tar.name = "dist/greeting-1.0.tar"
    },
    SdistCase("gzip system and level", [.gzipHeader], "identical-given") { tar in
      tar.system = 3
      tar.level = 0
    },
    SdistCase("packed otherwise", [.deflateImplementation], "identical-given") { tar in
      tar.blockSize = 1_000
    },
    SdistCase("order", [.memberOrder], "identical-given") { $0.members.swapAt(1, 2) },
  ]

  static let meaning: [SdistCase] = [
    SdistCase("metadata with CR LF", [.metadataLineEndings], "equivalent-metadata") { tar in
      edit(&tar, info, "\n", "\r\n")
    },
    SdistCase("metadata version", [.metadataVersion], "different") {
      edit(&$0, info, "2.4", "2.1")
    },
    SdistCase("code", [.contents], "different") { edit(&$0, code, "return 1", "return 2") },
    SdistCase("executable", [.executableBit], "different") { $0[code].mode = 0o755 },
    SdistCase("sticky folder", [.specialPermissions], "different") { $0.members[0].mode = 0o1755 },
    SdistCase("link elsewhere", [.symlink], "different") { tar in
      tar["greeting-1.0/README"].link = "PKG-INFO"
    },
    SdistCase("link for a file", [.symlink, .tarDialect], "different") { tar in
      tar[code].contents = []
      tar[code].type = UInt8(ascii: "2")
      tar[code].link = "tool.sh"
    },
    SdistCase("folder for a file", [.memberKind, .tarDialect], "different") { tar in
      tar[code].contents = []
      tar[code].type = UInt8(ascii: "5")
    },
    SdistCase("added link", [.symlink], "different") { tar in
      var link = TestTar.Member("greeting-1.0/more", "")
      link.type = UInt8(ascii: "2")
      link.link = "PKG-INFO"
      tar.members.append(link)
    },
    SdistCase("added file", [.fileAdded], "different") { tar in
      tar.members.append(TestTar.Member("greeting-1.0/setup.py", "import os\n"))
    },
    SdistCase("missing file", [.fileMissing], "different") { tar in
      tar.members.removeAll { $0.path == code }
    },
    SdistCase("uv's copy", [.uvPyproject], "different") { tar in
      tar.members.append(TestTar.Member("greeting-1.0/pyproject.toml.orig", "[project]\n"))
    },
    SdistCase("egg-info", [.generatedFiles], "different") { tar in
      tar.members.append(TestTar.Member("greeting-1.0/greeting.egg-info/SOURCES.txt", "a\n"))
    },
    SdistCase("another top folder", [.topFolder], "different") { tar in
      all(&tar) { $0.path = $0.path.replacing("greeting-1.0/", with: "Greeting-1.0/") }
    },
  ]

  /// What hides something; all of it must be seen.
  static let hidden: [SdistCase] = hiding.map { SdistCase($0, [.hiddenBytes], "different", $1) }

  private static let hiding: [(String, @Sendable (inout TestTar) -> Void)] = [
    ("padding", { tar in tar[code].padding = 0x41 }),
    ("after the user's name", { $0[code].patches[290] = 0x41 }),
    ("after the group's name", { $0[code].patches[325] = 0x41 }),
    ("odd owner", { $0[code].owner.name = "<script>" }),
    ("target of a file", { $0[code].link = "payload" }),
    ("reserved bytes", { $0[code].patches[505] = 0x41 }),
    ("device numbers", { $0[code].devices = Array("0000001\u{0}0000000\u{0}".utf8) }),
    ("unused mode bits", { $0[code].mode = 0o1000644 }),
    ("pax comment", { $0[code].pax = [("comment", "payload")] }),
    ("pax attribute", { $0[code].pax = [("SCHILY.xattr.security.capability", "x")] }),
    ("pax owner", { $0[code].pax = [("uname", "<script>")] }),
    ("gzip comment", { $0.comment = "payload" }),
    ("gzip extra field", { $0.extra = [0x41, 0x42, 2, 0, 1, 2] }),
    ("gzip name", { $0.name = "payload" }),
    ("gzip folder", { $0.name = "payload/greeting-1.0.tar" }),
    ("many zero blocks", { $0.endBlocks = 60 }),
    (
      "another name before the pax path",
      { tar in
        tar[code].pax = [("path", tar[code].path)]
        tar[code].path = "greeting-1.0/evil.py"
      }
    ),
    (
      "name of the pax header",
      { tar in
        tar[code].pax = [("mtime", "1700000000")]
        var global = TestTar.Member("pax_global_header", "18 comment=abcdef\n")
        global.type = UInt8(ascii: "g")
        tar.members.insert(global, at: 0)
      }
    ),
  ]
}

@Suite struct SdistComparisonTests {
  @Test(arguments: SdistCase.container + SdistCase.meaning)
  func changeHasItsCause(_ item: SdistCase) throws {
    var published = Fixture.sdist
    item.change(&published)
    let report = try Fixture.compare(published)
    #expect(Set(report.differences.map(\.cause)) == Set(item.causes), "\(report.differences)")
    #expect(report.verdict.name == item.verdict)
  }

  @Test(arguments: SdistCase.hidden)
  func hiddenBytesNeverPass(_ item: SdistCase) throws {
    var published = Fixture.sdist
    item.change(&published)
    let report = try Fixture.compare(published)
    let causes = report.differences.map(\.cause)
    #expect(causes.contains(.hiddenBytes) || causes.contains(.archiveRefused), "\(causes)")
    #expect(report.verdict == .different)
    // What both have is no difference.
    let same = try Fixture.compare(published, published)
    #expect(same.verdict == .identical || same.differences.map(\.cause) == [.archiveRefused])
  }

  @Test func hiddenBytesOfBothAreNotCounted() throws {
    var published = Fixture.sdist
    published[SdistCase.code].padding = 0x41
    var rebuilt = published
    rebuilt.time = 0
    let causes = try Fixture.compare(published, rebuilt).differences.map(\.cause)
    #expect(causes == [.gzipHeader] || causes == [.archiveRefused])
  }

  @Test func listOfSourcesIsNamed() throws {
    let path = "greeting-1.0/greeting.egg-info/SOURCES.txt"
    var rebuilt = Fixture.sdist
    rebuilt.members.append(TestTar.Member(path, "a\nb\n"))
    for (text, cause) in [
      ("b\na\n", DifferenceCause.listOrder), ("a\nc\n", .sourcesList),
    ] {
      var published = rebuilt
      published[path].contents = Array(text.utf8)
      #expect(try Fixture.compare(published, rebuilt).differences.map(\.cause) == [cause])
    }
  }
}
