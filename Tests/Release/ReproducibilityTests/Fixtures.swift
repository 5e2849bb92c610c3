// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import Reproducibility
import TestSupport

/// A small wheel and a small sdist with the parts that real ones have, and comparisons of them.
enum Fixture {
  static let metadata = """
    Metadata-Version: 2.4
    Name: greeting
    Version: 1.0
    License-Expression: MIT
    Classifier: Typing :: Typed
    Classifier: Topic :: Utilities
    Requires-Dist: tomli>=2; python_version < "3.11"

    # Greeting

    """
  static let wheelFile = """
    Wheel-Version: 1.0
    Generator: hatchling 1.26.3
    Root-Is-Purelib: true
    Tag: py3-none-any

    """
  static let info = "greeting-1.0.dist-info"

  static var wheel: TestZip {
    var zip = TestZip([
      TestZip.Member("greeting/__init__.py", "def greet():\n    return 'hello'\n"),
      TestZip.Member("greeting/tool.sh", "#!/bin/sh\necho hello\n", mode: 0o100755),
      TestZip.Member("greeting/data.json", "{\"a\": [1, 2], \"b\": 3}\n"),
      TestZip.Member("\(info)/METADATA", metadata),
      TestZip.Member("\(info)/WHEEL", wheelFile),
      TestZip.Member("\(info)/licenses/LICENSE", "Copyright (c) 2025 The authors\n"),
    ])
    zip.record(in: info)
    return zip
  }

  static var sdist: TestTar {
    var folder = TestTar.Member("greeting-1.0/", "", mode: 0o755)
    folder.type = UInt8(ascii: "5")
    var link = TestTar.Member("greeting-1.0/README", "", mode: 0o777)
    link.type = UInt8(ascii: "2")
    link.link = "README.md"
    return TestTar([
      folder,
      TestTar.Member("greeting-1.0/PKG-INFO", metadata),
      TestTar.Member("greeting-1.0/README.md", "# Greeting\n"),
      link,
      TestTar.Member("greeting-1.0/pyproject.toml", "[build-system]\nrequires = []\n"),
      TestTar.Member("greeting-1.0/src/greeting/__init__.py", "def greet():\n    return 1\n"),
      TestTar.Member("greeting-1.0/src/greeting/tool.sh", "#!/bin/sh\n", mode: 0o755),
    ])
  }

  static func compare(
    _ published: TestZip, _ rebuilt: TestZip = wheel, limits: ComparisonLimits = ComparisonLimits()
  ) throws -> ComparisonReport {
    try compare(published.bytes, rebuilt.bytes, "greeting-1.0-py3-none-any.whl", limits)
  }

  static func compare(_ published: TestTar, _ rebuilt: TestTar = sdist) throws -> ComparisonReport {
    try compare(published.bytes, rebuilt.bytes, "greeting-1.0.tar.gz")
  }

  static func compare(
    _ published: [UInt8], _ rebuilt: [UInt8], _ name: String,
    _ limits: ComparisonLimits = ComparisonLimits()
  ) throws -> ComparisonReport {
    ArtifactComparison(
      published: published, rebuilt: rebuilt, filename: try DistributionFilename(name),
      limits: limits
    ).report()
  }
}
