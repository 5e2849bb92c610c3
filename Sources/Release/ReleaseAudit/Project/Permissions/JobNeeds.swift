// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What the steps of a job need of its token, as far as the actions and commands are known.
struct JobNeeds: Sendable {
  /// Something that may use the token in a way that nobody knows here.
  struct Unknown: Hashable, Sendable {
    /// The action or command.
    let what: String
    /// Where it stands.
    let span: Range<Int>
  }

  /// What is needed.
  private(set) var needs: [TokenNeed] = []
  /// What is not known.
  private(set) var unknown: [Unknown] = []

  /// The first program of a script, or a script, that may ask for an identity token.
  private(set) var mayAskForIdentity: Unknown?

  /// Whether every step is known, so that the job can be given exactly this.
  var isWhole: Bool { unknown.isEmpty && mayAskForIdentity == nil && !isOnlyForge }

  /// Whether every step is known of a job that had no identity token before: nothing is taken from
  /// what may ask for one.
  var isWholeWithoutIdentity: Bool { unknown.isEmpty && !isOnlyForge }

  /// The most that is made use of.
  func access(_ scope: String) -> TokenAccess {
    needs.lazy.filter { $0.scope == scope }.map(\.access).max() ?? .none
  }

  /// The scopes that are made use of, in the order of the alphabet.
  var scopes: [String] { Set(needs.map(\.scope)).sorted() }

  /// What `permissions:` would say.
  ///
  /// - Parameter hadIdentity: whether the job could ask for an identity token before; one that could
  ///   not gets that right only where a step fails without it.
  /// - Returns: The block's value.
  func permissions(hadIdentity: Bool) -> YAMLFragment {
    let given = scopes.filter { scope in
      scope != "id-token" || hadIdentity || needs.contains { $0.scope == scope && $0.isCertain }
    }
    return .mapping(given.map { (key: $0, value: .scalar(access($0).text)) })
  }

  /// Looks at a job.
  ///
  /// - Parameters:
  ///   - job: the job.
  ///   - file: its workflow.
  ///   - project: where actions and workflows of the same repository are looked up.
  ///   - isOnlyForge: whether scripts are looked at only where they may call `gh` or push, which is
  ///     enough to see what is missing.
  init(
    of job: Job, in file: WorkflowFile, _ project: AuditedProject, isOnlyForge: Bool = false
  ) {
    self.init(of: job, in: file, project, level: 0, isOnlyForge: isOnlyForge)
  }

  private let isOnlyForge: Bool

  private static let deepest = 4

  private init(
    of job: Job, in file: WorkflowFile, _ project: AuditedProject, level: Int, isOnlyForge: Bool
  ) {
    self.isOnlyForge = isOnlyForge
    if let uses = job.uses {
      addCall(uses, job, file, project, level: level)
      return
    }
    let document = file.workflow.document
    let checkout = Checkout(job.steps)
    let isEverywhere =
      (file.workflow.env?.givesToken ?? false) || (job.env?.givesToken ?? false)
    for container in [job.container].compactMap({ $0 }) + job.services.map(\.container)
    where container.credentials?.givesToken ?? false {
      needs.append(
        TokenNeed(
          scope: "packages", access: .read, isCertain: false, what: "the container's image",
          span: job.id.span))
    }
    for step in job.steps {
      let first = needs.count
      // What may fail is not missed.
      defer {
        if step.continueOnError?.value == "true" {
          for place in first..<needs.count { needs[place].isCertain = false }
        }
      }
      add(
        step, document, shell: step.shell ?? job.defaults?.shell ?? file.workflow.defaults?.shell,
        isGiven: isEverywhere || (step.env?.givesToken ?? false), checkout, file.path, project,
        level: level)
    }
  }

  /// How the job takes the sources out of git.
  private struct Checkout {
    /// Whether a token stays for later steps.
    var leavesToken = false
    /// Whether it may be another token than the job's own.
    var isOther = false

    init(_ steps: [Step]) {
      for step in steps where step.uses("actions/checkout") {
        if step.with?["persist-credentials"]?.value != "false" { leavesToken = true }
        if step.with?["token"].map({ !$0.givesToken }) ?? false
          || step.with?["ssh-key"] != nil || step.with?["repository"] != nil
          || step.with?.expression != nil
        {
          isOther = true
        }
      }
    }
  }

