// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PythonPackaging

@Suite("Metadata of setup.py and setup.cfg")
struct SetuptoolsMetadataTests {
  /// A `setup.py`, and what is known of name and versions of Python: `?` is computed, `-` absent.
  static let scripts: [(String, name: String, python: String)] = [
    ("from setuptools import setup\nsetup(name='a', python_requires=\">=3.9\")\n", "a", ">=3.9"),
    ("import setuptools\nsetuptools.setup(\n  name = \"a\",\n)\n", "a", "-"),
    ("setup(name=u'a' 'b', python_requires=r'>=3.8')", "ab", ">=3.8"),
    ("setup(name='''a''')", "a", "-"),
    ("# setup(name='x')\n\"\"\"setup(name='y')\"\"\"\nsetup(name='a')", "a", "-"),
    ("def setup(): pass\nsetup(name='a')", "a", "-"),
    ("setup(name='a', extras={'name': ['b', 'c']}, classifiers=[name])", "a", "-"),
    // Only running it would tell.
    ("setup(name=NAME)", "?", "-"),
    ("setup(name='a' + SUFFIX)", "?", "-"),
    ("setup(name='a'.lower())", "?", "-"),
    ("setup(name=f'{a}')", "?", "-"),
    ("setup(name=b'a')", "?", "-"),
    ("setup(name='a\\x62')", "?", "-"),
    ("setup(name='a', **more)", "a", "?"),
    ("setup(**more)", "?", "?"),
    ("setup(attributes)", "?", "?"),
    ("setup(name='a')\nsetup(name='b')", "?", "?"),
    ("if x:\n  setup(name='a')\nelse:\n  setup(name='b')", "?", "?"),
    ("setup(name='a', name='b')", "?", "-"),
    ("setup(name == 'a')", "?", "-"),
    ("setup(name=)", "?", "-"),
    ("print('nothing')", "?", "?"),
    ("", "?", "?"),
    // None of it ends.
    ("setup(name='a'", "?", "?"),
    ("setup(name='a", "?", "?"),
    ("setup(name='a\n')", "?", "?"),
    ("setup(name='''a", "?", "?"),
    ("setup(name='a\\", "?", "?"),
    ("setup(", "?", "?"),
    ("setup(name=\"\u{FFFD}é\")", "\u{FFFD}é", "-"),
  ]

  @Test("a program is read, not run", arguments: scripts)
  func script(text: String, name: String, python: String) {
    let metadata = SetuptoolsMetadata(script: Array(text.utf8), configuration: nil)
    #expect(shown(metadata.name) == name)
    #expect(shown(metadata.requiresPython) == python)
  }

  static let configurations: [(String, name: String, python: String)] = [
    ("[metadata]\nname = a\n\n[options]\npython_requires = >=3.9\n", "a", ">=3.9"),
    ("[metadata]\r\nname: a\r\n[options]\r\npython-requires=>=3.9, <4\r\n", "a", ">=3.9, <4"),
    ("[metadata]\nNAME=a\n# name = b\n; name = c\n", "a", "-"),
    ("[options]\nname = a\n[metadata]\npython_requires = >=3\n", "-", "-"),
    ("[metadata]\nversion = attr: a.b\nclassifiers =\n  A\n  B\nname = a\n", "a", "-"),
    ("[metadata]\nname =\n  a\n", "?", "-"),
    ("[metadata]\nname = a\n  b\n", "?", "-"),
    ("[metadata]\nname = file: NAME\n", "?", "-"),
    ("[metadata]\nname = a\nname = b\n", "?", "-"),
    ("[metadata]\nnothing\nname = a\n", "?", "?"),
    ("", "-", "-"),
  ]

  @Test("a configuration is read as configparser does", arguments: configurations)
  func configuration(text: String, name: String, python: String) {
    let metadata = SetuptoolsMetadata(script: nil, configuration: Array(text.utf8))
    #expect(shown(metadata.name) == name)
    #expect(shown(metadata.requiresPython) == python)
  }

  @Test("what the program gives comes first, and nothing is guessed behind it")
  func order() {
    let configuration = Array("[metadata]\nname = b\n[options]\npython_requires = >=3.9\n".utf8)
    let cases: [(String, String, String)] = [
      ("setup()", "b", ">=3.9"), ("setup(name='a')", "a", ">=3.9"),
      ("setup(name=a())", "?", ">=3.9"), ("setup(**a)", "?", "?"),
    ]
    for (script, name, python) in cases {
      let metadata = SetuptoolsMetadata(script: Array(script.utf8), configuration: configuration)
      #expect(shown(metadata.name) == name, "\(script)")
      #expect(shown(metadata.requiresPython) == python, "\(script)")
    }
  }

  @Test("hostile files are left alone")
  func hostile() {
    let long = [UInt8](repeating: UInt8(ascii: "("), count: SetuptoolsMetadata.sizeLimit + 1)
    let broken: [[UInt8]] = [long, [0xFF, 0xFE], Array("setup(name='".utf8) + [0xFF, 0x27, 0x29]]
    for bytes in broken {
      #expect(SetuptoolsMetadata(script: bytes, configuration: nil).name == .computed)
    }
    #expect(SetuptoolsMetadata(script: nil, configuration: long).name == .computed)
    #expect(SetuptoolsMetadata(script: nil, configuration: [0xFF]).name == .computed)
  }

  private func shown(_ value: SetuptoolsMetadata.Value) -> String {
    switch value {
    case .absent: "-"
    case .computed: "?"
    case .text(let text): text
    }
  }
}
