// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Policies
import Sigstore
import Verification

/// The options that say who should have signed.
struct ExpectationOptions: ParsableArguments {
  @Option(help: "The repository: owner/name on GitHub, or an https URL on GitHub or GitLab.")
  var repository: String?

  @Option(help: "The workflow file, such as release.yml; on GitLab the path, .gitlab-ci.yml.")
  var workflow: String?

  @Option(help: "The exact certificate identity: a URI or an e-mail address.")
  var identity: String?

  @Option(help: "The exact issuer of that identity, an https URL.")
  var issuer: String?

  @Option(help: "A policy file, hallmark.toml.")
  var policy: String?

  func validate() throws {
    if (identity == nil) != (issuer == nil) {
      throw ValidationError("--identity and --issuer belong together.")
    }
    if workflow != nil, repository == nil {
      throw ValidationError("--workflow needs --repository.")
    }
    let kinds = [identity != nil, repository != nil, policy != nil]
    if kinds.count(where: { $0 }) > 1 {
      throw ValidationError("use only one of --repository, --identity and --policy.")
    }
    if let repository, Self.signer(repository: repository, workflow: nil) == nil {
      throw ValidationError(
        "--repository must be owner/name or https://github.com/… or https://gitlab.com/….")
    }
  }

  /// The policy of this run and where it is from, or `nil` if nobody said who should have signed.
  func resolvedPolicy() throws -> (policy: Policy, origin: String)? {
    if let identity, let issuer {
      let signer = PublisherPolicy.Signer.identity(SignerIdentity(name: identity, issuer: issuer))
      return (Policy(publishers: [PublisherPolicy(signer: signer)]), "from options")
    }
    if let repository, let signer = Self.signer(repository: repository, workflow: workflow) {
      return (Policy(publishers: [PublisherPolicy(signer: signer)]), "from options")
    }
    if let policy { return (try Self.read(policy), "\(policy), from --policy") }

    var environment: [String: String] = [:]
    for name in ["HOME", "XDG_CONFIG_HOME"] { environment[name] = Platform.environment(name) }
    guard let folder = FileReading.currentFolder(),
      let found = PolicyDiscovery.find(environment: environment, currentFolder: folder)
    else { return nil }
    return (try Self.read(found.path), "\(found.path), from \(found.origin)")
  }

  private static func read(_ path: String) throws -> Policy {
    do {
      return try Policy(parsing: try FileReading.bytes(of: path, limit: 1 << 20))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the policy cannot be used: \(error)", place: path,
          help: ["a policy has [[publisher]] entries; README.md shows one"]))
    }
  }

  private static func signer(
    repository: String, workflow: String?
  ) -> PublisherPolicy.Signer? {
    func path(after prefix: String) -> String? {
      repository.utf8.starts(with: prefix.utf8)
        ? String(repository.utf8.dropFirst(prefix.utf8.count)) : nil
    }
    func isName(_ text: String, atMost limit: Int) -> Bool {
      let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      return (2...limit).contains(parts.count) && parts.allSatisfy { !$0.isEmpty }
        && !text.utf8.contains(UInt8(ascii: ":"))
    }
    if let name = path(after: "https://gitlab.com/") {
      return isName(name, atMost: 20)
        ? .gitLab(repository: name, workflowFilepath: workflow) : nil
    }
    let name = path(after: "https://github.com/") ?? repository
    return isName(name, atMost: 2) ? .gitHub(repository: name, workflow: workflow) : nil
  }
}
