// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import PythonPackaging
import SystemPackage
import Testing

@testable import Rebuild

/// What is read before a build: its back end, its lock, the caller's index.
@Suite struct BuildLockTests {
  private static let wheel = """
    [[packages]]
    name = "iniconfig"
    version = "2.3.1"
    wheels = [{ name = "iniconfig-2.3.1-py3-none-any.whl", hashes = { sha256 = "\(digest)" } }]

    """
  private static let digest = String(repeating: "a", count: 64)
  private static let sdist = """
    [[packages]]
    name = "iniconfig"
    version = "2.3.1"
    sdist = { name = "iniconfig-2.3.1.tar.gz", hashes = { sha256 = "\(digest)" } }

    """

  @Test func readsAndWrites() throws {
    let text = "# by uv\nlock-version = \"1.0\"\ncreated-by = \"uv\"\n\n\(Self.wheel)"
    let question = EnvironmentStore.Question(
      ["iniconfig>=2", "a\"b"], uploadedBefore: try Timestamp(rfc3339: "2026-11-28T00:00:00Z"),
      oldestPython: "3.11")
    let lock = try BuildLock(resolved: Array(text.utf8), question: question)
    #expect(lock.requirements == ["a\"b", "iniconfig>=2"])
    #expect(lock.uploadedBefore?.rfc3339 == "2026-11-28T00:00:00Z")
    #expect(lock.oldestPython == "3.11")
    #expect(!String(decoding: lock.bytes, as: UTF8.self).contains("by uv"))
    #expect(lock.requirementLines == "iniconfig==2.3.1 --hash=sha256:\(Self.digest)\n")
    #expect(try BuildLock(parsing: lock.bytes) == lock)
  }

  @Test(arguments: [
    "", "lock-version = \"2.0\"\npackages = []\n", "lock-version = \"1.0\"\n\(sdist)",
    "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\n",
    "lock-version = \"1.0\"\npackages = []\n[tool.hallmark]\nrequirements = 5\n",
  ])
  func refusesLocks(text: String) {
    let error = #expect(throws: RebuildError.self) { try BuildLock(parsing: Array(text.utf8)) }
    #expect(error?.reason == .requirements)
  }

  private static let markers = MarkerEnvironment(
    implementation: "cpython", version: "3.11.7", platform: "linux", machine: "x86_64")

  /// A requirement, the marker of the locked package, the requirements the lock was made for, and
  /// the words of the refusal; none if it is met.
  static let requirements: [(String, String?, String?, String?)] = [
    ("iniconfig", nil, nil, nil), ("iniconfig>=2,<3", nil, nil, nil),
    ("iniconfig>3", nil, nil, "does not lock"), ("other", nil, nil, "does not lock"),
    ("not a requirement", nil, nil, "must start with"),
    // The requirement's own marker.
    ("other ; python_version < '3'", nil, nil, nil),
    ("iniconfig>3 ; python_version < '3'", nil, nil, nil),
    ("other ; python_version >= '3'", nil, nil, "does not lock"),
    ("iniconfig>3 ; sys_platform == 'linux'", nil, nil, "does not lock"),
    ("iniconfig ; sys_platform == 'linux'", nil, nil, nil),
    ("other ; platform_release > '5'", nil, nil, "does not lock"),
    ("other ; nonsense", nil, nil, "does not lock"),
    // The locked package's marker.
    ("iniconfig", "python_version >= '3.8'", nil, nil),
    ("iniconfig", "sys_platform == 'win32'", nil, "locks only for `sys_platform == 'win32'`"),
    ("iniconfig", "platform_release > '5'", nil, "that does not hold here"),
    ("iniconfig ; sys_platform == 'win32'", "sys_platform == 'win32'", nil, nil),
    // Extras.
    ("iniconfig[toml]", nil, nil, "the extra `toml`"),
    ("iniconfig[toml]", nil, "['iniconfig']", "the extra `toml`"),
    ("iniconfig[toml]", nil, "['iniconfig[TOML]>=1']", nil),
    ("iniconfig[toml]", nil, "['other[toml]']", "the extra `toml`"),
    ("iniconfig[a,b]", nil, "['iniconfig[a]']", "the extra `b`"),
    ("iniconfig[a,b]", nil, "['iniconfig[a]', 'iniconfig[b]']", nil),
    ("iniconfig[a]", nil, "['iniconfig[a] ; python_version < \"3\"']", "the extra `a`"),
    ("iniconfig[a]", nil, "['nonsense !', 'iniconfig[a]']", nil),
    ("iniconfig[a] ; python_version < '3'", nil, nil, nil),
    ("iniconfig", nil, "['iniconfig[a]']", nil),
  ]

