// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark diff` through the real program.
@Suite struct DiffTests {
  static let hallmark = Program("hallmark")
  static let name = "greeting-1.0-py3-none-any.whl"
  static let info = "greeting-1.0.dist-info"

  private static func wheel(_ code: String = "x = 1\n", at path: String = "greeting.py") -> TestZip
  {
    var zip = TestZip([
      TestZip.Member(path, code),
      TestZip.Member("\(info)/METADATA", "Metadata-Version: 2.4\nName: greeting\nVersion: 1.0\n"),
      TestZip.Member("\(info)/WHEEL", "Wheel-Version: 1.0\nGenerator: flit 3.12.0\n"),
    ])
    if !path.utf8.allSatisfy({ $0 < 0x80 }) { zip[path].flags = 0x0800 }
    zip.record(in: info)
    return zip
  }

  private struct Folders {
    let scratch: Scratch
    let published: String
    let rebuilt: String

    init(_ published: [UInt8], _ rebuilt: [UInt8]?) throws {
      scratch = try Scratch()
      self.published = try scratch.write("published/\(DiffTests.name)", published)
      self.rebuilt = scratch.path + "/rebuilt"
      if let rebuilt {
        _ = try scratch.write("rebuilt/\(DiffTests.name)", rebuilt)
      } else {
        _ = try scratch.write("rebuilt/notes.txt", [])
      }
    }

    func diff(_ options: String...) throws -> Program.Outcome {
      try DiffTests.hallmark.run(["diff", scratch.path + "/published", rebuilt] + options)
    }
  }

  private static var otherTimes: TestZip {
    var zip = wheel()
    for place in zip.members.indices { zip.members[place].time = 0x4000 }
    return zip
  }

  @Test func verdictsHaveTheirStatus() throws {
    let wheel = Self.wheel().bytes
    var generator = Self.wheel()
    generator["\(Self.info)/WHEEL"].contents += Array("Generator: flit 4.0.0\n".utf8)
    for (bytes, status, text) in [
      (wheel, 0, "  identical\n"),
      (Self.otherTimes.bytes, 0, "identical, given container fields (identical-given)"),
      (Self.wheel("x = 2\n").bytes, 5, "  different\n"),
      (generator.bytes, 5, "different"),
      ([1, 2, 3], 5, "archive-refused"),
    ] as [([UInt8], Int32, String)] {
      let outcome = try Folders(bytes, wheel).diff()
      #expect(outcome.status == status, "\(outcome)")
      #expect(outcome.output.contains(text), "\(outcome)")
    }
    let missing = try Folders(wheel, nil).diff()
    #expect(missing.status == 6 && missing.output.contains("no rebuilt file has this name"))
  }

  @Test func fileIsPairedWithAFolder() throws {
    let folders = try Folders(Self.wheel().bytes, Self.otherTimes.bytes)
    let outcome = try Self.hallmark.run(["diff", folders.published, folders.rebuilt])
    #expect(outcome.status == 0 && outcome.output.contains("member-times"), "\(outcome)")
    #expect(outcome.output.contains("fix  set SOURCE_DATE_EPOCH"), "\(outcome)")
  }

  @Test func documentFitsItsSchema() throws {
    let schema = try JSONSchema("comparison-v1.json")
    var hostile = Self.wheel("y = '\u{202E}'\n", at: "greeting/\u{202E}x.py")
    hostile["greeting/\u{202E}x.py"].mode = 0o100755
    for bytes in [Self.wheel(), Self.otherTimes, Self.wheel("x = 2\n"), hostile].map(\.bytes) {
      let outcome = try Folders(bytes, Self.wheel().bytes).diff("--json")
      #expect(try schema.problems(in: outcome.output) == [], "\(outcome)")
    }
    let missing = try Folders(Self.wheel().bytes, nil).diff("--json")
    #expect(try schema.problems(in: missing.output) == [], "\(missing)")
  }

  @Test func pageLoadsAndRunsNothing() throws {
    let path = "greeting/<img src=x onerror=alert(1)>\u{202E}.py"
    let published = Self.wheel("x = '</pre><script>alert(1)</script>\u{1b}[31m'\n", at: path)
    let folders = try Folders(published.bytes, Self.wheel().bytes)
    let page = folders.scratch.path + "/report.html"
    let outcome = try folders.diff("--html", page)
    #expect(outcome.status == 5, "\(outcome)")
    #expect(!outcome.output.contains("\u{202E}") && !outcome.output.contains("\u{1b}"))
    let text = try String(contentsOfFile: page, encoding: .utf8)
    for mark in ["<script", "<img", "<link", "src=\"", "url(", "@import", "\u{202E}", "\u{1b}"] {
      #expect(!text.contains(mark), "\(mark)")
    }
    #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(text.contains("default-src &#39;none&#39;"))
    #expect(text.contains("file-added"))
  }

  @Test func whatCannotBeRead() throws {
    let folders = try Folders(Self.wheel().bytes, Self.wheel().bytes)
    let scratch = folders.scratch
    let odd = try scratch.write("odd.zip", Self.wheel().bytes)
    for (arguments, status, text) in [
      ([scratch.path + "/nothing.whl", odd], 1, "does not have the name of a wheel"),
      ([odd, odd], 1, "does not have the name of a wheel"),
      ([folders.published, scratch.path + "/nothing"], 1, "cannot read"),
      ([scratch.path + "/published", odd], 2, "is a folder and"),
      ([scratch.path, scratch.path], 1, "there is no wheel or sdist"),
      ([folders.published, folders.rebuilt, "--html", scratch.path], 1, "it is a folder"),
      ([folders.published, folders.rebuilt, "--html", "/nowhere/x.html"], 1, "cannot write"),
      ([folders.published, folders.rebuilt, "--json", "--diffoscope"], 2, "no meaning"),
      ([folders.published], 2, "rebuilt"),
    ] as [([String], Int32, String)] {
      let outcome = try Self.hallmark.run(["diff"] + arguments)
      #expect(outcome.status == status, "\(outcome)")
      #expect(outcome.errors.contains(text), "\(outcome)")
    }
  }

  @Test func diffoscopeIsAFurtherView() throws {
    let folders = try Folders(Self.wheel("x = 2\n").bytes, Self.wheel().bytes)
    let arguments = ["diff", folders.published, folders.rebuilt, "--diffoscope"]
    let missing = try Self.hallmark.run(arguments, environment: ["PATH": folders.scratch.path])
    #expect(missing.status == 1 && missing.errors.contains("install it"), "\(missing)")
    #expect(missing.output.contains("  different\n"))
    let program = try folders.scratch.write(
      "bin/diffoscope", "#!/bin/sh\nprintf '\\033[31mseen\\n'\nseq 1000\nexit 1\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let path = folders.scratch.path + "/bin:/usr/bin:/bin"
    let outcome = try Self.hallmark.run(arguments, environment: ["PATH": path])
    #expect(outcome.status == 5, "\(outcome)")
    #expect(outcome.output.contains("\\u{1B}[31mseen"))
    #expect(outcome.output.contains("more lines") && !outcome.output.contains("\n  1000"))
  }
}
