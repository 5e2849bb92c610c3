// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import PythonPackaging
import ServiceClients

/// Whether an index is asked for the last release, and which.
struct AuditIndexOptions: ParsableArguments {
  @Flag(help: "Ask pypi.org what it shows of the last release.")
  var index = false

  @Option(
    help: ArgumentHelp(
      "Ask the index of this simple API instead, an https URL.", valueName: "url"))
  var indexURL: String?

  @Option(
    help: ArgumentHelp(
      "The project's name at the index; that of pyproject.toml otherwise.", valueName: "name"))
  var project: String?

  @OptionGroup var trust: TrustOptions

  func validate() throws {
    _ = try url()
    if project != nil, try url() == nil {
      throw ValidationError("--project belongs to --index or --index-url.")
    }
    _ = try name()
  }

  /// The base of the simple API; nil where no index is asked.
  ///
  /// - Throws: `ValidationError`.
  func url() throws -> ServiceURL? {
    guard let text = indexURL ?? (index ? NetworkOptions.publicIndex : nil) else { return nil }
    return try NetworkOptions.serviceURL(
      text.utf8.last == UInt8(ascii: "/") ? text : text + "/", option: "--index-url")
  }

  /// The project's name, where it is given.
  ///
  /// - Throws: `ValidationError`.
  func name() throws -> ProjectName? {
    do {
      return try project.map { try ProjectName($0) }
    } catch {
      throw ValidationError("--project: \(error).")
    }
  }
}
