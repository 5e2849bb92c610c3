// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Policies
import PythonPackaging
import ServiceClients
import Verification

/// The options that let `hallmark verify` ask services for evidence.
struct FetchOptions: ParsableArguments {
  /// The base of GitHub's API by default.
  static let gitHubAPI = "https://api.github.com"

  @Flag(
    help: """
      Also ask for evidence: the index about wheels and sdists, GitHub about the repositories \
      that are expected.
      """)
  var fetch = false

  @Option(
    help: ArgumentHelp(
      "Also look for evidence in this folder, or below this https URL, such as a release's assets.",
      valueName: "place"))
  var fetchFrom: [String] = []

  @Flag(help: "Ask the log for an entry that is missing: one request by its computed name.")
  var online = false

  @Option(
    name: .customLong("github-api"),
    help: ArgumentHelp("The base of GitHub's API.", valueName: "url"))
  var gitHubAPI = FetchOptions.gitHubAPI

  @OptionGroup var network: NetworkOptions

  func validate() throws {
    if online, network.offline {
      throw ValidationError("--online and --offline exclude each other.")
    }
    _ = try sources(expected: nil)
  }

  /// Whether a file's evidence is looked for elsewhere than beside it.
  var looksElsewhere: Bool { fetch || !fetchFrom.isEmpty }

  /// Where evidence is looked for, with the repositories that are expected.
  ///
  /// - Throws: `ValidationError` for an address that is none.
  func sources(expected: Expectation?) throws -> EvidenceSources {
    var sources = EvidenceSources(
      index: try network.indexURL(),
      gitHubAPI: try NetworkOptions.serviceURL(gitHubAPI, option: "--github-api"))
    for place in fetchFrom {
      if place.utf8.starts(with: "https://".utf8) || place.utf8.starts(with: "http://".utf8) {
        sources.addresses.append(try NetworkOptions.serviceURL(place, option: "--fetch-from"))
      } else {
        sources.folders.append(place)
      }
    }
    guard fetch else { return sources }
    sources.asksIndex = true
    for scope in Self.scopes(expected) where !sources.scopes.contains(scope) {
      sources.scopes.append(scope)
    }
    return sources
  }

  /// Whose attestations GitHub is asked for.
  private static func scopes(_ expected: Expectation?) -> [GitHubAttestationsClient.Scope] {
    func repository(_ name: String) -> [GitHubAttestationsClient.Scope] {
      let parts = name.utf8.split(separator: UInt8(ascii: "/"))
        .map { String(decoding: $0, as: UTF8.self) }
      return parts.count == 2 ? [.repository(owner: parts[0], name: parts[1])] : []
    }
    switch expected {
    case .publishers(let policy):
      var scopes: [GitHubAttestationsClient.Scope] = []
      for publisher in policy.publishers {
        if case .gitHub(let name, _) = publisher.signer { scopes += repository(name) }
        if case .gitHubOwner(let owner) = publisher.signer {
          scopes += [.organization(owner), .user(owner)]
        }
      }
      return scopes
    case .provenance(let expectations, _):
      for prefix in ["git+https://github.com/", "https://github.com/", "github.com/"]
      where expectations.sourceURI.utf8.starts(with: prefix.utf8) {
        let rest = expectations.sourceURI.utf8.dropFirst(prefix.utf8.count)
        return repository(String(decoding: rest, as: UTF8.self))
      }
      return []
    case .summary, .key, nil: return []
    }
  }
}

/// Where the evidence of files is looked for, besides next to them.
struct EvidenceSources: Sendable {
  /// The base of the index's simple API.
  var index: ServiceURL
  /// The base of GitHub's API.
  var gitHubAPI: ServiceURL
  /// Whether the index is asked about a file of this machine.
  var asksIndex = false
  /// Whose attestations are asked for at GitHub.
  var scopes: [GitHubAttestationsClient.Scope] = []
  /// Folders of this machine.
  var folders: [String] = []
  /// Folders of web servers.
  var addresses: [ServiceURL] = []

  /// The names that evidence of a file may have.
  static func names(for filename: String) -> [String] {
    EvidenceDiscovery.suffixes.map { filename + $0 } + [EvidenceDiscovery.shared]
  }

  /// The addresses that would be asked about a file.
  func addresses(filename: String?, digest: SHA256Hash) -> [String] {
    var result: [String] = []
    if asksIndex, let filename, let name = try? DistributionFilename(filename) {
      result.append("\(index.appending("\(name.project.normalized)/"))")
    }
    result += scopes.map {
      "\(GitHubAttestationsClient.address(of: digest, in: $0, at: gitHubAPI))"
    }
    for address in addresses {
      result += (filename.map(Self.names) ?? [EvidenceDiscovery.shared]).map {
        "\(EvidenceFolderClient.address(of: $0, in: address))"
      }
    }
    return result
  }

  /// The addresses that would be asked about what an index has; what follows from the answers
  /// cannot be known before.
  func addresses(_ reference: IndexReference) -> [String] {
    var result = ["\(index.appending("\(reference.project.normalized)/"))"]
    if case .address(let url, _) = reference { result.append("\(url)") }
    return result
  }
}
