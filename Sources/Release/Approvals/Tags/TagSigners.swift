// SPDX-License-Identifier: Apache-2.0

package import Rebuild
package import SSHSignatures

/// Who may sign the tags of releases.
package struct TagSigners: Sendable {
  /// SSH keys.
  package var ssh: AllowedSigners?
  /// OpenPGP keys.
  package var openPGP: OpenPGPKeys?

  /// Names who may sign.
  package init(ssh: AllowedSigners? = nil, openPGP: OpenPGPKeys? = nil) {
    self.ssh = ssh
    self.openPGP = openPGP
  }

  /// Whether anybody is named.
  package var isEmpty: Bool { ssh == nil && openPGP == nil }

  /// What is to be said of a tag's signature.
  package enum Answer: Hashable, Sendable {
    /// It is by an allowed signer: their name and the key's fingerprint.
    case signed(by: String, fingerprint: String)
    /// The tag is a ref to a commit and no object, so nobody can have signed it.
    case lightweight
    /// The tag is an object without a signature.
    case unsigned
    /// It is signed, and not as it must be.
    case refused(String)
    /// It cannot be told.
    case undecided(String)
  }

  /// Checks a tag's signature.
  ///
  /// - Throws: `RebuildError` when GnuPG cannot be given its files, `CancellationError`.
  package func answer(about tag: ReleaseTag) async throws -> Answer {
    guard let object = tag.object else { return .lightweight }
    guard let signature = object.signature else { return .unsigned }
    guard object.name.elementsEqual(tag.name.utf8) else {
      // A signed tag that was put under another name: its signer signed for another release.
      return .refused(
        "it is the tag `\(String(decoding: object.name, as: UTF8.self))` under another name")
    }
    switch signature.form {
    case .ssh:
      guard let ssh else {
        return .undecided("it is signed by an SSH key, and no allowed signers are given")
      }
      return Self.answer(of: ssh, signature.text, object)
    case .openPGP:
      guard let openPGP else {
        return .undecided("it is signed by an OpenPGP key, and no keys are given")
      }
      do {
        let (name, fingerprint) = try await openPGP.signer(
          of: signature.text, over: object.payload)
        return .signed(by: name, fingerprint: fingerprint)
      } catch let refusal as OpenPGPKeys.Refusal {
        switch refusal {
        case .invalid(let sentence): return .refused(sentence)
        case .undecided(let sentence): return .undecided(sentence)
        }
      }
    case .openPGPMessage, .x509:
      return .refused("its signature is of a kind that is not supported")
    }
  }

  private static func answer(
    of allowed: AllowedSigners, _ text: [UInt8], _ object: TagObject
  ) -> Answer {
    let signature: SSHSignature
    do {
      signature = try SSHSignature(armored: text)
    } catch {
      return .refused("its signature cannot be read: \(error)")
    }
    do {
      let names = try allowed.signer(of: signature, over: object.payload, at: object.time)
      return .signed(
        by: names.joined(separator: ", "), fingerprint: signature.publicKey.fingerprint)
    } catch {
      let unusable = allowed.unusable.first.map {
        " (line \($0.number) of the allowed signers is not used: \($0.problem))"
      }
      return .refused(error.sentence + (unusable ?? ""))
    }
  }
}
