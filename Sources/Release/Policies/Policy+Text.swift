// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore

extension Policy {
  /// The file form; reading it again gives an equal policy.
  package var text: String {
    (instance.map { "instance = \(Self.quoted($0))\n\n" } ?? "")
      + publishers.map(Self.text).joined(separator: "\n")
  }

  private static func text(_ publisher: PublisherPolicy) -> String {
    var pairs = signer(publisher.signer)
    func add(_ key: String, _ value: String?) {
      if let value { pairs.append((key, value)) }
    }
    add("signer_workflow", publisher.signerWorkflow)
    add("repository_id", publisher.identifiers.repository)
    add("repository_owner_id", publisher.identifiers.owner)
    add("environment", publisher.environment)
    add("ref", ref(publisher))
    if publisher.runner != publisher.signer.defaultRunner {
      add("runner", publisher.runner.rawValue)
    }
    var text = "[[publisher]]\n"
    for (key, value) in pairs { text += "\(key) = \(quoted(value))\n" }
    if !publisher.requiredPredicates.isEmpty {
      let names = publisher.requiredPredicates.map { type in
        switch type {
        case PredicateType.publish: quoted("publish")
        case PredicateType.slsaProvenance: quoted("provenance")
        default: quoted(type)
        }
      }
      text += "require = [\(names.joined(separator: ", "))]\n"
    }
    return text
  }

  private static func signer(_ signer: PublisherPolicy.Signer) -> [(String, String)] {
    switch signer {
    case .gitHub(let repository, let workflow):
      [("kind", "GitHub"), ("repository", repository)] + (workflow.map { [("workflow", $0)] } ?? [])
    case .gitHubOwner(let owner): [("kind", "GitHub"), ("owner", owner)]
    case .gitLab(let repository, let path):
      [("kind", "GitLab"), ("repository", repository)]
        + (path.map { [("workflow_filepath", $0)] } ?? [])
    case .google(let email): [("kind", "Google"), ("email", email)]
    case .hallmark(let issuer, let subject):
      [("kind", "Hallmark"), ("issuer", issuer), ("subject", subject)]
    case .identity(let identity):
      [("kind", "Sigstore"), ("issuer", identity.issuer), ("identity", identity.name)]
    }
  }

  /// The ref where it is not what the file means without one.
  private static func ref(_ publisher: PublisherPolicy) -> String? {
    switch publisher.ref {
    case .any: publisher.signer.isForge ? "any" : nil
    case .tag: "tag"
    case .versionTag: publisher.signer.isForge ? nil : "version-tag"
    case .exactly(let ref): ref
    }
  }

  /// A TOML basic string; JSON's escapes are a subset of TOML's, which also wants DEL escaped.
  private static func quoted(_ text: String) -> String {
    let bytes = JSONValue.string(text).compactText.utf8.flatMap { byte in
      byte == 0x7f ? Array("\\u007F".utf8) : [byte]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
