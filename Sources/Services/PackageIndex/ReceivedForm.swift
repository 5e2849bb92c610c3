// SPDX-License-Identifier: Apache-2.0

import Encodings
import Hummingbird
import NIOCore

/// How much an upload may ask of the server.
package struct UploadLimits: Hashable, Sendable {
  /// Most bytes of the file.
  package var file: Int
  /// Most bytes of a text field.
  package var field: Int
  /// Most bytes of the fields `description` and `attestations`.
  package var longField: Int
  /// Most bytes of all text fields together.
  package var fields: Int
  /// Most parts of the form.
  package var parts: Int

  /// Makes limits.
  package init(
    file: Int = 100 << 20, field: Int = 64 << 10, longField: Int = 1 << 20, fields: Int = 4 << 20,
    parts: Int = 400
  ) {
    self.file = file
    self.field = field
    self.longField = longField
    self.fields = fields
    self.parts = parts
  }
}

/// An upload form as it came: its text fields and the file, which lies in the store's `incoming`.
struct ReceivedForm {
  /// The file of the field `content`.
  struct File {
    let name: String
    let contentType: String?
    let upload: IncomingFile
  }

  /// The values of each field.
  private(set) var fields: [String: [String]] = [:]
  /// The file, if there was one.
  private(set) var file: File?

  private var part: MultipartPart?
  private var value: [UInt8] = []
  private var fieldBytes = 0
  private let limits: UploadLimits
  private let store: FileStore

  private init(limits: UploadLimits, store: FileStore) {
    self.limits = limits
    self.store = store
  }

  /// Reads the body of a request.
  ///
  /// - Throws: ``IndexRefusal``, ``FileStoreError``, or what the connection throws.
  static func read(
    _ request: Request, limits: UploadLimits, into store: FileStore
  ) async throws -> ReceivedForm {
    var form = ReceivedForm(limits: limits, store: store)
    do {
      var reader = try MultipartReader(
        contentType: request.headers[.contentType] ?? "", limits: .init(parts: limits.parts))
      for try await chunk in request.body {
        try reader.read(chunk.readableBytesView) { try form.take($0) }
      }
      try reader.finish()
    } catch let error as MultipartError {
      throw IndexRefusal.invalid("Malformed upload form: \(error)")
    }
    return form
  }

  /// The value of a field that may stand once; absent, empty and `UNKNOWN` are `nil`.
  ///
  /// - Throws: ``IndexRefusal`` when the field stands twice.
  func value(_ name: String) throws -> String? {
    let values = fields[name] ?? []
    guard values.count <= 1 else {
      throw IndexRefusal.invalid("Invalid value for \(name). Error: The field is given twice.")
    }
    guard let value = values.first, !value.isEmpty, value != "UNKNOWN" else { return nil }
    return value
  }

  private mutating func take(_ event: MultipartReader.Event) throws {
    switch event {
    case .part(let part): try start(part)
    case .bytes(let bytes): try append(bytes)
    case .endOfPart: try finishPart()
    }
  }

  private mutating func start(_ part: MultipartPart) throws {
    self.part = part
    value = []
    if part.name == "content" {
      guard let name = part.filename else {
        throw IndexRefusal.invalid("Upload payload does not have a file.")
      }
      guard file == nil else {
        throw IndexRefusal.invalid("Upload payload has more than one file.")
      }
      file = File(name: name, contentType: part.contentType, upload: try store.receive())
    } else if part.filename != nil, part.name != "gpg_signature" {
      throw IndexRefusal.invalid("\(part.name): Should not be a tuple.")
    }
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>) throws {
    guard let part else { return }
    if part.name == "content", let file {
      guard file.upload.size + bytes.count <= limits.file else {
        let size = ByteCount.text(Int64(limits.file))
        throw IndexRefusal.invalid("File too large. The limit of this index is \(size).")
      }
      try file.upload.append(bytes)
      return
    }
    let limit =
      part.name == "description" || part.name == "attestations" ? limits.longField : limits.field
    fieldBytes += bytes.count
    guard value.count + bytes.count <= limit else {
      throw IndexRefusal.invalid("Invalid value for \(part.name). Error: The field is too large.")
    }
    guard fieldBytes <= limits.fields else {
      throw IndexRefusal.invalid("Malformed upload form: its fields are too large together.")
    }
    value.append(contentsOf: bytes)
  }

  private mutating func finishPart() throws {
    guard let part, part.name != "content" else { return }
    guard let text = String(validating: value, as: UTF8.self) else {
      throw IndexRefusal.invalid("Invalid value for \(part.name). Error: The field is not UTF-8.")
    }
    fields[part.name, default: []].append(text)
  }
}

/// Sizes for people.
enum ByteCount {
  /// The size with a binary unit and one decimal, such as `12.3 KiB`.
  static func text(_ count: Int64) -> String {
    var unit: Int64 = 1
    for name in ["bytes", "KiB", "MiB"] {
      if count < unit * 1024 { return format(count, unit: unit, name) }
      unit *= 1024
    }
    return format(count, unit: unit, "GiB")
  }

  private static func format(_ count: Int64, unit: Int64, _ name: String) -> String {
    let tenths = (count * 10 + unit / 2) / unit
    return tenths % 10 == 0 || unit == 1
      ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
  }
}
