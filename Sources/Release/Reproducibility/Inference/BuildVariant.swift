// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// One way in which a file may have been built; several are tried until one gives the same bytes.
package struct BuildVariant: Hashable, Sendable {
  /// The value of `SOURCE_DATE_EPOCH`; `nil` leaves it unset.
  package var sourceDateEpoch: Int64?
  /// The umask of the build.
  package var umask: Int = 0o022
  /// Whether source files get the times that the published sdist records.
  package var replaysTimes = false
  /// Whether text files are checked out with CR LF.
  package var hasWindowsLineEndings = false
  /// Whether the wheel is built from the checkout itself and not from the rebuilt sdist.
  package var buildsWheelFromCheckout = false

  /// Makes a variant.
  package init(
    sourceDateEpoch: Int64? = nil, umask: Int = 0o022, replaysTimes: Bool = false,
    hasWindowsLineEndings: Bool = false, buildsWheelFromCheckout: Bool = false
  ) {
    self.sourceDateEpoch = sourceDateEpoch
    self.umask = umask
    self.replaysTimes = replaysTimes
    self.hasWindowsLineEndings = hasWindowsLineEndings
    self.buildsWheelFromCheckout = buildsWheelFromCheckout
  }

  /// The variant in words.
  package var text: String {
    var parts = [
      sourceDateEpoch.map { "SOURCE_DATE_EPOCH=\($0)" } ?? "SOURCE_DATE_EPOCH not set"
    ]
    if replaysTimes { parts.append("file times of the published sdist") }
    if umask != 0o022 { parts.append("umask \(octalUmask)") }
    if hasWindowsLineEndings { parts.append("CR LF") }
    if buildsWheelFromCheckout { parts.append("wheel from the checkout") }
    return parts.joined(separator: ", ")
  }

  private var octalUmask: String {
    let digits = String(umask, radix: 8)
    return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }

  /// The variant as a JSON object.
  package var json: JSONValue {
    [
      "sourceDateEpoch": sourceDateEpoch.map { .integer($0) } ?? .null,
      "umask": .string(octalUmask),
      "replaysTimes": .boolean(replaysTimes),
      "windowsLineEndings": .boolean(hasWindowsLineEndings),
      "wheelFromCheckout": .boolean(buildsWheelFromCheckout),
    ]
  }
}
