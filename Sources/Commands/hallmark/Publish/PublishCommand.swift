// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Identity
import Policies
import ServiceClients
import TrustedPublishing
import Verification

/// `hallmark publish`: uploads a release to an index, after everything was checked.
struct PublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Upload a release with its attestations to PyPI or another index.",
    discussion: """
      Examples:
        hallmark publish dist --policy hallmark.toml
        hallmark publish dist/* --index testpypi --dry-run
        hallmark publish dist --index https://index.example.org/legacy/ --tls-ca ca.pem
        hallmark publish dist --github acme/greeting --tag v1.0.0
        hallmark publish dist --index https://old.example.org/legacy/ --token-file token
        hallmark publish dist --policy hallmark.toml --require-approvals 2

      The files are wheels and sdists of one version of one project; a folder stands for those in \
      it. First all of it is read: file name, metadata and contents must agree, and everything \
      beside the files (.publish.attestation, .slsa.attestation, .sigstore.json and so on) must be \
      signed by whom the policy names. The policy is that of --policy, of the user's configuration \
      (hallmark/hallmark.toml), or of hallmark.toml in the enclosing git repository. Then the index \
      is looked at: what it has already, byte for byte, is skipped; if it has something else under \
      one of the names, nothing is sent at all. --dry-run stops here, with an upload token that was \
      minted and burned.

      Where the policy or --require-approvals demands approvals, so many different approvers of the \
      policy must have approved exactly these files by `hallmark approve`, beside the files.

      The right to upload is Trusted Publishing: the identity of this CI job is exchanged for a \
      token of minutes, at PyPI, or at any index that speaks PyPI's protocol or PEP 807. There is \
      nothing to steal. A stored token (--token-file) is for indexes that have only that.

      With --github or --gitlab and --tag, the same files and their evidence become assets of that \
      release. They go into a draft first and are compared there; only when the index has \
      everything is the draft published. So nothing is public at one place and refused at the \
      other, as far as the services allow; if it comes to that, it is said what is out where.

      After the upload every file and its attestations are read from the index again and compared. \
      A run that was interrupted is simply repeated: it uploads what is missing.

      Exit status: 0 published, or all of it was there; 1 could not run, 2 usage or no policy, 3 a \
      file, its attestations or the index's rules say no, 4 the index gives no right to upload, 5 \
      the index has something else, 6 the index did not answer or does not show what it took. What \
      was uploaded before a failure is listed.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "Wheels and sdists, or the folder that they are in.", completion: .file())
  var files: [String]

  @OptionGroup(title: "Where") var destination: IndexOptions

  @OptionGroup(title: "Release assets") var forge: ForgeOptions

  @Option(
    help: ArgumentHelp("Who may have signed: a policy, hallmark.toml.", valueName: "file"),
    completion: .file())
  var policy: String?

  @Option(
    help: ArgumentHelp(
      "How many approvers of the policy must have approved the files; at least what it demands.",
      valueName: "number"))
  var requireApprovals: Int?

  @Flag(
    help: """
      Publish without attestations: nobody can check who built the files, and none can be added \
      later.
      """)
  var noAttestations = false

  @Flag(
    help: "Do everything up to the upload token, burn it where the index can, and upload nothing.")
  var dryRun = false

  @OptionGroup(title: "Identity") var identity: IdentityOptions

  @OptionGroup(title: "Trust") var trust: TrustOptions

  @OptionGroup(title: "Network") var network: TransportOptions

  func validate() throws {
    for file in files where file.isEmpty || file.utf8.contains(0) {
      throw ValidationError("a file must be a path.")
    }
    if let requireApprovals, !(1...Policy.approverLimit).contains(requireApprovals) {
      throw ValidationError("--require-approvals must be 1 to \(Policy.approverLimit).")
    }
  }

  func run() async throws {
    let console = global.console
    let index = try destination.publishingIndex()
    // A policy may demand approvals also of what is published without attestations.
    let resolved = try TrustFiles.resolvedPolicyFile(policy)
    if let resolved, !global.json {
      console.progress("policy: \(UntrustedText.printable(resolved.origin))")
    }
    let roots = try trust.load(policyInstance: resolved?.policy.instance)
    let gate = try ApprovalGate(
      demanding: requireApprovals, under: resolved, trusting: roots, console: console)
    let run = PublishRun(
      options: PublishRun.Options(
        arguments: files, index: index,
        withAttestations: !noAttestations, policy: resolved.map { ($0.policy, $0.origin) },
        roots: noAttestations ? [] : roots, isDryRun: dryRun,
        patience: .seconds(destination.patience), forge: try forge.target(),
        gates: gate.map { [$0] } ?? []),
      console: console)
    let stored = try destination.tokenFile.map { try UploadAuthorization.token(inFile: $0) }
    warn(on: console)
    let (network, identity) = (network, identity)
    let outcome = try await Interruption.run {
      let checked = try await run.check()
      return try await network.withTransport { transport in
        let authorization =
          try stored
          ?? .trustedPublishing(
            Self.identitySource(identity, index, transport: transport, console: console))
        return try await run.publish(checked, by: authorization, over: transport)
      }
    }
    for failure in outcome.failures { console.report(failure.diagnostic) }
    if global.json {
      console.output(outcome.json.compactText)
    } else {
      outcome.show(on: console)
    }
    if outcome.status != .done { throw ExitCode(outcome.status.rawValue) }
  }

  /// The identity to publish with; nobody is asked to log in who did not ask for that, since public
  /// indexes know jobs only.
  private static func identitySource(
    _ options: IdentityOptions, _ index: PublishingIndex, transport: HTTPTransport,
    console: Console
  ) throws(CommandFailure) -> any IdentityTokenSource {
    let choice = try options.choice(loginIssuer: nil, transport: transport, console: console)
    guard options.login == nil, choice.provider(audience: index.audience ?? "") == .login else {
      return choice.source
    }
    throw CommandFailure(
      status: ExitStatus.undecided.rawValue,
      Diagnostic(
        "there is no identity to publish with: this is no CI job that gives out identity tokens",
        help: [
          "publish from a CI job; on GitHub with `permissions: id-token: write`, on GitLab with "
            + "`id_tokens`",
          "for an index without Trusted Publishing, name a stored token by --token-file",
        ]))
  }

  /// Says what is given up.
  private func warn(on console: Console) {
    if destination.tokenFile != nil {
      console.report(
        Diagnostic(
          "a stored token is used: whoever reads it can publish until somebody revokes it",
          severity: .warning,
          notes: noAttestations
            ? []
            : [
              "attestations are verified, but not uploaded: indexes take them with Trusted "
                + "Publishing only"
            ],
          help: [
            "where the index has Trusted Publishing, register this workflow as a publisher "
              + "there, and delete the token"
          ]))
    }
    if noAttestations {
      console.report(
        Diagnostic(
          "the release is published without attestations: nobody can check who built the files, "
            + "and none can be added later", severity: .warning))
    }
  }
}
