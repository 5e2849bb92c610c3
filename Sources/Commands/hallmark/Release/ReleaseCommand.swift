// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import BuildVersion
import Encodings
import Policies
import ServiceClients
import Sigstore
import SystemPackage
import TrustedPublishing
import Verification

/// `hallmark release`: from a project's source to a published, verified and installed package.
struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Build, attest, publish and verify a Python project, in stages.",
    discussion: """
      Examples:
        hallmark release . --policy hallmark.toml
        hallmark release . --policy hallmark.toml --github acme/greeting --tag v1.0.0
        hallmark release . --until attest
        hallmark release . --from publish --index testpypi --policy hallmark.toml
        hallmark release Examples/greeting --embedded

      Builds sdist and wheel as hallmark build does: from a clean export of the git commit, in a \
      sandbox, twice, with a record beside the files. Signs for each a publish \
      attestation and a SLSA provenance with a key that lives for this run only, looks for the \
      approvals that are asked for, publishes by Trusted Publishing (and as assets of a release at \
      a forge), and checks as a stranger what the index then serves.

      After each stage hallmark-release.json in the output folder says how far it has come. The \
      same command goes on there: what is finished is compared and verified, nothing is signed or \
      uploaded twice. --until and --from split the stages among jobs that hand the folder on.

      --embedded runs all services on this machine, for this run, and installs the result with \
      pip; they vouch only for themselves.

      Exit status: 0 done, 1 could not run, 2 usage, 3 rejected, 4 authentication refused, 5 the \
      index, the forge, an unfinished release or the second build has something else, 6 a service did not answer. \
      After Ctrl-C everything is stopped and removed first.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The folder of the project's pyproject.toml.", completion: .directory)
  var project: String

  @Flag(help: "Run token issuer, certificate authority, log and index on this machine.")
  var embedded = false

  @Option(
    help: ArgumentHelp(
      "Where the files of the release go; the project's folder dist by default.",
      valueName: "folder"),
    completion: .directory)
  var out: String?

  @Option(
    help: ArgumentHelp(
      "The embedded services' data folder, which stays; a temporary one by default.",
      valueName: "folder"),
    completion: .directory)
  var data: String?

  @Option(help: "The port of the embedded services; a free one by default.")
  var port: UInt16?

  @Flag(help: "Leave the embedded services running, and say how to stop them.")
  var keep = false

  @OptionGroup(title: "Build") var build: HermeticBuildOptions

  @OptionGroup(title: "Stages") var staged: StagedOptions

  @OptionGroup(title: "Where") var destination: IndexOptions

  @OptionGroup(title: "Release assets") var forge: ForgeOptions

  @OptionGroup(title: "Instance") var instance: InstanceOptions

  @OptionGroup(title: "Identity") var identity: IdentityOptions

  @OptionGroup(title: "Network") var network: TransportOptions

  func validate() throws {
    for (name, value) in [("PROJECT", project), ("--out", out), ("--data", data)] {
      guard let value else { continue }
      guard !value.isEmpty, !value.utf8.contains(0) else {
        throw ValidationError("\(name) must be the path of a folder.")
      }
    }
    guard !embedded else {
      guard !staged.isUsed, try forge.reference() == nil else {
        throw ValidationError(
          "--embedded goes through all stages with services of its own; leave out --policy, "
            + "--require-approvals, --wheels, --from, --until, --restart, --github and --gitlab.")
      }
      return
    }
    guard data == nil, port == nil, !keep else {
      throw ValidationError("--data, --port and --keep need --embedded.")
    }
    guard instance.rekorVersion != 2 else {
      throw ValidationError(
        "Attestations at an index need a log of version 1; leave out --rekor-version.")
    }
  }

  private var output: FilePath { out.map { FilePath($0) } ?? FilePath(project).appending("dist") }

  func run() async throws {
    if embedded { try await runEmbedded() } else { try await runStaged() }
  }

  private func runEmbedded() async throws {
    let console = global.console
    let run = ReleaseRun(
      options: ReleaseOptions(
        data: data.map { FilePath($0) }, port: port.map { Int($0) }, keep: keep,
        build: try build.build(project, output: output, wheels: []),
        version: String(HALLMARK_VERSION)),
      console: console)
    let outcome = try await Interruption.run { try await run.run() }
    let summary = ReleaseSummary(outcome: outcome, console: console)
    if global.json {
      console.output(outcome.json(verifyCommand: summary.verifyCommand).compactText)
    } else {
      // Apart from the lines of the stages, where both are seen.
      console.progress()
      summary.show()
    }
  }

  private func runStaged() async throws {
    let console = global.console
    let until = staged.until ?? .verify
    // The first stages need no policy, but one that is there may name the instance to sign with.
    let policy = try TrustFiles.resolvedPolicyFile(staged.policy)
    if let policy, !global.json {
      console.progress("policy: \(UntrustedText.printable(policy.origin))")
    }
    let trust = try instance.load(policyInstance: policy?.policy.instance)
    let selection = try instance.select(from: trust, needsVersion1: true)
    let gate =
      until < .approve
      ? nil
      : try ApprovalGate(
        demanding: staged.requireApprovals, under: policy, trusting: [trust.trustedRoot],
        console: console)
    let index = try destination.publishingIndex()
    let target = until < .publish ? nil : try forge.target()
    let stored = try destination.tokenFile.map { try UploadAuthorization.token(inFile: $0) }
    let options = StagedRelease.Options(
      build: try build.build(
        project, output: output, wheels: staged.wheels.map { [$0] } ?? []),
      forge: try forge.reference(), from: staged.from, until: until,
      restart: staged.restart,
      version: String(HALLMARK_VERSION))
    let patience = Duration.seconds(destination.patience)
    let (network, identity) = (network, identity)
    let outcome = try await Interruption.run {
      try await network.withTransport { transport in
        let tokens = try identity.source(
          loginIssuer: selection.identityIssuer?.url, transport: transport, console: console)
        return try await StagedRelease(
          options: options,
          services: ReleaseServices(
            instance: trust, selection: selection, tokens: tokens,
            audience: identity.signingAudience, index: index,
            authorization: stored ?? .trustedPublishing(tokens), forge: target,
            policy: policy.map { ($0.policy, $0.origin) }, gates: gate.map { [$0] } ?? [],
            patience: patience, transport: transport),
          console: console
        ).run()
      }
    }
    if global.json {
      console.output(outcome.json.compactText)
    } else {
      console.progress()
      outcome.show(on: console)
    }
  }
}
