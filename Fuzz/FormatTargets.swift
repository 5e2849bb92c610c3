// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import SourceText

extension FuzzTarget {
  /// Formats of the ring Formats that carry text and numbers.
  static let formats: [FuzzTarget] = [
    FuzzTarget("json") { bytes in
      let value = try JSONReader.parse(bytes)
      requireSame(value) { try JSONReader.parse(Array(value.compactText.utf8)) }
      requireSame(value) { try JSONReader.parse(Array(value.indentedText.utf8)) }
    },
    FuzzTarget("canonical-json") { bytes in
      let written = try CanonicalJSON.encode(try JSONReader.parse(bytes))
      requireSame(written) { try CanonicalJSON.encode(try JSONReader.parse(written)) }
    },
    FuzzTarget("base64") { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      if let decoded = try? Base64.decode(text) {
        require(Base64.encode(decoded) == text, "two texts for the same bytes")
      }
      if let decoded = try? Base64.decodeURL(text) {
        require(Base64.encodeURL(decoded) == text, "two texts for the same bytes")
      }
    },
    FuzzTarget("checksum-list") { bytes in
      let list = try? ChecksumList(parsing: bytes)
      if let list { requireSame(list) { try ChecksumList(parsing: Array(list.text.utf8)) } }
      let decoded = try ChecksumList(parsingBase64: bytes)
      requireSame(decoded) { try ChecksumList(parsingBase64: Array(decoded.base64.utf8)) }
    },
    FuzzTarget("hexadecimal") { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      let decoded = try Hexadecimal.decode(text)
      require(Hexadecimal.encode(decoded) == text, "two texts for the same bytes")
    },
    FuzzTarget("decimal") { bytes in
      guard let number = DecimalText.parse(bytes) else { return }
      require(Array(String(number).utf8) == bytes, "two texts for the same number")
    },
    FuzzTarget("pem") { bytes in
      let blocks = try PEM.decode(String(decoding: bytes, as: UTF8.self))
      let text = blocks.map { PEM.encode($0.bytes, label: $0.label) }.joined()
      requireSame(blocks) { try PEM.decode(text) }
    },
    FuzzTarget("timestamp") { bytes in
      let time = try Timestamp(rfc3339: String(decoding: bytes, as: UTF8.self))
      requireSame(time) { try Timestamp(rfc3339: time.rfc3339) }
    },
    FuzzTarget("toml") { bytes in
      _ = try TOMLDocument(parsing: bytes)
    },
  ]

  /// Names, versions and documents of Python packaging.
  static let packaging: [FuzzTarget] = [
    FuzzTarget("version") { bytes in
      let version = try Version(String(decoding: bytes, as: UTF8.self))
      let again = try Version(version.normalized)
      require(again == version && again.normalized == version.normalized, "not the normal form")
      require(!(again < version) && !(version < again), "equal, but in an order")
    },
    FuzzTarget("filename") { bytes in
      let file = try DistributionFilename(String(decoding: bytes, as: UTF8.self))
      requireSame(file) { try DistributionFilename(file.text) }
    },
    FuzzTarget("project-name") { bytes in
      let name = try ProjectName(String(decoding: bytes, as: UTF8.self))
      let again = try ProjectName(name.normalized)
      require(again.normalized == name.normalized, "not the normal form")
    },
    FuzzTarget("core-metadata") { bytes in
      let metadata = try CoreMetadata(parsing: bytes)
      require(metadata.value(of: "Name") != nil, "without a name")
    },
    FuzzTarget("simple-index") { bytes in
      let page = try SimpleIndex.ProjectPage(parsingJSON: bytes)
      requireSame(page) {
        try SimpleIndex.ProjectPage(parsingJSON: Array(page.json.compactText.utf8))
      }
    },
  ]
}