  @Test(arguments: requirements)
  func knowsWhatALockMeets(
    requirement: String, marker: String?, question: String?, problem: String?
  ) throws {
    var text = "lock-version = \"1.0\"\n\(Self.wheel)"
    if let marker { text += "marker = \"\(marker)\"\n" }
    if let question { text += "[tool.hallmark]\nrequirements = \(question)\n" }
    let lock = try BuildLock(parsing: Array(text.utf8))
    do throws(RebuildError) {
      try lock.check(satisfies: requirement, in: Self.markers)
      #expect(problem == nil, "\(requirement)")
    } catch {
      let words = try #require(problem, "\(error)")
      #expect(error.message.contains(words), "\(error)")
      #expect(error.reason == .requirements)
    }
  }

  @Test func recordsTheMomentOfAnAnswer() throws {
    let now = try Timestamp(rfc3339: "2026-11-28T12:00:00.7Z")
    var question = EnvironmentStore.Question(["a"])
    #expect(question.answered(at: now) == question)
    question.recordsMoment = true
    #expect(question.answered(at: now).uploadedBefore?.rfc3339 == "2026-11-28T12:00:01Z")
    question.uploadedBefore = try Timestamp(rfc3339: "2026-01-01T00:00:00Z")
    #expect(question.answered(at: now) == question)
  }

  @Test(arguments: [
    ("", "setuptools.build_meta:__legacy__", ["setuptools>=40.8.0"], [String]()),
    ("[build-system]\nrequires = []\n", "setuptools.build_meta:__legacy__", [], []),
    (
      "[build-system]\nrequires = ['a']\nbuild-backend = 'b:c'\nbackend-path = ['.']\n", "b:c",
      ["a"], ["."]
    ),
  ])
  func readsBackends(text: String, backend: String, requires: [String], path: [String]) throws {
    let system = try BuildSystem(parsing: Array(text.utf8))
    #expect(system.backend == backend)
    #expect(system.requirements == requires)
    #expect(system.backendPath == path)
  }

  @Test(arguments: [
    "[build-system]\n", "[build-system]\nrequires = 'a'\n",
    "[build-system]\nrequires = []\nbackend-path = ['..']\n",
    "[build-system]\nrequires = []\nbackend-path = ['/etc']\n",
    "[build-system]\nrequires = []\nbackend-path = ['a/../..']\n", "[",
  ])
  func refusesBackends(text: String) {
    let error = #expect(throws: RebuildError.self) { try BuildSystem(parsing: Array(text.utf8)) }
    #expect(error?.reason == .project)
  }

  @Test(arguments: [
    ("a-1-py3-none-any.whl", ["py3-none-any"]),
    ("a-1-py2.py3-none-any.whl", ["py2-none-any", "py3-none-any"]),
    (
      "a-1-1-cp311-abi3-manylinux1_x86_64.linux_x86_64.whl",
      ["cp311-abi3-linux_x86_64", "cp311-abi3-manylinux1_x86_64"]
    ),
  ])
  func expandsTags(filename: String, tags: [String]) {
    #expect(BuildSite.expanded(tagsOf: filename).sorted() == tags)
  }

  @Test(
    arguments: [
      (["PIP_INDEX_URL": "https://a/simple"], ["UV_DEFAULT_INDEX": "https://a/simple"]),
      (["PIP_EXTRA_INDEX_URL": "https://a https://b"], ["UV_INDEX": "https://a https://b"]),
      (["PIP_FIND_LINKS": "/a /b"], ["UV_FIND_LINKS": "/a,/b"]),
      (["PIP_CERT": "/ca.pem"], ["SSL_CERT_FILE": "/ca.pem"]),
      (["REQUESTS_CA_BUNDLE": "/r.pem"], ["SSL_CERT_FILE": "/r.pem"]),
      (["PIP_CERT": "/ca.pem", "SSL_CERT_FILE": "/s.pem"], ["SSL_CERT_FILE": "/s.pem"]),
      (["UV_INDEX_WORK_PASSWORD": "secret"], ["UV_INDEX_WORK_PASSWORD": "secret"]),
      (["ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret", "UV_PUBLISH_TOKEN": "secret"], [:]),
    ] as [([String: String], [String: String])])
  func tellsUVWhatPipKnows(environment: [String: String], expected: [String: String]) {
    let settings = IndexSettings(
      environment: environment.merging(["PIP_CONFIG_FILE": "/dev/null"]) { $1 })
    #expect(settings.variables == expected)
  }

  @Test func readsPipsConfiguration() throws {
    let folder = try Platform.makeTemporaryFolder(prefix: "pip-")
    defer { FileTree.remove(folder) }
    let file = folder.appending("pip.conf")
    let text = """
      # index-url = https://no
      [global]
      index_url = https://a/simple
      find-links =
          /x
          /y
      no-index: true
      [list]
      index-url = https://no

      """
    try FileTree.write(Array(text.utf8), to: file)
    let settings = IndexSettings(environment: ["PIP_CONFIG_FILE": file.string])
    #expect(settings.variables["UV_DEFAULT_INDEX"] == "https://a/simple")
    #expect(settings.variables["UV_FIND_LINKS"] == "/x,/y")
    #expect(settings.isOffline)
  }
}
