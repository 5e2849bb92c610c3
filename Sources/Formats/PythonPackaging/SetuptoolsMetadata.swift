// SPDX-License-Identifier: Apache-2.0

/// What `setup.py` and `setup.cfg` say of a project, as far as they say it in plain words.
///
/// `setup.py` is a program and is not run: only what the one call of `setup` gives as string literals
/// is known. It comes before `setup.cfg`, as setuptools reads them.
package struct SetuptoolsMetadata: Hashable, Sendable {
  /// What is known of one value.
  package enum Value: Hashable, Sendable {
    /// It is not given.
    case absent
    /// It is this text.
    case text(String)
    /// It is given, or may be, and only running the program would tell.
    case computed

    /// The text, where it is known.
    package var text: String? {
      if case .text(let text) = self { return text }
      return nil
    }
  }

  /// The longest file that is read, in bytes.
  package static let sizeLimit = 1 << 20

  /// The project's name, as it is written.
  package let name: Value
  /// Which versions of Python it needs: `python_requires`.
  package let requiresPython: Value

  /// Reads both files.
  ///
  /// - Parameters:
  ///   - script: the bytes of `setup.py`; nil for none.
  ///   - configuration: the bytes of `setup.cfg`; nil for none.
  package init(script: [UInt8]?, configuration: [UInt8]?) {
    let call = script.map { SetupCall(parsing: $0) }
    let sections = configuration.map { SetupConfiguration(parsing: $0) }
    func value(_ keyword: String, of section: String) -> Value {
      let given = call?.value(keyword) ?? .absent
      guard case .absent = given else { return given }
      return sections?.value(keyword, of: section) ?? .absent
    }
    name = value("name", of: "metadata")
    requiresPython = value("python_requires", of: "options")
  }
}
