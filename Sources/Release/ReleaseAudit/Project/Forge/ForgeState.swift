// SPDX-License-Identifier: Apache-2.0

/// The settings of a project at its forge that concern releases, as far as the forge showed them.
///
/// Both forges' settings have one form here; what a forge does not have is said by the rules.
package struct ForgeState: Sendable {
  /// The kind of the forge.
  package let kind: ForgeKind
  /// The project: `owner/name`, or a path of groups.
  package let project: String
  /// The address of the project's page, without a slash at the end.
  package let page: String
  /// The branch that releases come from: the default branch.
  package var branch: ForgeFact<String>
  /// Whether everybody may read the project.
  package var isPublic: ForgeFact<Bool>
  /// What protects that branch.
  package var branchRules = BranchRules()
  /// Whether merges make merge commits, where the project says so itself.
  package var allowsMergeCommits: Bool?
  /// What protects tags.
  package var tagRules: ForgeFact<[TagProtection]>
  /// The environments.
  package var environments: ForgeFact<[ForgeEnvironment]>
  /// Whether other branches that may deploy are protected, by their names.
  package var protectedBranches: [String: ForgeFact<Bool>] = [:]
  /// Whether other branches from which jobs publish are protected, by the filters that name them.
  package var releaseBranches: [String: ForgeFact<Bool>] = [:]
  /// Which actions may run; nil where the forge has none.
  package var actions: ForgeFact<ActionsPolicy>?
  /// What the token of a job may do by default.
  package var jobToken: ForgeFact<JobTokenPolicy>
  /// Whether the forge proposes security updates of dependencies; nil where it has no such setting.
  package var securityUpdates: ForgeFact<SecurityUpdates>?
  /// Whether vulnerabilities can be reported in private; nil where the forge has no such setting.
  package var privateReports: ForgeFact<Bool>?
  /// The accounts that may push.
  package var writers: ForgeFact<[ForgeAccount]>
  /// What was asked and not answered, each in one line.
  package var gaps: [String] = []
}

/// All that protects a branch: what is forbidden by one part is forbidden.
package struct BranchRules: Sendable {
  /// A piece that was not shown.
  struct Unseen: Sendable {
    /// What would tell.
    let wouldTell: String
    /// The most that it could come to; nil where it could be anything.
    let most: BranchProtection?
  }

  /// The rulesets and settings that are known.
  package var parts: [BranchProtection] = []
  /// What is not.
  private(set) var unseen: [Unseen] = []

  /// What would tell the parts and pieces that are not known.
  package var unknown: [String] { unseen.map(\.wouldTell) }

  /// Notes a piece that was not shown.
  mutating func miss(_ wouldTell: String, most: BranchProtection? = nil) {
    unseen.append(Unseen(wouldTell: wouldTell, most: most))
  }

  /// Whether some part asks for something; not known where a piece that was not shown could.
  package func holds(_ asks: (BranchProtection) -> Bool) -> ForgeFact<Bool> {
    if parts.contains(where: asks) { return .known(true) }
    let open = unseen.filter { $0.most.map(asks) ?? true }
    return open.isEmpty
      ? .known(false) : .unknown(open.map(\.wouldTell).joined(separator: "; "))
  }

  /// Only what holds for everybody: parts with exceptions are left out.
  var withoutExceptions: BranchRules {
    var rules = BranchRules()
    for piece in unseen {
      if let most = piece.most, let names = most.bypass.value, !names.isEmpty { continue }
      rules.unseen.append(piece)
    }
    for part in parts {
      switch part.bypass {
      case .known(let names): if names.isEmpty { rules.parts.append(part) }
      case .unknown(let how): rules.miss(how, most: part)
      }
    }
    return rules
  }
}

/// One ruleset, or the branch's own protection.
package struct BranchProtection: Sendable {
  /// Where it is set.
  package enum Origin: Hashable, Sendable {
    /// A ruleset, which belongs to the repository or to something around it.
    case ruleset(id: Int64, isOwn: Bool)
    /// The branch's own protection.
    case branch
  }

  /// A check that must have passed.
  package struct Check: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// The app that must report it; nil for any.
    package let source: Int64?
  }

  /// Where it is set.
  package let origin: Origin
  /// What a person calls it: "the ruleset `main`".
  package var name: String
  /// Changes come by pull requests.
  package var requiresPullRequest = false
  /// How many must approve.
  package var approvals: Int64 = 0
  /// New commits withdraw approvals.
  package var withdrawsApprovals = false
  /// Owners of the changed files must approve.
  package var requiresCodeOwners = false
  /// Somebody else than who pushed last must approve.
  package var requiresApprovalOfLastPush = false
  /// Who added commits cannot approve; GitLab says so apart from withdrawing approvals.
  package var forbidsCommittersApproval = false
  /// Who proposes a change may approve it.
  package var letsAuthorsApprove = false
  /// Everybody who may write may also push to it, whatever holds for merges.
  package var isOpenToWriters = false
  /// Checks that must have passed.
  package var checks: [Check] = []
  /// A pipeline must have passed, whatever its jobs.
  package var requiresPipeline = false
  /// The branch must have been brought up to date before.
  package var requiresUpToDate = false
  /// No merge commits.
  package var isLinear = false
  /// Signed commits only.
  package var requiresSignatures = false
  /// It cannot be deleted.
  package var forbidsDeletion = false
  /// It cannot be overwritten.
  package var forbidsForcePush = false
  /// Not everybody who may write can change it.
  package var restrictsUpdate = false
  /// Who need not obey, in words.
  package var bypass: ForgeFact<[String]>

  /// Whether it protects the branch at all: a rule that only comments on changes does not.
  package var protects: Bool {
    requiresPullRequest || !checks.isEmpty || requiresPipeline || requiresSignatures
      || forbidsDeletion || forbidsForcePush || restrictsUpdate
  }

  init(_ origin: Origin, name: String, bypass: ForgeFact<[String]>) {
    self.origin = origin
    self.name = name
    self.bypass = bypass
  }
}

