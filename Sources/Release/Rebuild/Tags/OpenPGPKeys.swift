// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
package import SystemPackage

/// The OpenPGP keys that may sign tags: a file of public keys, and GnuPG with a folder of its own in
/// which there are no others.
///
/// GnuPG is called directly, as git calls it: a repository's configuration, which may name another
/// program, is not asked.
package struct OpenPGPKeys: Sendable {
  /// The most bytes of the file.
  package static let sizeLimit = 16 << 20

  /// Why a signature is not by one of the keys.
  package enum Refusal: Error, Hashable, Sendable {
    /// It does not hold, in a sentence.
    case invalid(String)
    /// It cannot be decided here.
    case undecided(String)
  }

  /// The file.
  package let file: FilePath

  /// Names a file of public keys, armored or not.
  package init(file: FilePath) {
    self.file = file
  }

  /// Whose signature over a message it is.
  ///
  /// - Returns: the name of the key's holder, as the key says, and the fingerprint of the primary
  ///   key.
  /// - Throws: ``Refusal``, ``RebuildError``, `CancellationError`.
  package func signer(
    of signature: [UInt8], over message: [UInt8]
  ) async throws -> (name: String, fingerprint: String) {
    try await FileTree.withTemporaryFolder { folder in
      let home = folder.appending("keys")
      try FileTree.makeFolder(home)
      // GnuPG wants it closed to others.
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: home.string)
      try FileTree.write(signature, to: folder.appending("signature"))
      try FileTree.write(message, to: folder.appending("message"))
      let keys = try FileTree.read(file, limit: Self.sizeLimit)
      try FileTree.write(keys, to: folder.appending("allowed"))
      let imported = try await run(
        ["--import", folder.appending("allowed").string], home: home, in: folder)
      guard imported.isSuccess else {
        throw Refusal.undecided("the file `\(file)` holds no public key that GnuPG reads")
      }
      let checked = try await run(
        ["--verify", folder.appending("signature").string, folder.appending("message").string],
        home: home, in: folder)
      return try Self.signer(status: checked.standardOutput, isSuccess: checked.isSuccess)
    }
  }

  private func run(
    _ arguments: [String], home: FilePath, in folder: FilePath
  ) async throws -> ChildProcess.Outcome {
    let options = [
      "gpg", "--homedir", home.string, "--no-options", "--batch", "--no-tty", "--status-fd", "1",
      "--no-auto-key-retrieve", "--no-auto-key-locate", "--no-auto-check-trustdb", "--no-autostart",
      "--trust-model", "always", "--disable-dirmngr",
    ]
    do {
      return try await ChildProcess(
        command: options + arguments,
        environment: [
          "PATH": Platform.environment["PATH"] ?? "/usr/bin:/bin", "LC_ALL": "C",
          "GNUPGHOME": home.string, "HOME": folder.string,
        ], folder: folder
      ).collect(limit: 1 << 20)
    } catch let error as RebuildError where error.reason == .environment {
      throw Refusal.undecided("\(error.message); install GnuPG to check OpenPGP signatures")
    }
  }

  /// Reads GnuPG's status lines (its `doc/DETAILS`).
  ///
  /// Exactly one signature must be there, good, by a key that neither expired nor was revoked, with
  /// a hash that still counts.
  static func signer(
    status: [UInt8], isSuccess: Bool
  ) throws(Refusal) -> (name: String, fingerprint: String) {
    var signatures = 0
    var name: String?
    var valid: [String]?
    for line in status.split(separator: 0x0a) {
      let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
      guard words.count >= 2, words[0] == "[GNUPG:]" else { continue }
      switch words[1] {
      case "NEWSIG": signatures += 1
      case "GOODSIG": name = words.dropFirst(3).joined(separator: " ")
      case "VALIDSIG": valid = Array(words.dropFirst(2))
      case "BADSIG": throw .invalid("the content is not what was signed")
      case "EXPSIG": throw .invalid("the signature has expired")
      case "EXPKEYSIG": throw .invalid("it is by a key that has expired")
      case "REVKEYSIG": throw .invalid("it is by a key that was revoked")
      case "NO_PUBKEY":
        throw .invalid("it is signed by a key that is not allowed, \(words.last ?? "")")
      default: break
      }
    }
    guard isSuccess, signatures == 1, let name, let valid, valid.count >= 9 else {
      throw .invalid("GnuPG does not find one good signature")
    }
    // MD5, SHA-1 and RIPEMD-160 of RFC 9580 §9.5.
    guard !["1", "2", "3"].contains(valid[7]) else {
      throw .invalid("it is made with a hash that no longer counts")
    }
    return (name, valid.last ?? "")
  }
}
