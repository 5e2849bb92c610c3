// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import SSHSignatures
import Sigstore

extension Policy {
  /// The file form; reading it again gives an equal policy.
  package var text: String {
    var head = instance.map { "instance = \(Self.quoted($0))\n" } ?? ""
    head += approvals.map { "approvals = \($0)\n" } ?? ""
    if publishersMayApprove { head += "publishers_may_approve = true\n" }
    let tables =
      publishers.map { publisher in
        "[[publisher]]\n" + Self.text(publisher) + Self.requirement(publisher)
      } + approvers.map { Self.text($0) }
      + rebuilders.map { rebuilder in
        "[[rebuilder]]\nname = \(Self.quoted(rebuilder.name))\n"
          + Self.text(rebuilder.identity, defaultRef: .any)
      }
    return ((head.isEmpty ? [] : [head]) + tables).joined(separator: "\n")
  }

  private static func text(_ approver: Approver) -> String {
    let head = "[[approver]]\nname = \(quoted(approver.name))\n"
    return switch approver.signer {
    case .ssh(let line): head + "kind = \"SSH\"\nkey = \(quoted(line.text))\n"
    case .certificate(let signer): head + text(signer)
    }
  }

  private static func text(
    _ publisher: PublisherPolicy, defaultRef: PublisherPolicy.Ref = .versionTag
  ) -> String {
    var pairs = signer(publisher.signer)
    func add(_ key: String, _ value: String?) {
      if let value { pairs.append((key, value)) }
    }
    add("signer_workflow", publisher.signerWorkflow)
    add("repository_id", publisher.identifiers.repository)
    add("repository_owner_id", publisher.identifiers.owner)
    add("environment", publisher.environment)
    add("ref", ref(publisher, publisher.signer.isForge ? defaultRef : .any))
    if publisher.runner != publisher.signer.defaultRunner {
      add("runner", publisher.runner.rawValue)
    }
    return pairs.map { "\($0) = \(quoted($1))\n" }.joined()
  }

  private static func requirement(_ publisher: PublisherPolicy) -> String {
    if publisher.requiredPredicates.isEmpty { return "" }
    let names = publisher.requiredPredicates.map { type in
      switch type {
      case PredicateType.publish: quoted("publish")
      case PredicateType.slsaProvenance: quoted("provenance")
      default: quoted(type)
      }
    }
    return "require = [\(names.joined(separator: ", "))]\n"
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
  private static func ref(
    _ publisher: PublisherPolicy, _ defaultRef: PublisherPolicy.Ref
  ) -> String? {
    guard publisher.ref != defaultRef else { return nil }
    return switch publisher.ref {
    case .any: "any"
    case .tag: "tag"
    case .versionTag: "version-tag"
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
