// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ServiceClients

/// The options that say where files are published, and by what right.
struct IndexOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "pypi, testpypi, or the upload URL of an index, such as https://example.org/legacy/.",
      valueName: "name-or-url"))
  var index = "pypi"

  @Option(
    name: [.customLong("simple-url"), .customLong("check-url")],
    help: ArgumentHelp(
      "Where the index is read; simple/ in the place of legacy/ by default.", valueName: "url"))
  var simpleURL: String?

  @Option(
    help: ArgumentHelp(
      "The audience that the index must ask identity tokens for; else any that is not another "
        + "service's.", valueName: "word"))
  var audience: String?

  @Option(
    help: ArgumentHelp(
      "A stored upload token, for an index without Trusted Publishing; attestations are not sent.",
      valueName: "file"),
    completion: .file())
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "How long the index may take until it shows what it took.", valueName: "seconds"))
  var patience = 120

  func validate() throws {
    guard (0...3600).contains(patience) else {
      throw ValidationError("--patience must be from 0 to 3600 seconds.")
    }
    if let audience, audience.isEmpty { throw ValidationError("--audience must be a word.") }
    if audience != nil, tokenFile != nil {
      throw ValidationError("--audience is for Trusted Publishing, --token-file is without.")
    }
    _ = try publishingIndex()
  }

  /// The index's addresses.
  ///
  /// - Throws: `ValidationError`.
  func publishingIndex() throws -> PublishingIndex {
    do {
      if PublishingIndex.names.contains(index) {
        guard simpleURL == nil, audience == nil || audience == index else {
          throw ValidationError("--simple-url and --audience of \(index) are known.")
        }
        return try PublishingIndex(named: index)
      }
      guard index.utf8.contains(UInt8(ascii: ":")) else {
        throw ValidationError("--index must be pypi, testpypi or the upload URL of an index.")
      }
      let upload = try NetworkOptions.serviceURL(index, option: "--index")
      let simple = try simpleURL.map { try NetworkOptions.serviceURL($0, option: "--simple-url") }
      return try PublishingIndex(uploadURL: upload, simpleURL: simple, audience: audience)
    } catch let error as ServiceURLError {
      throw ValidationError("\(error); see --index and --simple-url.")
    }
  }
}
