// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import Synchronization
import SystemPackage
import Testing

@testable import Rebuild

/// What a build may do in the sandbox, and what ends it.
@Suite struct SandboxTests {
  private static let limits = Sandbox.Limits(
    processes: 64, memory: 512 << 20, disk: 64 << 20, seconds: 60, output: 16 << 20)

  /// Builds the wheel of a project whose back end first does what it is told.
  private static func build(
    _ prelude: String, limits: Sandbox.Limits = limits,
    conditions: Sandbox.Conditions = .standard, inUserNamespace: Bool = false
  ) async throws -> (file: BuiltFile, lines: [String]) {
    let project = try TinyProject(prelude: prelude)
    let found = try await Sandbox.find()
    let sandbox = Sandbox(
      program: found.program, version: found.version,
      usesUserNamespace: found.usesUserNamespace || inUserNamespace)
    let lines = Mutex<[String]>([])
    var build = try SandboxedBuild(
      source: project.folder, kind: .wheel,
      interpreter: try await Interpreter(python: "python3"), sourceDateEpoch: 1_700_000_000,
      place: .sandbox(sandbox))
    build.limits = limits
    build.conditions = conditions
    let file = try await build.run { line in lines.withLock { $0.append(line) } }
    return (file, lines.withLock { $0 })
  }

  @Test func makesAWheel() async throws {
    let (file, _) = try await Self.build("")
    #expect(file.filename.text == "tiny-1.0-py3-none-any.whl")
    #expect(file.wheelsAreEmpty)
  }

  /// What a hostile back end tries, and how it ends: each prints `no` when it was kept out.
  private static let attempts = [
    // The network.
    """
    import socket
    try: socket.create_connection(("127.0.0.1", 1), 2); print("yes")
    except ConnectionRefusedError: print("no")
    try: socket.create_connection(("1.1.1.1", 53), 2); print("yes")
    except OSError: print("no")
    """,
    // The host's files.
    """
    import os
    for path in ["/x", "/usr/x", "/dev/x", "/etc/x", "/build/env/x", "/build/job/x", "/build/input/x"]:
        try: open(path, "w"); print("yes", path)
        except OSError: print("no")
    for path in ["/home", "/var", "/etc/shadow", "/run", "/sys", os.path.expanduser("~/.ssh")]:
        print("yes " + path if os.path.exists(path) else "no")
    print("no" if os.listdir("/root" if os.path.exists("/root") else "/tmp") in ([], [".pyenv"]) else "yes")
    """,
    // Rights.
    """
    import os
    print("yes" if os.getuid() == 0 or 0 in os.getgroups() else "no")
    for attempt in (lambda: os.setuid(0), lambda: os.chown("/build/src", 0, 0), lambda: os.kill(1, 9)):
        try: attempt(); print("yes") if attempt.__code__.co_names[1] != "kill" else print("no")
        except OSError: print("no")
    status = open("/proc/self/status").read()
    print("no" if "NoNewPrivs:\\t1" in status else "yes")
    print("no" if "CapEff:\\t0000000000000000" in status else "yes")
    """,
    // Memory that no limit would see, and namespaces of one's own.
    """
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    for name, words in [("unshare", (0x10000000,)), ("unshare", (0x00020000,)),
                        ("memfd_create", (b"x", 0)), ("shmget", (0, 4096, 0o1600)),
                        ("mount", (b"x", b"/tmp", b"tmpfs", 0, None)), ("setns", (0, 0))]:
        print("yes " + name if getattr(libc, name)(*words) >= 0 else "no")
    # clone with CLONE_NEWUSER | SIGCHLD, by its number.
    number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
    child = libc.syscall(number, 0x10000011, 0, 0, 0, 0)
    if child == 0: os._exit(0)
    print("yes clone" if child > 0 else "no")
    """,
    // Secrets of the environment, and open files of the caller.
    """
    import os
    print("yes" if any(name in os.environ for name in ("HALLMARK_TESTDATA", "SSL_CERT_FILE")) else "no")
    print("no" if sorted(os.listdir("/proc/self/fd"))[:3] == ["0", "1", "2"] and len(os.listdir("/proc/self/fd")) <= 5 else "yes")
    print("no" if len([p for p in os.listdir("/proc") if p.isdigit()]) < 6 else "yes")
    """,
  ]

