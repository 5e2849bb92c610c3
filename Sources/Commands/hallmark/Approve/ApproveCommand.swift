// SPDX-License-Identifier: Apache-2.0

import Approvals
import ArgumentParser
import Encodings
import Policies
import Sigstore
import SystemPackage
import Verification

/// `hallmark approve`: a second person looks at a release and signs that it may go out.
struct ApproveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Look at a release before it is published, and sign that it may be.",
    discussion: """
      Examples:
        hallmark approve dist --policy hallmark.toml --ssh-key ~/.ssh/id_ed25519
        hallmark approve dist --policy hallmark.toml --ssh-key key.pub --previous old/dist
        hallmark approve dist --policy hallmark.toml --ssh-key key.pub --verified report.json
        hallmark approve dist --policy hallmark.toml --identity --login browser
        hallmark approve dist --policy hallmark.toml --list

      The folder must hold the files of one release and nothing else. Every file is verified against \
      the policy as `hallmark verify` does; then the command shows files, commit, builder and \
      publisher, and with --previous what changed since that release (a folder with its evidence, or \
      one of its approvals). If you say yes, it signs a statement about exactly these files and this \
      policy, and writes NAME-VERSION.YOU.approval.json beside them.

      With --verified, what `hallmark verify-release --json` found about these very files before \
      publishing is what you put your signature under: every answer must be yes, and the approval \
      says which questions were asked.

      You are an `[[approver]]` of the policy: with an SSH key, which ssh-keygen uses (an agent, a \
      passphrase or a hardware key work), or with --identity, a certificate of a Sigstore instance. \
      `hallmark publish` wants as many approvals as the policy's `approvals` or its option \
      --require-approvals says; --list shows who approved and who did not.

      Exit status: 0 approved, or it was already; 1 could not run, or you said no; 2 usage, nobody \
      to ask, or a policy without approvers; 3 the release or the approver is not as the policy \
      says, or with --list there are fewer approvals than the policy demands; 4 the identity was \
      refused; 6 undecided.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The folder with the release's files.", completion: .directory)
  var folder: String

  @Option(
    help: ArgumentHelp("Who signs and who approves: a policy, hallmark.toml.", valueName: "file"),
    completion: .file())
  var policy: String?

  @Option(
    help: ArgumentHelp(
      "The release before: its folder, or one of its approvals.", valueName: "path"),
    completion: .file())
  var previous: String?

  @Option(
    help: ArgumentHelp(
      "What `hallmark verify-release --json` found about these files.", valueName: "file"),
    completion: .file())
  var verified: String?

  @Flag(help: "Show who approved the files and who did not; nothing is signed.")
  var list = false

  @Flag(name: [.short, .long], help: "Do not ask.")
  var yes = false

  @Option(
    help: ArgumentHelp(
      "Sign with this SSH key; its public half is in FILE.pub, or is the file.", valueName: "file"),
    completion: .file())
  var sshKey: String?

  @Flag(name: .customLong("identity"), help: "Sign as this job or person, with a certificate.")
  var usesIdentity = false

  @OptionGroup(title: "Instance") var instance: ApprovalInstance

  @OptionGroup(title: "Identity") var identity: IdentityOptions

  @OptionGroup(title: "Network") var network: TransportOptions

  func validate() throws {
    for path in [folder, previous, sshKey, verified].compactMap({ $0 }) where path.isEmpty {
      throw ValidationError("a path must not be empty.")
    }
    if list {
      guard previous == nil, sshKey == nil, !usesIdentity, !yes, verified == nil else {
        throw ValidationError(
          "--list only looks: --previous, --verified, --ssh-key, --identity and --yes sign.")
      }
    } else if (sshKey == nil) != usesIdentity {
      throw ValidationError("say how to sign: either --ssh-key FILE or --identity.")
    }
    if usesIdentity { try instance.checkCanSign() }
  }

  func run() async throws {
    let console = global.console
    guard let file = try TrustFiles.resolvedPolicyFile(policy) else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "there is no policy: nobody said who signs and who approves the release",
          help: ["name one by --policy"]))
    }
    if !global.json { console.progress("policy: \(UntrustedText.printable(file.origin))") }
    let roots = try instance.trust.load(policyInstance: file.policy.instance)
    _ = try file.count(trusting: roots)
    if list {
      let listing = try await ApprovalListing(of: folder, under: file, trusting: roots)
      listing.show(on: console, json: global.json)
      if listing.status != .done { throw ExitCode(listing.status.rawValue) }
      return
    }
    guard yes || (Platform.isTerminal(0) && Platform.isTerminal(2)) else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "nothing is approved: there is nobody to ask",
          help: ["run the command at a terminal, or with --yes if you have looked at the release"]))
    }
    let options = self
    let outcome = try await Interruption.run { try await options.approve(file, roots, console) }
    if global.json {
      console.output(outcome.json.compactText)
    } else {
      console.output(UntrustedText.printable(outcome.path))
    }
  }

  private func approve(
    _ policy: PolicyFile, _ roots: [TrustedRoot], _ console: Console
  ) async throws -> ApprovalOutcome {
    let key = try sshKey.map { path throws(CommandFailure) in try SSHKeySigner(keyFile: path) }
    let review = try await ApprovalReview(
      of: folder, under: policy, trusting: roots, since: previous, verified: verified)
    if !global.json || !yes { review.show(on: console) }
    let approver = Approving(
      review: review, policy: policy, roots: roots, console: console
    ) { name in
      try confirm(review, as: name, console)
    }
    if let key { return try await approver.approve(with: key) }
    let instance = self.instance
    let identity = self.identity
    return try await network.withTransport { transport in
      try await approver.approve(
        as: identity, at: instance.load(policyInstance: policy.policy.instance), over: transport)
    }
  }

  private func confirm(_ review: ApprovalReview, as name: String, _ console: Console) throws {
    if yes { return }
    console.writeToError(
      "Approve \(UntrustedText.printable("\(review.record.project) \(review.record.version)")) as "
        + "\(UntrustedText.printable(name))? [y/N] ")
    guard Platform.awaitInput() else { throw CancellationError() }
    guard ["y", "Y", "yes"].contains(readLine() ?? "") else {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic("nothing is approved: you did not say yes"))
    }
  }
}
