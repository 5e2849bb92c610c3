// SPDX-License-Identifier: Apache-2.0

/// Text of visible ASCII characters, `!` to `~`: what a header, a URL or a word of a command line
/// can carry without being taken apart.
package enum VisibleASCII {
  /// Whether a text is not empty and consists of visible ASCII only.
  package static func holds(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
  }
}