  private mutating func addCall(
    _ uses: UsesReference, _ job: Job, _ file: WorkflowFile, _ project: AuditedProject, level: Int
  ) {
    let span = uses.text.span
    if case .local = uses.target {
      let reference = FlowJob.Reference(path: file.path, job: job.id.value)
      guard level < Self.deepest, let called = project.flow.job(reference)?.called,
        let other = project.workflow(at: called)
      else {
        unknown.append(Unknown(what: uses.text.value, span: span))
        return
      }
      for inner in other.workflow.jobs {
        addCalled(inner, in: other, span, project, level: level + 1)
      }
      return
    }
    guard let action = uses.action,
      let known = ActionPermissions.workflows.first(where: { action.hasPrefix($0.prefix) })
    else {
      unknown.append(Unknown(what: uses.text.value, span: span))
      return
    }
    add(known.needs, of: action, uses, job.with, span)
  }

  /// A job of a called workflow: the caller must give what the job itself declares to write, or the
  /// run does not start.
  private mutating func addCalled(
    _ job: Job, in file: WorkflowFile, _ span: Range<Int>, _ project: AuditedProject, level: Int
  ) {
    guard let permissions = file.workflow.permissions(of: job) else {
      let inner = JobNeeds(
        of: job, in: file, project, level: level, isOnlyForge: isOnlyForge)
      needs += inner.needs.map {
        TokenNeed(
          scope: $0.scope, access: $0.access, isCertain: $0.isCertain, what: $0.what, span: span)
      }
      unknown += inner.unknown.map { Unknown(what: $0.what, span: span) }
      if let asks = inner.mayAskForIdentity { noteIdentity(asks.what, span) }
      return
    }
    guard case .scopes(let scopes) = permissions.grant else {
      unknown.append(Unknown(what: "`permissions` of the job `\(job.id.value)`", span: span))
      return
    }
    for scope in scopes {
      guard let access = TokenAccess(scope.access.value), access > .none else { continue }
      needs.append(
        TokenNeed(
          scope: scope.name.value, access: access,
          isCertain: access == .write && job.permissions != nil,
          what: "\(job.id.value) in \(file.path)", span: span))
    }
  }

  private mutating func add(
    _ step: Step, _ document: YAMLDocument, shell: WorkflowText?, isGiven: Bool,
    _ checkout: Checkout, _ path: String, _ project: AuditedProject, level: Int,
    at place: Range<Int>? = nil
  ) {
    if let uses = step.uses {
      let span = place ?? uses.text.span
      if case .local(let folder) = uses.target {
        addLocal(
          folder, step, isGiven: isGiven, checkout, path, project, level: level, at: span)
      } else if let action = uses.action, let known = ActionPermissions.actions[action] {
        let isOther = Self.isGivenAnother(step, action)
        add(known, of: action, uses, step.with, span, isCertain: !isOther)
      } else if case .docker = uses.target, !isGiven, !(step.with?.givesToken ?? false),
        !checkout.leavesToken
      {
        return
      } else {
        unknown.append(Unknown(what: uses.action ?? uses.text.value, span: span))
      }
      return
    }
    guard let run = step.run,
      !isOnlyForge || run.value.mentions("gh ")
        || run.value.mentions("push")
    else { return }
    addScript(step, run, document, shell: shell, isGiven: isGiven, checkout, at: place)
  }

  private mutating func noteIdentity(_ what: String, _ span: Range<Int>) {
    if mayAskForIdentity == nil { mayAskForIdentity = Unknown(what: what, span: span) }
  }

