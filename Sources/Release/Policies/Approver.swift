// SPDX-License-Identifier: Apache-2.0

package import Certificates
package import SSHSignatures
import Sigstore
import SourceText

/// Who may approve a release: one `[[approver]]` of a policy.
///
/// A person is a name; several entries of one name are several keys of one person, who counts once.
package struct Approver: Hashable, Sendable {
  /// How an approver signs.
  package enum Signer: Hashable, Sendable {
    /// With an SSH key.
    case ssh(SSHKeyLine)
    /// With a certificate.
    case certificate(PublisherPolicy)
  }

  /// The most bytes of a name.
  package static let nameLimit = 64

  /// The name: ASCII letters, digits and `._@+-`, so that it can be a part of a file's name.
  package let name: String
  /// How they sign.
  package let signer: Signer

  /// Makes an entry.
  package init(name: String, signer: Signer) {
    self.name = name
    self.signer = signer
  }

  /// Whether a text can be a name.
  package static func isName(_ text: String) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
    }
    guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= nameLimit else {
      return false
    }
    return text.utf8.allSatisfy { isAlphanumeric($0) || "._@+-".utf8.contains($0) }
  }

  /// Whether two entries mean the same signer.
  func hasSigner(of other: Approver) -> Bool {
    switch (signer, other.signer) {
    case (.ssh(let line), .ssh(let other)): line.key == other.key
    case (.certificate(let one), .certificate(let two)): one.hasSigner(of: two)
    default: false
    }
  }
}

extension PublisherPolicy {
  /// Whether two entries mean the same signer.
  func hasSigner(of other: PublisherPolicy) -> Bool {
    // Environments of a forge can have reviewers of their own; nothing else makes two of one.
    signer.isSigner(of: other.signer)
      && (environment == nil || other.environment == nil || environment == other.environment)
  }
}

extension PublisherPolicy.Signer {
  /// Whether two entries mean the same signer, whatever their environments.
  func isSigner(of other: PublisherPolicy.Signer) -> Bool { identity == other.identity }

  /// What two entries for one signer have in common, in whatever words they name it.
  fileprivate var identity: [[UInt8]] {
    func folded(_ text: String) -> [UInt8] {
      text.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    }
    func named(_ issuer: String, _ name: String) -> [[UInt8]] {
      [Array("identity".utf8), Array(issuer.utf8), Array(name.utf8)]
    }
    return switch self {
    case .gitHub(let repository, let workflow):
      [Array("github".utf8), folded(repository), Array((workflow ?? "").utf8)]
    case .gitHubOwner(let owner): [Array("owner".utf8), folded(owner)]
    case .gitLab(let repository, let workflow):
      [Array("gitlab".utf8), folded(repository), Array((workflow ?? "").utf8)]
    case .google(let email): named("https://accounts.google.com", email)
    case .hallmark(let issuer, let subject): named(issuer, subject)
    case .identity(let identity): named(identity.issuer, identity.name)
    }
  }
}

extension Policy {
  /// Approvers a policy may have at most.
  package static let approverLimit = 256

  /// The names of the approvers, each once, in the order of the file.
  package var approverNames: [String] {
    var names: [String] = []
    for approver in approvers where !names.contains(approver.name) { names.append(approver.name) }
    return names
  }

  static func approvers(_ root: TOMLNode) throws(TOMLError) -> [Approver] {
    guard let list = try root.optional("approver") else { return [] }
    var approvers: [Approver] = []
    for node in try list.array(limit: approverLimit) {
      let approver = try approver(node)
      if let other = approvers.first(where: { $0.hasSigner(of: approver) }),
        other.name != approver.name
      {
        throw node.error(
          "`\(approver.name)` has the key or identity of `\(other.name)`, who would count twice")
      }
      approvers.append(approver)
    }
    return approvers
  }

  /// The name of an approver or a rebuilder.
  static func signerName(_ node: TOMLNode) throws(TOMLError) -> String {
    let nameNode = try node.required("name")
    let name = try nameNode.string()
    guard Approver.isName(name) else {
      throw nameNode.error(
        "expected 1 to \(Approver.nameLimit) ASCII letters, digits and `._@+-`, "
          + "with a letter or digit first")
    }
    return name
  }

  private static func approver(_ node: TOMLNode) throws(TOMLError) -> Approver {
    let name = try signerName(node)
    guard try node.required("kind").string() == "SSH" else {
      return Approver(name: name, signer: .certificate(try publisher(node, "name")))
    }
    try node.allowOnly(keys: ["name", "kind", "key"])
    let keyNode = try node.required("key")
    let text = try keyNode.string()
    do {
      return Approver(name: name, signer: .ssh(try SSHKeyLine(parsing: Array(text.utf8))))
    } catch {
      throw keyNode.error("\(error)")
    }
  }

  static func approvals(
    _ root: TOMLNode, of approvers: [Approver]
  ) throws(TOMLError) -> Int? {
    guard let node = try root.optional("approvals") else { return nil }
    let number = try node.integer()
    let names = Set(approvers.map { Array($0.name.utf8) }).count
    guard number >= 1, number <= names else {
      throw node.error("expected 1 or more, up to the \(names) names of `[[approver]]`")
    }
    return Int(number)
  }
}

extension Policy {
  /// The first approver with a certificate like this one; a certificate is nobody's twice.
  ///
  /// - Parameters:
  ///   - certificate: a certificate that was verified.
  ///   - release: what is approved, for refs that must be of its version.
  /// - Returns: `nil` if nobody's certificate is like this one.
  package func approver(
    with certificate: SigningCertificate, release: ReleaseName?
  ) -> Approver? {
    approvers.first { approver in
      guard case .certificate(let expected) = approver.signer else { return false }
      return expected.isMet(by: certificate, release: release)
    }
  }

  /// Whether a certificate is a publisher's, from whichever ref, environment and machine.
  package func isPublisher(_ certificate: SigningCertificate) -> Bool {
    publishers.contains { publisher in
      PublisherPolicy(signer: publisher.signer).isMet(by: certificate, release: nil)
    }
  }
}

extension PublisherPolicy {
  /// Whether a certificate that was verified is as an entry says.
  func isMet(by certificate: SigningCertificate, release: ReleaseName?) -> Bool {
    VerificationReport(
      PublisherComparison(policy: self, certificate: certificate, release: release).checks
    ).passed
  }
}
