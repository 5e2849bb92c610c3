// SPDX-License-Identifier: Apache-2.0

import Reproducibility
import SystemPackage

/// The file times that a published sdist records, set again on a checkout.
///
/// Some back ends copy the times of files into what they make. They carry no code, so a checkout
/// with these times is as good a source as any; that they were used is reported.
enum RecordedTimes {
  /// Sets the times of the files that a checkout and an sdist both have.
  ///
  /// - Returns: How many were set.
  static func replay(_ times: [SdistTraits.RecordedTime], on folder: FilePath) -> Int {
    var count = 0
    for time in times.reversed() where !time.path.isEmpty {
      let components = FilePath(time.path).components
      let path = folder.appending(components)
      // A link in the checkout where the sdist has a folder would lead to files elsewhere.
      var parent = folder
      let isInside = components.dropLast().allSatisfy { component in
        parent.append(component)
        return Platform.isFolderItself(parent)
      }
      guard isInside else { continue }
      guard Platform.isFileOrLinkItself(path) || Platform.isFolderItself(path) else { continue }
      Platform.setTime(path, seconds: time.seconds, nanoseconds: Int64(time.nanoseconds))
      count += 1
    }
    return count
  }
}
