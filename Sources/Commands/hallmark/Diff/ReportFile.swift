// SPDX-License-Identifier: Apache-2.0

import BuildVersion
import Reproducibility
import SystemPackage
import Verification

/// Writes a report's page into a file, which appears as a whole or not at all.
enum ReportFile {
  /// Writes the page.
  ///
  /// - Throws: `CommandFailure` with status 1; what was in the file is still there then.
  static func write(_ report: RebuildReport, to path: String) throws(CommandFailure) {
    let file = FilePath(path)
    guard let name = file.lastComponent?.string, !FileReading.isFolder(path) else {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "cannot write `\(path)`: it is a folder", help: ["name a file, such as report.html"]))
    }
    let program = "hallmark " + String(cString: hallmark_build_version())
    let page = ReportHTML(program: program).page(report)
    let folder = file.removingLastComponent()
    try OutputFiles.write(
      [OutputFiles.File(name: name, bytes: Array(page.utf8))],
      into: folder.isEmpty ? FilePath(".") : folder)
  }
}
