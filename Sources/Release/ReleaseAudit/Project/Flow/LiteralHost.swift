// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The host with which an address begins, in lowercase.
  ///
  /// What stands behind the host may be known only in a run. Nil where the host itself is not
  /// written, as in `${{ vars.INDEX }}`.
  var literalHost: String? {
    for scheme in ["https://", "http://"] where lowercased().hasPrefix(scheme) {
      let rest = utf8.dropFirst(scheme.utf8.count)
      let authority = rest.prefix { !"/?#".utf8.contains($0) }
      guard !authority.isEmpty, authority.allSatisfy({ $0 > 0x20 && !"${}<>*".utf8.contains($0) })
      else { return nil }
      let host = authority.split(separator: UInt8(ascii: "@")).last ?? authority
      return String(decoding: host.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self).lowercased()
    }
    return nil
  }

  /// Whether an address is of an index that is neither PyPI nor the one for tests of uploads.
  var isOtherIndex: Bool {
    guard let host = literalHost else { return false }
    return !["pypi.org", "upload.pypi.org", "test.pypi.org", "pypi.python.org"].contains(host)
  }
}
