// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import Testing

@Suite struct MarkerEnvironmentTests {
  private static let environment = MarkerEnvironment(
    implementation: "cpython", version: "3.11.7", platform: "linux", machine: "x86_64")

  static let markers: [(String, Bool?)] = [
    ("python_version >= '3.8'", true), ("python_version < '3.8'", false),
    // Versions, not texts: 3.11 is newer than 3.9.
    ("python_version > '3.9'", true), ("'3.9' < python_version", true),
    ("python_version == '3.*'", true), ("python_version ~= '3.8'", true),
    ("python_full_version == '3.11.7'", true), ("python_full_version < '3.11.8'", true),
    ("implementation_version != '3.11.7'", false), ("python_version in '3.10 3.11'", true),
    ("python_version not in '2.7,3.8'", true),
    ("sys_platform == 'linux'", true), ("sys_platform == \"win32\"", false),
    ("sys.platform != 'win32'", true), ("os.name=='posix'", true), ("os_name == 'nt'", false),
    ("'linux' in sys_platform", true), ("sys_platform not in 'win32,cygwin'", true),
    ("platform_system == 'Linux'", true), ("platform_machine == 'x86_64'", true),
    ("platform_python_implementation == 'CPython'", true),
    ("python_implementation == 'PyPy'", false),
    ("implementation_name == 'cpython'", true), ("platform_machine <= 'x86_64'", true),
    ("platform_machine < 'a'", false), ("platform_machine > 'a'", true),
    ("platform_machine >= 'y'", false), ("platform_machine === 'x86_64'", true),
    ("extra == 'toml'", false), ("'a' == 'a'", true),
    ("os_name == 'nt' or python_version < '4'", true), ("os_name=='nt' or os_name=='x'", false),
    // `and` binds before `or`.
    ("os_name == 'posix' or os_name == 'nt' and os_name == 'x'", true),
    ("(os_name == 'posix' or os_name == 'nt') and os_name == 'x'", false),
    ("((os_name == 'posix'))", true),
    // What is not known decides only where the rest does not.
    ("platform_release > '5'", nil), ("platform_release > '5' or os_name == 'posix'", true),
    ("os_name == 'nt' or platform_release > '5'", nil),
    ("platform_release > '5' and os_name == 'nt'", false),
    ("os_name == 'posix' and platform_release > '5'", nil),
    ("os_name ~= 'posix'", nil), ("python_version >= 'new'", nil), ("python_version < '3,>1'", nil),
    // No markers.
    ("", nil), ("python_version", nil), ("python_version >=", nil), (">= '3'", nil),
    ("python_version >= 3", nil), ("python_version >= '3", nil), ("(os_name == 'nt'", nil),
    ("os_name == 'nt')", nil), ("os_name == 'nt' and", nil),
    ("os_name == 'nt' xor os_name == 'x'", nil),
    ("os_name not 'nt'", nil), ("os_name == 'nt' os_name == 'nt'", nil), ("or", nil),
    ("os_name == 'nt' or", nil), ("os_name inside 'posix'", nil),
    (String(repeating: "(", count: 2_000) + "os_name == 'posix'", nil),
    (
      String(repeating: "(", count: 33) + "os_name == 'posix'" + String(repeating: ")", count: 33),
      nil
    ),
    (
      String(repeating: "(", count: 32) + "os_name == 'posix'" + String(repeating: ")", count: 32),
      true
    ),
  ]

  @Test(arguments: markers)
  func markersHoldOrNot(marker: String, holds: Bool?) {
    #expect(Self.environment.holds(marker) == holds, "\(marker)")
  }

  @Test func systemsAndImplementationsDiffer() {
    let other = MarkerEnvironment(
      implementation: "pypy", version: "3.10.1", platform: "darwin", machine: "arm64")
    #expect(other.holds("platform_system == 'Darwin' and sys_platform == 'darwin'") == true)
    #expect(other.holds("platform_python_implementation == 'PyPy'") == true)
    #expect(other.holds("python_version >= '3.11'") == false)
  }
}
