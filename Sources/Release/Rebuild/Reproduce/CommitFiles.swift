// SPDX-License-Identifier: Apache-2.0

/// What a commit would write into a folder, read before anything is written: a few hundred kilobytes
/// of objects can stand for more files and bytes than a disk has.
struct CommitFiles: Hashable, Sendable {
  /// Why a commit is not written out.
  enum Refusal: Error, Hashable, Sendable {
    /// It has more files than this.
    case files(limit: Int)
    /// Its files have more bytes than this.
    case bytes(limit: Int)
    /// A line is not what `git ls-tree` prints.
    case unreadable

    /// Why, for a person.
    var text: String {
      switch self {
      case .files(let limit): "has more than \(limit) files"
      case .bytes(let limit): "has files of more than \(limit >> 20) MiB"
      case .unreadable: "has a list of files that cannot be read"
      }
    }
  }

  /// Most bytes of the list itself; git is ended where it prints more.
  static let listLimit = 128 << 20

  /// The folders with a `pyproject.toml` or a `setup.py` that is a file, relative to the top, whose
  /// own is empty.
  private(set) var projectFolders: [String] = []
  /// Whether there are submodules.
  private(set) var hasSubmodules = false

  /// Reads `git ls-tree -r -l -z`: lines of `MODE TYPE ID SIZE<tab>PATH`.
  ///
  /// - Parameters:
  ///   - listing: what git printed.
  ///   - fileLimit: most files.
  ///   - byteLimit: most bytes of all files together.
  /// - Throws: ``Refusal``.
  init(
    listing: [UInt8], fileLimit: Int = SandboxUsage.fileLimit,
    byteLimit: Int = Sandbox.Limits().disk
  ) throws(Refusal) {
    var files = 0
    var bytes = 0
    for line in listing.split(separator: 0) {
      files += 1
      guard files <= fileLimit else { throw .files(limit: fileLimit) }
      guard let tab = line.firstIndex(of: 0x09) else { throw .unreadable }
      let fields = line[..<tab].split(separator: UInt8(ascii: " "))
      guard fields.count == 4 else { throw .unreadable }
      if fields[0].elementsEqual("160000".utf8) {
        hasSubmodules = true
        continue
      }
      guard let size = Int(String(decoding: fields[3], as: UTF8.self)), size >= 0 else {
        throw .unreadable
      }
      bytes = size > byteLimit - bytes ? byteLimit + 1 : bytes + size
      guard bytes <= byteLimit else { throw .bytes(limit: byteLimit) }
      if fields[0].starts(with: "100".utf8) { note(line[(tab + 1)...]) }
    }
  }

  private mutating func note(_ path: ArraySlice<UInt8>) {
    guard projectFolders.count < 1000,
      path.ends(with: "pyproject.toml") || path.ends(with: "setup.py"),
      let path = String(validating: path, as: UTF8.self)
    else { return }
    var components = path.split(separator: "/")
    let last = components.popLast()
    guard last == "pyproject.toml" || last == "setup.py" else { return }
    let folder = components.joined(separator: "/")
    if !projectFolders.contains(folder) { projectFolders.append(folder) }
  }
}

extension ArraySlice<UInt8> {
  fileprivate func ends(with text: StaticString) -> Bool {
    text.withUTF8Buffer { suffix($0.count).elementsEqual($0) }
  }
}