  /// Both as root's child, where the tests run as root, and as a user's.
  @Test(arguments: attempts, [false, true])
  func keepsOut(attempt: String, inUserNamespace: Bool) async throws {
    let (_, lines) = try await Self.build(attempt, inUserNamespace: inUserNamespace)
    #expect(lines.contains("no"))
    #expect(lines.filter { $0.hasPrefix("yes") } == [])
  }

  /// What goes beyond a limit, and the limit's name.
  @Test(
    arguments: [
      ("import os, time\nwhile True:\n    os.fork()\n", .processes),
      ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n", .processes),
      ("data = []\nwhile True: data.append(bytearray(1 << 24))\n", .memory),
      (
        "file = open('/tmp/x', 'wb')\nwhile True: file.write(bytes(1 << 20)); file.flush()\n",
        .output
      ),
      ("for i in range(1000): open('/tmp/x%d' % i, 'wb').write(bytes(1 << 20))\n", .disk),
      ("for i in range(1000): open('x%d' % i, 'wb').write(bytes(1 << 20))\n", .disk),
      ("while True: print('x' * 1000)\n", .output),
    ] as [(String, Sandbox.Limits.Kind)])
  func namesTheLimit(attempt: String, kind: Sandbox.Limits.Kind) async throws {
    let error = await #expect(throws: RebuildError.self) { try await Self.build(attempt) }
    #expect(error?.reason == .limit)
    #expect(error?.limit == kind, "\(String(describing: error))")
  }

  @Test(arguments: ["import time\ntime.sleep(1000)\n", "while True: pass\n"])
  func endsWhatTakesTooLong(attempt: String) async throws {
    var limits = Self.limits
    limits.seconds = 2
    let error = await #expect(throws: RebuildError.self) {
      try await Self.build(attempt, limits: limits)
    }
    #expect(error?.limit == .time)
  }

  @Test func aFailureHasItsOwnWords() async throws {
    let error = await #expect(throws: RebuildError.self) {
      try await Self.build("raise ValueError('the moon is full')")
    }
    #expect(error?.reason == .build)
    #expect(
      error?.message == """
        the hook `get_requires_for_build_wheel` failed: ValueError: the moon is full
        """)
    #expect(error?.logTail.contains("ValueError: the moon is full") == true)
  }

  @Test func variesWhatABuildCanSee() async throws {
    let script = """
      import os, pwd, socket
      print("seen", os.getcwd(), os.getuid() != 0, pwd.getpwuid(os.getuid()).pw_name, socket.gethostname(), os.environ["TZ"])
      print("order", os.listdir("."))
      print("mode", oct(os.stat("tiny.py").st_mode & 0o777), os.path.expanduser("~"))
      """
    var seen: [[String]] = []
    for conditions in [Sandbox.Conditions.standard, .varied] {
      let (_, lines) = try await Self.build(script, conditions: conditions)
      seen.append(
        lines.filter { line in
          ["seen", "order", "mode"].contains { line.hasPrefix($0) }
        })
    }
    #expect(seen[0].contains("seen /build/src True hallmark hallmark UTC"))
    #expect(
      seen[1].contains("seen /build/elsewhere/in another/source True builder elsewhere JST-9"))
    #expect(seen[0].contains("mode 0o644 /build/home"))
    #expect(seen[1].contains("mode 0o600 /build/users/builder"))
    #expect(seen[0][1] != seen[1][1])
  }
}

extension BuiltFile {
  fileprivate var wheelsAreEmpty: Bool { site.wheels.isEmpty && lock.pylock.packages.isEmpty }
}
