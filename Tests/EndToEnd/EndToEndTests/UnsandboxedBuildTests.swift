// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark build --unsafe-no-sandbox`: what is kept from a build all the same.
@Suite struct UnsandboxedBuildTests {
  private let workplace: Workplace

  init() throws { workplace = try Workplace() }

  private func build(_ code: String, _ options: [String] = []) throws -> Program.Outcome {
    let project = try TinyBackend(in: workplace, adding: "import subprocess, signal\n" + code)
    return try workplace.hallmark(
      ["build", project.path, "--unsafe-no-sandbox", "--no-check"] + options,
      environment: ["XDG_CACHE_HOME": workplace("cache")])
  }

  private static let daemon = """
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)

    """

  /// What a build leaves running, and how it ends.
  @Test(
    arguments: [
      ("subprocess.Popen(['sleep', '600'])", 0),
      ("subprocess.Popen(['sleep', '600'], start_new_session=True)", 0),
      ("subprocess.Popen(['env', '-i', '/bin/sleep', '613'], start_new_session=True, cwd='/')", 0),
      (daemon, 0), (daemon + "raise SystemExit('no')", 1),
      // The process that would end the others.
      (daemon + "os.kill(os.getppid(), signal.SIGKILL)", 1),
    ] as [(String, Int32)])
  func leavesNothingRunning(code: String, status: Int32) throws {
    let outcome = try build(code)
    #expect(outcome.status == status, "\(outcome)")
    workplace.expectNothingLeft()
    // Processes without the environment of the build are not found by it.
    guard code.contains("env") else { return }
    let all = try Program(path: "/bin/sh").run(["-c", "ps -eo args | grep -c '^/bin/sleep 613' "])
    #expect(all.output == "0\n", "\(all)")
  }

  /// What goes beyond a limit.
  @Test(arguments: [
    ("time.sleep(600)", ["--limit-time", "1"], "limit of 1 seconds"),
    (daemon + "time.sleep(600)", ["--limit-time", "1"], "limit of 1 seconds"),
    (
      "for i in range(60): subprocess.Popen(['sleep', '600'])\ntime.sleep(600)",
      ["--limit-processes", "40"], "processes"
    ),
    ("x = []\nwhile True: x.append(bytearray(1 << 24))", ["--limit-memory", "256M"], "memory"),
    (
      "for i in range(40): open('f%d' % i, 'wb').write(os.urandom(1 << 20))\ntime.sleep(600)",
      ["--limit-disk", "16M"], "limit of 16 MiB of disk"
    ),
    ("while True: print('x' * 999)", ["--limit-output", "4M"], "output"),
    ("open('f', 'wb').write(bytes(8 << 20))", ["--limit-output", "4M"], "output"),
  ])
  func holdsLimits(code: String, options: [String], words: String) throws {
    let outcome = try build(code, options)
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.errors.contains(words), "\(outcome)")
    workplace.expectNothingLeft()
  }

  @Test(arguments: [SIGINT, SIGKILL])
  func endsWithASignal(signal: Int32) throws {
    let code = Self.daemon + "print('sleeping'); sys.stdout.flush(); time.sleep(600)"
    let project = try TinyBackend(in: workplace, adding: code)
    let run = try RunningProgram(
      Program("hallmark"), ["build", project.path, "--unsafe-no-sandbox"],
      environment: workplace.environment, in: workplace.path)
    let log = workplace("tiny/dist/logs/sdist.log")
    try run.wait(for: "build") { _ in
      String(decoding: (try? TestData.read(log)) ?? [], as: UTF8.self).contains("sleeping")
    }
    run.send(signal)
    #expect(try run.waitForEnd() == 128 + signal)
    workplace.expectNothingLeft(within: 10, temporaryFiles: signal != SIGKILL)
  }

  /// The environment in the cache is not the one that the build can write to.
  @Test func keepsTheCache() throws {
    let code = """
      open(os.path.join(sys.prefix, "lib", "evil.py"), "w").write("x = 1")
      open(os.path.join(sys.prefix, "pyvenv.cfg"), "a").write("evil = yes")

      """
    for _ in 0..<2 { #expect(try build(code).status == 0) }
    for name in ["sdist", "wheel"] {
      let log = try TestData.read(workplace("tiny/dist/logs/\(name).log"))
      #expect(!String(decoding: log, as: UTF8.self).contains("damaged"))
    }
    let found = try Program(path: "/usr/bin/env").run([
      "grep", "-rlE", "evil|x = 1", workplace("cache/environments"),
    ])
    #expect(found.output == "")
  }
}
