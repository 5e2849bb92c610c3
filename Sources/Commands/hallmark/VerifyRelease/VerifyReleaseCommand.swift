// SPDX-License-Identifier: Apache-2.0

import Approvals
import ArgumentParser
import Encodings
import Policies
import PythonPackaging
import Rebuild
import ServiceClients
import SystemPackage
import Verification

/// `hallmark verify-release`: asks everything that is to be known of a release, before or after it is
/// published.
struct VerifyReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-release",
    abstract: "Check a release before or after it is published: tag, rebuild, index, attestations.",
    discussion: """
      Examples:
        hallmark verify-release --tag v1.4.0 --dist ci-dist --allowed-signers .allowed_signers
        hallmark verify-release --tag v1.4.0 --github acme/acme --run 1234567 \
      --allowed-signers .allowed_signers --json > verified.json
        hallmark verify-release acme==1.4.0 --tag v1.4.0 --dist ci-dist --policy hallmark.toml \
      --allowed-signers .allowed_signers
        hallmark verify-release acme==1.4.0 --tag v1.4.0 --github acme/acme --require-rebuilders 2 \
      --policy hallmark.toml --allowed-gpg-keys maintainers.asc

      Before a release is published (only --dist or --run is given): the files that CI made are \
      what an independent build of the tagged commit makes, and an allowed signer signed the tag. \
      What this finds is what `hallmark approve --verified` puts its signature under.

      After it (NAME==VERSION is given, or --after): what the index, and with --github or --gitlab \
      the forge's release, serve are the files that CI made (if they are given) and what the tagged \
      commit makes; the index's attestations satisfy the policy; the attested commit is the tag's.

      Every question and its answer is a row: yes, no, or unknown, and by what. Unknown is no yes. \
      The build runs in a sandbox on this machine, as `hallmark reproduce` does; --rebuilt takes \
      the files of a build elsewhere instead.

      Exit status: 0 every answer is yes; else the worst of the rows, in this order: 3 evidence or \
      signature refused, 5 something differs, 4 a service wants a login, 6 unknown, 1 could not \
      run. 2 is wrong usage.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The release at the index, as NAME==VERSION; then it is checked as published.")
  var release: String?

  @OptionGroup(title: "The tag") var tag: TagOptions

  @Option(
    help: ArgumentHelp(
      "The files that CI made: a folder, or a file; may be repeated.", valueName: "path"),
    completion: .file())
  var dist: [String] = []

  @Flag(help: "Ask what is asked before a release is published.")
  var before = false

  @Flag(help: "Ask what is asked after it.")
  var after = false

  @Option(
    help: ArgumentHelp("The commit that the tag must stand for, in full.", valueName: "id"))
  var commit: String?

  @Option(
    help: ArgumentHelp("Who signs: a policy, hallmark.toml.", valueName: "file"),
    completion: .file())
  var policy: String?

  @OptionGroup(title: "The forge") var run: RunOptions

  @Option(
    help: ArgumentHelp(
      "Files of an independent build, instead of building here.", valueName: "folder"),
    completion: .directory)
  var rebuilt: String?

  @Option(
    help: ArgumentHelp("The interpreter to build with; inferred otherwise.", valueName: "path"))
  var python: String?

  @Flag(help: "Show what the builds print.")
  var verbose = false

  @OptionGroup(title: "Rebuilders") var rebuilders: RebuilderOptions

  @OptionGroup(title: "Trust") var trust: TrustOptions

  @OptionGroup(title: "Network") var network: NetworkOptions

  /// The phase that options and arguments mean.
  private var phase: ReleaseFindings.Phase {
    after || (release != nil && !before) ? .after : .before
  }

  func validate() throws {
    guard !before || !after else {
      throw ValidationError("--before and --after exclude each other.")
    }
    guard dist.isEmpty || run.run == nil else {
      throw ValidationError("The files are either those of --dist or those of --run.")
    }
    if dist.isEmpty, run.run == nil {
      guard phase == .after, release != nil else {
        throw ValidationError(
          "Name the files that CI made by --dist or --run, or a release at the index.")
      }
    }
    if before, release != nil {
      throw ValidationError("NAME==VERSION is a release at the index; leave out --before.")
    }
    if let release {
      guard case .release? = try IndexReference(argument: release) else {
        throw ValidationError("Name the whole release, as NAME==VERSION.")
      }
    }
    if let commit, ![40, 64].contains(commit.utf8.count) {
      throw ValidationError("--commit must be the full id of a commit.")
    }
    for path in dist + [rebuilt].compactMap({ $0 }) where path.isEmpty {
      throw ValidationError("a path must not be empty.")
    }
    _ = try run.project.reference(tag: tag.tag)
    if network.offline {
      throw ValidationError("--offline has no meaning here: builds and indexes are asked.")
    }
  }

  func run() async throws {
    let console = global.console
    let signers = try tag.signers()
    let file = try TrustFiles.resolvedPolicyFile(policy)
    if phase == .after, file == nil {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "there is no policy: nobody said who signs the release", help: ["name one by --policy"]))
    }
    if let file, !global.json {
      console.progress("policy: \(UntrustedText.printable(file.origin))")
    }
    let roots = try trust.load(policyInstance: file?.policy.instance)
    let requirement = try rebuilders.requirement(
      under: file.map { ($0.policy, $0.origin) }, trusting: roots)
    let forge = try run.access(tag: tag.tag)
    let options = self
    let findings = try await Interruption.run {
      try await options.network.withTransport { transport in
        let (candidate, ran) = try await options.candidate(forge, over: transport)
        return try await ReleaseVerification(
          phase: options.phase, release: try options.named(candidate), tag: options.tag,
          signers: signers, candidate: candidate, run: ran, commit: options.commit, policy: file,
          roots: roots, requirement: requirement, rebuilt: options.rebuilt,
          python: options.python, index: try options.network.indexURL(), forge: forge,
          transport: transport, console: console, isVerbose: options.verbose
        ).findings()
      }
    }
    if global.json {
      console.output(findings.json.compactText)
    } else {
      findings.show(on: console)
    }
    if findings.status != .done { throw ExitCode(findings.status.rawValue) }
  }

  /// The files that CI made, if they are given, and what the forge says about the run.
  private func candidate(
    _ forge: ForgeAccess?, over transport: HTTPTransport
  ) async throws -> (CandidateFiles?, RunArtifacts.Run?) {
    if let number = run.run, let forge {
      let artifacts = forge.artifacts(of: number, over: transport)
      do {
        let ran = try await artifacts.run()
        global.console.progress("downloading the artifacts of run \(number)")
        return (
          try await CandidateFiles(artifacts: artifacts, named: "\(forge.name) run \(number)"), ran
        )
      } catch let error as TransportError {
        throw forge.failure(for: error)
      }
    }
    return (dist.isEmpty ? nil : try CandidateFiles(paths: dist), nil)
  }

  /// The release that is meant.
  private func named(_ candidate: CandidateFiles?) throws -> (ProjectName, Version) {
    var named: (ProjectName, Version)?
    if let release, case .release(let project, let version)? = try IndexReference(argument: release)
    {
      named = (project, version)
    }
    guard let found = candidate?.release else {
      guard let named else { throw CancellationError() }
      return named
    }
    if let named, named != found {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "the files are of another release", expected: "\(named.0) \(named.1)",
          found: "\(found.project) \(found.version)"))
    }
    return found
  }
}