/// What protects some tags.
package struct TagProtection: Sendable {
  /// What a person calls it.
  package var name: String
  /// The patterns of the names, without `refs/tags/`; `~ALL` is `**`.
  package var includes: [String]
  /// The patterns of names that are left out.
  package var excludes: [String]
  /// Not everybody can make them.
  package var restrictsCreation = false
  /// They cannot be moved.
  package var forbidsUpdate = false
  /// They cannot be deleted.
  package var forbidsDeletion = false
  /// Who need not obey, in words.
  package var bypass: ForgeFact<[String]> = .known([])
  /// Whether everybody who may write need not obey.
  package var exemptsWriters: ForgeFact<Bool> = .known(false)

  /// Whether it is about a tag.
  package func covers(_ tag: String) -> Bool {
    includes.contains { RefPattern.matches($0, tag) }
      && !excludes.contains { RefPattern.matches($0, tag) }
  }
}

extension [TagProtection] {
  /// Whether not everybody who may write can make a tag.
  func restrictCreation(of tag: String) -> ForgeFact<Bool> {
    var unknown: ForgeFact<Bool>?
    for part in self where part.restrictsCreation && part.covers(tag) {
      switch part.exemptsWriters {
      case .known(false): return .known(true)
      case .known(true): break
      case .unknown: unknown = part.exemptsWriters
      }
    }
    return unknown ?? .known(false)
  }
}

/// An environment that jobs deploy to.
package struct ForgeEnvironment: Sendable {
  /// Which refs may deploy.
  package enum Refs: Sendable {
    /// All.
    case all
    /// Protected branches; no tags at GitHub.
    case protected
    /// Those of some patterns.
    case patterns(ForgeFact<[RefPolicy]>)
    /// All, of these people: GitLab asks who deploys, and not from which ref.
    case people(Deployers)
  }

  /// Who may deploy to a protected environment of GitLab.
  package enum Deployers: Hashable, Sendable {
    /// Everybody who may write.
    case writers
    /// Maintainers only, who may also make what is protected.
    case maintainers
    /// Others who are named.
    case named([String])
  }

  /// A pattern of names.
  package struct RefPolicy: Hashable, Sendable {
    /// The pattern.
    package let pattern: String
    /// Whether it is of tags.
    package let isTag: Bool
  }

  /// Who may approve.
  package struct Reviewer: Hashable, Sendable {
    /// Whether it is a team, or another group of people.
    package let isTeam: Bool
    /// The number by which the forge knows it.
    package let id: Int64
    /// The name.
    package let name: String
  }

  /// Its name.
  package let name: String
  /// Who may approve.
  package var reviewers: [Reviewer] = []
  /// Whether who started a run cannot approve it; nil where that is not shown.
  package var preventsSelfReview: Bool?
  /// Whether administrators need no approval; nil where that is not shown.
  package var adminsBypass: Bool?
  /// Minutes to wait.
  package var waitMinutes: Int64 = 0
  /// Which refs may deploy.
  package var refs: Refs = .all
  /// What would tell who must approve; nil where that is known.
  package var unseenReviewers: String?

  /// Whether more than one person can approve.
  package var hasSeveralReviewers: Bool {
    reviewers.count > 1 || reviewers.contains(where: \.isTeam)
  }
}

/// Which actions may run.
package struct ActionsPolicy: Sendable {
  /// What may run besides the repository's own.
  package enum Allowed: Sendable {
    /// Everything.
    case all
    /// Nothing but actions of the same owner.
    case own
    /// What a list says.
    case listed(ForgeFact<List>)
  }

  /// The list.
  package struct List: Hashable, Sendable {
    /// All actions by GitHub.
    package var allowsGitHub: Bool
    /// All actions by creators that GitHub has verified.
    package var allowsVerified: Bool
    /// Patterns: `owner/name@*`.
    package var patterns: [String]
  }

  /// Whether workflows run at all.
  package var isEnabled: Bool
  /// What may run.
  package var allowed: Allowed
  /// Whether actions must be pinned by a commit; nil where that is not shown.
  package var requiresPins: Bool?
}

/// What the token of a job may do by default.
package struct JobTokenPolicy: Hashable, Sendable {
  /// Whether it only reads.
  package var isReadOnly: Bool
  /// Whether it may approve changes.
  package var mayApprove: Bool
  /// What is wrong with it besides, in words.
  package var problems: [String] = []
}

/// Whether a forge proposes security updates.
package enum SecurityUpdates: Hashable, Sendable {
  /// It does.
  case on
  /// It would, but somebody has made it pause.
  case paused
  /// It does not.
  case off
}

/// An account.
package struct ForgeAccount: Hashable, Sendable {
  /// The number by which the forge knows it.
  package let id: Int64
  /// Its name.
  package let name: String
  /// Whether it is an administrator.
  package let isAdministrator: Bool
  /// Whether it is a person's and in use, as far as the forge says so.
  package var isPerson = true
}
