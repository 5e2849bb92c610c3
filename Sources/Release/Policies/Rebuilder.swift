// SPDX-License-Identifier: Apache-2.0

package import Certificates
import Sigstore
import SourceText

/// Who may vouch for a release by rebuilding it: one `[[rebuilder]]` of a policy.
///
/// A rebuilder is a name; several entries of one name are several identities of one rebuilder, who
/// counts once.
package struct Rebuilder: Hashable, Sendable {
  /// The name, of the form of an approver's.
  package let name: String
  /// Whose certificate it is.
  package let identity: PublisherPolicy

  /// Makes an entry.
  package init(name: String, identity: PublisherPolicy) {
    self.name = name
    self.identity = identity
  }
}

extension Policy {
  /// Rebuilders a policy may have at most.
  package static let rebuilderLimit = 256

  /// The names of the rebuilders, each once, in the order of the file.
  package var rebuilderNames: [String] {
    var names: [String] = []
    for rebuilder in rebuilders where !names.contains(rebuilder.name) {
      names.append(rebuilder.name)
    }
    return names
  }

  /// The first rebuilder with a certificate like this one; a certificate is nobody's twice.
  ///
  /// - Parameters:
  ///   - certificate: a certificate that was verified.
  ///   - release: what was rebuilt, for refs that must be of its version.
  /// - Returns: `nil` if nobody's certificate is like this one.
  package func rebuilder(
    with certificate: SigningCertificate, release: ReleaseName?
  ) -> Rebuilder? {
    rebuilders.first { $0.identity.isMet(by: certificate, release: release) }
  }

  static func rebuilders(_ root: TOMLNode) throws(TOMLError) -> [Rebuilder] {
    guard let list = try root.optional("rebuilder") else { return [] }
    var rebuilders: [Rebuilder] = []
    for node in try list.array(limit: rebuilderLimit) {
      let rebuilder = Rebuilder(
        name: try signerName(node),
        // A rebuilder's workflow is not of the release's repository, nor of its tag.
        identity: try publisher(node, "name", defaultRef: .any))
      // Environments make reviewers of one workflow two persons, but one rebuild not two.
      if let other = rebuilders.first(where: {
        $0.name != rebuilder.name && $0.identity.signer.isSigner(of: rebuilder.identity.signer)
      }) {
        throw node.error(
          "`\(rebuilder.name)` has the identity of `\(other.name)`, who would count twice")
      }
      rebuilders.append(rebuilder)
    }
    return rebuilders
  }
}