  private mutating func addScript(
    _ step: Step, _ run: WorkflowText, _ document: YAMLDocument, shell: WorkflowText?,
    isGiven: Bool, _ checkout: Checkout, at place: Range<Int>?
  ) {
    let isInText = run.givesToken
    let isReachable = isGiven || isInText || checkout.leavesToken
    let whole = place ?? run.span
    guard let dialect = ShellScript.Dialect(shell: shell?.value ?? "bash"),
      !(isInText && run.value.mentions("GITHUB_ENV"))
    else {
      // An identity token can be asked for without anything that is handed on.
      noteIdentity("a script", whole)
      if isReachable { unknown.append(Unknown(what: "a script", span: whole)) }
      return
    }
    if run.value.mentions("ACTIONS_ID_TOKEN_") { noteIdentity("ACTIONS_ID_TOKEN_…", whole) }
    let invocations =
      dialect == .posix
      ? step.invocations : ShellScript(run.value, dialect: dialect).invocations
    for invocation in invocations {
      switch CommandPermissions.answer(invocation, isGiven: isReachable && (isGiven || isInText)) {
      case .known(let known):
        // Another token, or none, may be what pushes.
        let isOwn =
          invocation.program != "git"
          || checkout.leavesToken && !checkout.isOther && invocation.pushesToOrigin
        for need in known where isReachable || need.scope == "id-token" {
          needs.append(
            TokenNeed(
              scope: need.scope, access: need.access, isCertain: need.isCertain && isOwn,
              what: Self.words(invocation),
              span: place ?? run.span(of: invocation.range, in: document)))
        }
      case .unknown:
        if mayAskForIdentity == nil {
          noteIdentity(
            Self.words(invocation), place ?? run.span(of: invocation.range, in: document))
        }
        guard isReachable else { continue }
        let what = Self.words(invocation)
        guard !unknown.contains(where: { $0.what == what }) else { continue }
        unknown.append(
          Unknown(what: what, span: place ?? run.span(of: invocation.range, in: document)))
      }
    }
  }

  /// The first words of a command, for messages.
  private static func words(_ invocation: ShellInvocation) -> String {
    let words = [invocation.program] + invocation.arguments.prefix(2).map(\.text)
    return String(decoding: words.joined(separator: " ").utf8.prefix(40), as: UTF8.self)
  }

  private mutating func addLocal(
    _ folder: String, _ step: Step, isGiven: Bool, _ checkout: Checkout, _ path: String,
    _ project: AuditedProject, level: Int, at span: Range<Int>
  ) {
    guard level < Self.deepest, let file = project.action(in: folder, from: path),
      file.action.isComposite
    else {
      unknown.append(Unknown(what: step.uses?.text.value ?? folder, span: span))
      return
    }
    let isPassed =
      isGiven || (step.with?.givesToken ?? false)
      || file.action.inputs.contains { $0.defaultValue?.givesToken ?? false }
    for inner in file.action.steps {
      let first = needs.count
      add(
        inner, file.action.document, shell: inner.shell,
        isGiven: isPassed || (inner.env?.givesToken ?? false), checkout, file.path, project,
        level: level + 1, at: span)
      // Its inputs may turn the step off.
      guard inner.condition != nil else { continue }
      for place in first..<needs.count { needs[place].isCertain = false }
    }
  }

  private mutating func add(
    _ known: [ActionNeed], of action: String, _ uses: UsesReference, _ with: WorkflowMapping?,
    _ span: Range<Int>, isCertain: Bool = true
  ) {
    for need in known {
      let isOn = need.when.isOn(uses, with)
      guard isOn != false else { continue }
      // An identity token is never given from elsewhere.
      let isOwn = isCertain || need.scope == "id-token" || need.scope == "attestations"
      needs.append(
        TokenNeed(
          scope: need.scope, access: need.access,
          isCertain: need.isCertain && isOn == true && isOwn,
          what: action, span: span))
    }
  }

  /// Whether an action is given another token than the job's own.
  private static func isGivenAnother(_ step: Step, _ action: String) -> Bool {
    if step.with?.expression != nil { return true }
    for name in ActionPermissions.tokenNames {
      if let value = step.with?[name], !value.givesToken { return true }
    }
    return ["GITHUB_TOKEN", "GH_TOKEN"].contains {
      step.env?[$0].map { !$0.givesToken } ?? false
    } || step.with?["repository"] != nil
  }
}

extension ShellInvocation {
  /// Whether `git push` names no address.
  fileprivate var pushesToOrigin: Bool {
    arguments.allSatisfy { !$0.text.mentions(":") && !$0.text.mentions("@") && $0.isLiteral }
      && !hasOption("--dry-run")
  }
}
