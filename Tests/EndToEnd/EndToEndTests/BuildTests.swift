// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark build` through the program.
@Suite struct BuildTests {
  private let workplace: Workplace

  init() throws { workplace = try Workplace() }

  private func json(_ name: String) throws -> [String: Any] {
    let bytes = try TestData.read(workplace(name))
    return try #require(
      try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  @Test func buildsTwiceAndRecords() throws {
    let project = try TinyBackend(in: workplace)
    let first = try workplace.hallmark(["build", project.path, "--json"])
    #expect(first.status == 0, "\(first)")
    #expect(first.output.contains(#""result":"identical""#))
    let names = workplace.names(in: "tiny/dist")
    #expect(
      names == [
        "logs", "tiny-1.0-py3-none-any.whl", "tiny-1.0.build.json", "tiny-1.0.tar.gz",
      ])
    #expect(
      workplace.names(in: "tiny/dist/logs") == [
        "lock.log", "sdist-check.log", "sdist.log", "wheel-check.log", "wheel.log",
      ])
    #expect(try JSONSchema("build-v1.json").problems(in: first.output) == [])
    let text = String(
      decoding: try TestData.read(workplace("tiny/dist/tiny-1.0.build.json")), as: UTF8.self)
    #expect(try JSONSchema("build-record-v1.json").problems(in: text) == [])
    let record = try json("tiny/dist/tiny-1.0.build.json")
    #expect(record["format"] as? String == "hallmark-build/1")
    let source = try #require(record["source"] as? [String: Any])
    #expect(source["isDirty"] as? Bool == false)
    #expect((source["commit"] as? String)?.count == 40)
    let builder = try #require(record["builder"] as? [String: Any])
    let sandbox = builder["sandbox"] as? [String: Any]
    #expect(sandbox?["network"] as? Bool == false)
    #expect(sandbox?["filter"] as? Bool == true)
    let check = record["check"] as? [String: Any]
    #expect((check?["varied"] as? [String])?.count == 11, "\(record)")
    let steps = try #require(record["steps"] as? [[String: Any]])
    #expect(steps.map { $0["folder"] as? String } == ["/build/src", "/build/src"])
    // Resolved now, so that nothing later can count.
    let lock = try #require(record["lock"] as? [String: Any])
    let moments = [record["startedOn"], lock["uploadedBefore"]].map { ($0 as? String) ?? "" }
    #expect(moments[0].prefix(19) < moments[1].prefix(19), "\(moments)")
    // The same commit once more, elsewhere: the same files.
    let second = try workplace.hallmark(
      ["build", project.path, "--out", workplace("other"), "--no-check", "--json"])
    #expect(second.status == 0, "\(second)")
    for name in ["tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz"] {
      #expect(
        try TestData.read(workplace("tiny/dist/\(name)"))
          == TestData.read(workplace("other/\(name)")))
    }
    #expect(second.output.contains(#""result":"skipped""#))
    workplace.expectNothingLeft()
  }

  @Test func refusesWhatIsNotACommit() throws {
    let project = try TinyBackend(in: workplace)
    try workplace.write("tiny/new.py", "")
    let refused = try workplace.hallmark(["build", project.path])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("not committed: `new.py`"))
    let allowed = try workplace.hallmark(["build", project.path, "--allow-dirty"])
    #expect(allowed.status == 0, "\(allowed)")
    let source = try json("tiny/dist/tiny-1.0.build.json")["source"] as? [String: Any]
    #expect(source?["isDirty"] as? Bool == true)
  }

  /// What makes the second build differ, and whether the files are there afterwards.
  @Test(arguments: [
    ("SEED = repr(os.urandom(8))", []), ("SEED = os.getcwd() + str(time.time())", []),
    ("SEED = repr(hash('x'))", []), ("SEED = repr(os.listdir('.'))", []),
    ("SEED = time.strftime('%Z')", []), ("SEED = repr(os.urandom(8))", ["--keep-different"]),
  ])
  func namesADifference(code: String, options: [String]) throws {
    let project = try TinyBackend(in: workplace, adding: code)
    let outcome = try workplace.hallmark(["build", project.path] + options)
    #expect(outcome.status == 5, "\(outcome)")
    #expect(outcome.errors.contains("a second build under other conditions made another"))
    #expect(outcome.errors.contains("tiny.py"))
    let names = workplace.names(in: "tiny/dist")
    #expect(names.contains("tiny-1.0-py3-none-any.whl") == !options.isEmpty)
    workplace.expectNothingLeft()
  }

  @Test func asksGitWhereNoVersionIsWritten() throws {
    let project = try TinyBackend(
      in: workplace,
      adding: """
        import subprocess
        if os.path.exists(".git"):
            assert subprocess.check_output(["git", "describe", "--tags", "--dirty"]) == b"v1.0\\n"
            assert subprocess.check_output(["git", "remote"]) == b""
            SEED = "# from git\\n"

        """)
    let path = "tiny/pyproject.toml"
    let text = String(decoding: try TestData.read(workplace(path)), as: UTF8.self)
    try workplace.write(
      path, text.replacingOccurrences(of: "version = \"1.0\"", with: "dynamic = [\"version\"]"))
    try project.commit()
    try project.git("tag", "v1.0")
    let outcome = try workplace.hallmark(["build", project.path])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(workplace.names(in: "tiny/dist").contains("tiny-1.0.tar.gz"))
  }

  @Test func whatDependsOnThePathAloneIsTheSameHere() throws {
    let project = try TinyBackend(in: workplace, adding: "SEED = os.getcwd()")
    let outcome = try workplace.hallmark(["build", project.path])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.errors.contains("identical at the same path"))
    let check = try json("tiny/dist/tiny-1.0.build.json")["check"] as? [String: Any]
    #expect(check?["samePath"] as? [String] == ["tiny-1.0-py3-none-any.whl"])
  }

  /// Builds that fail or are stopped: what is said, and that nothing is left of them.
  @Test(arguments: [
    ("raise SystemExit('no moon tonight')", [], "no moon tonight"),
    ("del build_wheel", [], "has no hook `build_wheel`"),
    ("while True: os.fork()", ["--limit-processes", "50"], "processes"),
    ("time.sleep(600)", ["--limit-time", "1"], "limit of 1 seconds"),
    ("x = []\nwhile True: x.append(bytearray(1 << 24))", ["--limit-memory", "256M"], "memory"),
    (
      "for i in range(99): open('f%d' % i, 'wb').write(bytes(1 << 20))", ["--limit-disk", "16M"],
      "limit of 16 MiB of disk"
    ),
    ("while True: print('x' * 999)", ["--limit-output", "4M"], "output"),
    ("import socket; socket.create_connection(('127.0.0.1', 9))", [], "Connection refused"),
    ("open('/usr/x', 'w')", [], "Read-only file system"),
    ("open(os.path.expanduser('~/.ssh/id_ed25519'))", [], "No such file"),
    ("os.kill(os.getppid(), 9)", [], "the build ended with"),
    ("def build_sdist(folder, config_settings=None): return '../x'", [], "did not make the file"),
    (
      "def build_sdist(f, config_settings=None):\n    open(f + '/a-1.tar.gz', 'w'); return 'a-1.tar.gz'",
      [], "not acceptable"
    ),
  ])
  func containsWhatGoesWrong(code: String, options: [String], words: String) throws {
    let project = try TinyBackend(in: workplace, adding: code)
    let outcome = try workplace.hallmark(["build", project.path, "--no-check"] + options)
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.errors.contains(words), "\(outcome)")
    #expect(workplace.names(in: "tiny/dist") == ["logs"])
    workplace.expectNothingLeft(within: 2)
  }

  /// Signals in the middle of a build.
  @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
  func endsWithASignal(signal: Int32) throws {
    let project = try TinyBackend(
      in: workplace, adding: "print('sleeping'); sys.stdout.flush(); time.sleep(600)")
    let run = try RunningProgram(
      Program("hallmark"), ["build", project.path], environment: workplace.environment,
      in: workplace.path)
    let log = workplace("tiny/dist/logs/sdist.log")
    try run.wait(for: "build") { _ in
      let bytes = (try? TestData.read(log)) ?? []
      return String(decoding: bytes, as: UTF8.self).contains("sleeping")
    }
    run.send(signal)
    #expect(try run.waitForEnd() == 128 + signal)
    // A process that is killed cannot clean up, but the sandbox ends with it.
    workplace.expectNothingLeft(within: 5, temporaryFiles: signal != SIGKILL)
  }

  @Test func withoutSandboxOnlyIfAsked() throws {
    let project = try TinyBackend(in: workplace)
    let tools = workplace("bin")
    try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
    for name in ["git", "tar", "python3", "sh"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(tools)/\(name)", withDestinationPath: "/usr/bin/\(name)")
    }
    let refused = try workplace.hallmark(["build", project.path], environment: ["PATH": tools])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("there is no sandbox on this machine"))
    #expect(refused.errors.contains("help: install bubblewrap"))
    let allowed = try workplace.hallmark(
      ["build", project.path, "--unsafe-no-sandbox"], environment: ["PATH": tools])
    #expect(allowed.status == 0, "\(allowed)")
    let builder = try json("tiny/dist/tiny-1.0.build.json")["builder"] as? [String: Any]
    #expect(builder?["sandbox"] is NSNull)
    #expect(allowed.errors.contains("warning: there is no sandbox"), "\(allowed)")
    // What really was: not the folders of a sandbox, and less that could be varied.
    let record = try json("tiny/dist/tiny-1.0.build.json")
    for step in try #require(record["steps"] as? [[String: Any]]) {
      let place = try #require(step["folder"] as? String)
      #expect(place.hasPrefix(workplace("tmp")) && place.hasSuffix("/build/src"), "\(place)")
      let variables = try #require(step["environment"] as? [String: String])
      #expect(variables["HOME"]?.hasPrefix(workplace("tmp")) == true)
      #expect(variables["PATH"]?.contains("/build/env") == false)
    }
    let varied = (record["check"] as? [String: Any])?["varied"] as? [String]
    for name in ["user", "host name", "order of folders"] {
      #expect(varied?.contains(name) == false)
    }
    #expect(varied?.contains("umask") == true)
    workplace.expectNothingLeft()
  }

  @Test func takesWheelsOfTheSameVersionAlone() throws {
    let project = try TinyBackend(in: workplace)
    #expect(try workplace.hallmark(["build", project.path, "--no-check"]).status == 0)
    let house = workplace("house")
    try FileManager.default.createDirectory(atPath: house, withIntermediateDirectories: true)
    let wheel = workplace("tiny/dist/tiny-1.0-py3-none-any.whl")
    try FileManager.default.copyItem(
      atPath: wheel, toPath: "\(house)/tiny-1.0-cp311-cp311-linux_x86_64.whl")
    let taken = try workplace.hallmark([
      "build", project.path, "--no-check", "--wheels", house, "--out", workplace("out"),
    ])
    #expect(taken.status == 0, "\(taken)")
    #expect(workplace.names(in: "out").contains("tiny-1.0-cp311-cp311-linux_x86_64.whl"))
    for (name, words) in [
      ("tiny-2.0-py3-none-any.whl", "are those of tiny 1.0"),
      ("tiny-1.0-py3-none-any.whl", "is made by this build too"), ("x.whl", "not named like"),
    ] {
      let path = workplace(name)
      try FileManager.default.copyItem(atPath: wheel, toPath: path)
      let refused = try workplace.hallmark([
        "build", project.path, "--no-check", "--wheels", path, "--out", workplace("none"),
      ])
      #expect(refused.status == 1)
      #expect(refused.errors.contains(words), "\(refused)")
      #expect(workplace.names(in: "none") == ["logs"])
    }
  }

  /// Back ends whose archives say when and by whom they were made.
  @Test(
    .enabled(if: Clients.areExpected, Clients.reason),
    arguments: [
      ("setuptools==84.2.1", "setuptools.build_meta"), ("pdm-backend==2.5.0", "pdm.backend"),
    ])
  func takesOutWhatLeaks(requirement: String, backend: String) throws {
    let project = try TinyBackend(in: workplace)
    try workplace.write(
      "tiny/pyproject.toml",
      """
      [build-system]
      requires = ["\(requirement)"]
      build-backend = "\(backend)"
      [project]
      name = "tiny"
      version = "1.0"
      requires-python = ">=3.9"

      """)
    try workplace.write("tiny/src/tiny/__init__.py", "answer = 42\n")
    try project.commit()
    let outcome = try workplace.hallmark(["build", project.path])
    #expect(outcome.status == 0, "\(outcome)")
    let steps = try json("tiny/dist/tiny-1.0.build.json")["steps"] as? [[String: Any]]
    #expect(steps?.first?["form"] as? String == "normalized")
    #expect((steps?.first?["wheels"] as? [Any])?.isEmpty == false)
    workplace.expectNothingLeft()
  }
}
