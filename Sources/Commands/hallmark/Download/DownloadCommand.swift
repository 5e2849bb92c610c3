// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import PythonPackaging
import ServiceClients
import SystemPackage
import Verification

/// `hallmark download`: takes from an index only what passes a policy, and locks it by hash.
struct DownloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "download",
    abstract: "Take files from an index that pass your policy, and lock them by hash.",
    discussion: """
      Examples:
        hallmark download greeting==1.0.0 --policy hallmark.toml > locked.txt
        pip install --require-hashes -r locked.txt
        hallmark download -r requirements.txt --policy hallmark.toml --dest wheels
        pip install --require-hashes --no-index --find-links wheels -r wheels.txt
        hallmark download --pylock pylock.toml --policy ours.toml --package-policy six=six.toml
        uv pip install --require-hashes -r locked.txt

      Each file of each release must have an attestation at the index that satisfies the policy. \
      If one has not, nothing is written, and the command says why. The result is a requirements \
      file with the hashes of what passed, for pip and uv, on standard output or in --output; with \
      --dest the files too. Without --dest the files are not read: what is checked is the digest \
      that the result demands of them.

      A requirement is NAME, NAME==VERSION or any range of PEP 440: the newest version that it \
      allows is taken, without pre-releases and withdrawn files unless it is pinned. Which Python \
      versions a release is for is not looked at. Dependencies are not resolved: give all of them, \
      as a lock tool writes them, such as `uv pip compile` or `uv export --format pylock.toml`. \
      Requirements files may have comments, continued lines, markers and --hash=sha256:…, which \
      must then match; other options are refused. Of a pylock.toml all wheels and sdists are \
      taken, from --index, whatever addresses it has. All files of a release are taken otherwise; \
      --file leaves some out.

      Exit status: 0 done, 1 could not run, 2 usage or no policy, 3 a file does not pass, 4 a \
      service wants a login, 6 undecided: not found, a service did not answer, or --offline.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "What to take: NAME, NAME==VERSION, or a range such as 'NAME>=1.4,<2'.")
  var requirements: [String] = []

  @Option(
    name: [.customShort("r"), .customLong("requirements")],
    help: ArgumentHelp("A requirements file.", valueName: "file"), completion: .file())
  var requirementsFiles: [String] = []

  @Option(
    name: .customLong("pylock"), help: ArgumentHelp("A lock file of PEP 751.", valueName: "file"),
    completion: .file())
  var locks: [String] = []

  @Option(
    help: ArgumentHelp("Who may have signed: a policy, hallmark.toml.", valueName: "file"),
    completion: .file())
  var policy: String?

  @Option(help: ArgumentHelp("A policy for one project alone.", valueName: "name=file"))
  var packagePolicy: [String] = []

  @Option(
    help: ArgumentHelp("Where the files go; they are not kept otherwise.", valueName: "folder"),
    completion: .directory)
  var dest: String?

  @Option(
    help: ArgumentHelp("Where the requirements go; standard output otherwise.", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(help: ArgumentHelp("Take only files of this name, * is anything.", valueName: "pattern"))
  var file: [String] = []

  @Flag(help: "Take pre-releases too where no version is pinned.")
  var pre = false

  @OptionGroup(title: "Trust") var trust: TrustOptions

  @OptionGroup(title: "Network") var network: NetworkOptions

  func validate() throws {
    guard !(requirements.isEmpty && requirementsFiles.isEmpty && locks.isEmpty) else {
      throw ValidationError("name a requirement, a requirements file or a lock file.")
    }
    for (name, value) in [("--dest", dest), ("--output", output)] {
      guard value?.isEmpty != true, value?.utf8.contains(0) != true else {
        throw ValidationError("\(name) must be a path.")
      }
    }
  }

  func run() async throws {
    let wanted = try WantedRelease.all(
      named: requirements, requirementsFiles: requirementsFiles, locks: locks)
    let policies = try PolicySet(common: policy, own: packagePolicy)
    for item in wanted { _ = try policies.policy(of: item.requirement.project) }
    let trustedRoots = try trust.load(
      policyInstance: trust.isGiven ? nil : try policies.instance())
    let sources = EvidenceSources(
      index: try network.indexURL(),
      gitHubAPI: try NetworkOptions.serviceURL(FetchOptions.gitHubAPI, option: "GitHub's API"))
    let console = global.console
    if network.offline {
      let addresses = wanted.map {
        "\(sources.index.appending("\($0.requirement.project.normalized)/"))"
      }
      throw OfflinePlan(addresses: addresses).shown(on: console, json: global.json)
    }
    let patterns = file.map { FilePattern($0) }
    let (dest, network, pre) = (dest, network, pre)
    let publication = DownloadPublication(output: output, json: global.json, console: console)
    try await Interruption.run {
      let folder = try dest.map { try DownloadFolder($0) }
      defer { folder?.close() }
      try await network.withTransport { transport in
        let run = DownloadRun(
          policies: policies, trustedRoots: trustedRoots,
          fetcher: EvidenceFetcher(sources: sources, transport: transport), folder: folder,
          includesPreReleases: pre, patterns: patterns, console: console)
        do {
          var releases: [DownloadedRelease] = []
          for item in wanted { releases.append(try await run.take(item)) }
          try publication.publish(releases, folder: folder)
        } catch let stopped as DownloadRun.Stopped {
          throw publication.failure(for: stopped.result)
        }
      }
    }
  }
}
