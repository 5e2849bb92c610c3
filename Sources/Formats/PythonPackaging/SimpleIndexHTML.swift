// SPDX-License-Identifier: Apache-2.0

import Encodings

/// The HTML documents of the simple repository API (PEP 503), which PEP 833 has frozen.
extension SimpleIndex.ProjectPage {
  /// The page as an HTML document; every text is escaped.
  package var html: String {
    let title = HTMLText.escape("Links for \(name)")
    let links = files.map { "<a\($0.attributes)>\(HTMLText.escape($0.filename))</a><br>\n" }
    return HTMLText.page(title: title, body: "<h1>\(title)</h1>\n" + links.joined())
  }
}

extension SimpleIndex.ProjectList {
  /// The list as an HTML document; the links are relative to `/simple/`.
  package var html: String {
    let links = names.map { name in
      let text = HTMLText.escape(name)
      return "<a href=\"\(text)/\">\(text)</a><br>\n"
    }
    return HTMLText.page(title: "Simple index", body: links.joined())
  }
}

extension SimpleIndex.File {
  fileprivate var attributes: String {
    var pairs: [(String, String)] = []
    pairs.append(("href", sha256.map { "\(url)#sha256=\($0.hexadecimal)" } ?? url))
    if let requiresPython { pairs.append(("data-requires-python", requiresPython)) }
    if case .yes(let reason) = yanked { pairs.append(("data-yanked", reason ?? "")) }
    if case .present(let digest) = coreMetadata {
      let value = digest.map { "sha256=\($0.hexadecimal)" } ?? "true"
      pairs.append(("data-dist-info-metadata", value))
      pairs.append(("data-core-metadata", value))
    }
    if let provenance { pairs.append(("data-provenance", provenance)) }
    return pairs.map { " \($0)=\"\(HTMLText.escape($1))\"" }.joined()
  }
}

/// The little HTML that the simple API needs.
enum HTMLText {
  /// Text that stands for itself in an element and in a quoted attribute.
  static func escape(_ text: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): result += "&amp;".utf8
      case UInt8(ascii: "<"): result += "&lt;".utf8
      case UInt8(ascii: ">"): result += "&gt;".utf8
      case UInt8(ascii: "\""): result += "&quot;".utf8
      case UInt8(ascii: "'"): result += "&#39;".utf8
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A document of an escaped title and a body.
  static func page(title: String, body: String) -> String {
    """
    <!DOCTYPE html>
    <html>
    <head>
    <meta name="pypi:repository-version" content="\(SimpleIndex.apiVersion)">
    <title>\(title)</title>
    </head>
    <body>
    \(body)</body>
    </html>

    """
  }
}
