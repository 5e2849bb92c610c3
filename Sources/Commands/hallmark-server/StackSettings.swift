// SPDX-License-Identifier: Apache-2.0

import Encodings
import Storage

/// What is decided at a stack's first start and holds for the life of its data folder: certificates
/// and tokens name the address, so it cannot change.
struct StackSettings: Hashable, Sendable {
  /// The port of the TLS listener.
  let port: UInt16
  /// The port of the plain listener.
  let httpPort: UInt16

  private static let file = "stack.json"

  /// The URL of everything in the stack.
  var baseURL: String { "https://localhost:\(port)" }
  /// The URL of the listener that only reads.
  var httpURL: String { "http://127.0.0.1:\(httpPort)" }

  /// Reads the settings of a data folder, or decides and stores them.
  ///
  /// - Parameters:
  ///   - folder: the server's data folder.
  ///   - askedPort: the port that the user wants for TLS; 0 for any.
  ///   - askedHTTPPort: the same for the plain listener.
  /// - Throws: `StorageError`, also for ports that are taken or differ from the stored ones.
  init(in folder: DataFolder, askedPort: UInt16, askedHTTPPort: UInt16) throws {
    if let bytes = try folder.read(Self.file) {
      guard let stored = Self(parsing: bytes) else {
        throw StorageError(
          "`\(folder.absolute(Self.file))` is damaged",
          help: "restore the data folder from a backup, or begin with a new one")
      }
      try Self.compare(asked: askedPort, with: stored.port, option: "--port")
      try Self.compare(asked: askedHTTPPort, with: stored.httpPort, option: "--http-port")
      let help =
        "stop the program that uses it, or begin with a new data folder:"
        + " the addresses of this one cannot change"
      _ = try LoopbackPort.reserve([stored.port, stored.httpPort], help: help)
      self = stored
    } else {
      let ports = try LoopbackPort.reserve(
        [askedPort, askedHTTPPort],
        help: "stop the program that uses it, or choose another port; 0 means a free one")
      port = ports[0]
      httpPort = ports[1]
      try folder.write(Array(json.indentedText.utf8), to: Self.file)
    }
  }

  private init?(parsing bytes: [UInt8]) {
    guard let node = try? JSONNode(parsing: bytes),
      let format = try? node.required("format").integer(), format == 1,
      let port = Self.port(node, "port"), let httpPort = Self.port(node, "httpPort")
    else { return nil }
    self.port = port
    self.httpPort = httpPort
  }

  private static func port(_ node: JSONNode, _ key: String) -> UInt16? {
    guard let number = try? node.required(key).integer() else { return nil }
    return UInt16(exactly: number).flatMap { $0 == 0 ? nil : $0 }
  }

  private static func compare(asked: UInt16, with stored: UInt16, option: String) throws {
    guard asked == 0 || asked == stored else {
      throw StorageError(
        "this data folder was set up with \(option) \(stored), not \(asked)",
        help: "leave out \(option), or begin with a new data folder")
    }
  }

  private var json: JSONValue {
    ["format": 1, "port": .integer(Int64(port)), "httpPort": .integer(Int64(httpPort))]
  }
}
