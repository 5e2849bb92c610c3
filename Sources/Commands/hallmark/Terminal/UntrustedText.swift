// SPDX-License-Identifier: Apache-2.0

/// Text from outside, made safe to show on a terminal or in a log of lines.
///
/// A certificate, a file name or a server's answer may carry bytes that move the cursor, change
/// the title or reverse the reading direction, and so show the reader something else than what was
/// verified. All of them are replaced by their escape, `\u{1B}`; a line break too, so that one
/// value stays on one line.
enum UntrustedText {
  /// The longest text that is shown, in Unicode scalars; more is cut and marked by `…`.
  static let defaultLimit = 2000

  /// The text with every scalar escaped that does not simply show itself.
  static func printable(_ text: String, limit: Int = defaultLimit) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      guard count < limit else {
        result.append("…")
        break
      }
      count += 1
      if showsItself(scalar) {
        result.append(scalar)
      } else {
        result.append(
          contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
      }
    }
    return String(result)
  }

  private static func showsItself(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      false
    default:
      true
    }
  }
}
