// SPDX-License-Identifier: Apache-2.0

import Workflows

/// What commands of scripts need of the job's token.
enum CommandPermissions {
  /// What is known of a command.
  enum Answer: Sendable {
    /// What it needs; empty for nothing.
    case known([ActionNeed])
    /// It may do anything with a token that it can reach.
    case unknown
  }

  /// What a command needs.
  ///
  /// - Parameters:
  ///   - invocation: the program with its words.
  ///   - isGiven: whether the step hands the token to its programs, so that only those count as
  ///     known that are known not to use it.
  /// - Returns: What is known.
  static func answer(_ invocation: ShellInvocation, isGiven: Bool) -> Answer {
    // A script of the repository may have the name of any program.
    if invocation.isScript { return .unknown }
    switch invocation.program {
    case "gh": return gitHub(invocation, isGiven: isGiven)
    case "git":
      guard invocation.isGit("push") else { return .known([.may("contents", .read)]) }
      return .known([.sure("contents")])
    default: break
    }
    if shell.contains(invocation.program) { return .known([]) }
    for (words, needs) in uploads where invocation.program == words[0] {
      if words.count == 1 || invocation.isSubcommand(Array(words.dropFirst())) {
        return .known(needs)
      }
    }
    if isGiven { return .unknown }
    // Commands of cargo that others wrote push and publish.
    if invocation.program == "cargo",
      ["dist", "release", "smart-release", "workspaces"].contains(invocation.arguments.first?.text)
    {
      return .unknown
    }
    if tools.contains(invocation.program) { return .known([]) }
    if invocation.program.hasPrefix("python") || invocation.program == "npm" {
      let first = invocation.arguments.first?.text ?? ""
      return ["-V", "--version", "ci", "install"].contains(first) ? .known([]) : .unknown
    }
    return .unknown
  }

  /// `gh`, whose first words say what it asks the forge for.
  private static func gitHub(_ invocation: ShellInvocation, isGiven: Bool) -> Answer {
    let words = invocation.arguments.map(\.text).filter { !$0.hasPrefix("-") }
    let group = words.first ?? ""
    let verb = words.count > 1 ? words[1] : ""
    // Without a token `gh` asks for nothing, and fails.
    func asks(_ scope: String, _ access: TokenAccess) -> ActionNeed {
      access == .write && isGiven ? .sure(scope) : .may(scope, access)
    }
    // Another repository's rights are not those of this token.
    let isOther = invocation.hasOption("--repo") || invocation.hasOption("-R")
    func needs(_ scope: String, reading: [String], writing: [String]) -> Answer {
      if reading.contains(verb) { return .known([.may(scope, .read)]) }
      guard writing.contains(verb) else { return .unknown }
      return .known([isOther ? .may(scope) : asks(scope, .write)])
    }
    switch group {
    case "release":
      return needs(
        "contents", reading: ["view", "list", "download", "verify", "verify-asset"],
        writing: ["create", "upload", "edit", "delete", "delete-asset"])
    case "attestation": return .known([.may("attestations", .read), .may("contents", .read)])
    case "pr":
      if verb == "merge" {
        return .known([asks("pull-requests", .write), .may("contents")])
      }
      return needs(
        "pull-requests", reading: ["view", "list", "diff", "checks", "checkout", "status"],
        writing: [
          "create", "comment", "edit", "close", "reopen", "ready", "review", "lock", "unlock",
        ])
    case "issue":
      return needs(
        "issues", reading: ["view", "list", "status"],
        writing: [
          "create", "comment", "edit", "close", "reopen", "delete", "lock", "unlock", "pin",
        ])
    case "label":
      return needs("issues", reading: ["list"], writing: ["create", "edit", "delete", "clone"])
    case "run":
      return needs(
        "actions", reading: ["view", "list", "download", "watch"],
        writing: ["rerun", "cancel", "delete"])
    case "workflow":
      return needs("actions", reading: ["view", "list"], writing: ["run", "enable", "disable"])
    case "cache": return needs("actions", reading: ["list"], writing: ["delete"])
    case "repo":
      return ["view", "clone"].contains(verb) ? .known([.may("contents", .read)]) : .unknown
    case "", "version", "help", "config", "extension", "completion": return .known([])
    case "auth":
      return ["login", "status", "setup-git"].contains(verb) ? .known([]) : .unknown
    default: return .unknown
    }
  }

  /// Programs that hand something to others, with what they may need for it.
  private static let uploads: [(words: [String], needs: [ActionNeed])] = [
    (["docker", "push"], [.may("packages")]), (["docker", "login"], [.may("packages")]),
    (["docker", "buildx"], [.may("packages")]), (["podman", "push"], [.may("packages")]),
    (["podman", "login"], [.may("packages")]), (["buildah", "push"], [.may("packages")]),
    (["skopeo", "copy"], [.may("packages")]), (["crane", "push"], [.may("packages")]),
    (["oras", "push"], [.may("packages")]), (["helm", "push"], [.may("packages")]),
    (["docker"], [.may("packages", .read)]), (["podman"], [.may("packages", .read)]),
    (["cosign"], [.may("id-token"), .may("packages")]), (["sigstore"], [.may("id-token")]),
    (["hallmark"], [.may("id-token"), .may("contents", .read), .may("attestations", .read)]),
    (["pypi-attestations", "sign"], [.may("id-token")]),
    (["twine", "upload"], [.may("id-token")]),
    (["maturin", "publish"], [.may("id-token")]), (["maturin", "upload"], [.may("id-token")]),
    (["hatch", "publish"], [.may("id-token")]),
    (["uv", "publish"], [.may("id-token")]), (["pdm", "publish"], [.may("id-token")]),
    (["npm", "publish"], [.may("id-token"), .may("packages")]),
    (["slsa-verifier"], [.may("contents", .read)]),
    (["goreleaser", "release"], [.may("contents"), .may("packages"), .may("id-token")]),
    (["mkdocs", "gh-deploy"], [.may("contents")]), (["mike", "deploy"], [.may("contents")]),
  ]

  /// The shell's own, and programs that only read and write files: they know no token.
  private static let shell: Set<String> = Set(
    """
    : [ [[ ] ]] awk basename break case cat cd chmod command continue cp cut date declare dirname done \
    du echo esac exit export false fi file find for function grep head if jq let ln local ls mapfile \
    md5sum mkdir mktemp mv pwd printf read realpath return rm sed seq set sha1sum sha256sum \
    sha512sum shasum shift shopt sleep sort stat tail tar tee test touch tr trap tree true type \
    umask uname uniq unset unzip wait wc which while yq zip gzip diff cmp write-host write-output \
    get-childitem
    """.split(whereSeparator: { " \n".contains($0) }).map(String.init))

  /// Programs that build, test and install: they look for no token, unless one is handed to them.
  private static let tools: Set<String> = Set(
    """
    apk apt apt-get auditwheel black brew build cargo check-manifest check-wheel-contents choco \
    cibuildwheel cmake codespell coverage curl delocate-wheel dnf flake8 flit gem go gpg hatch \
    isort mamba maturin micromamba mypy ninja pip pip3 pipx poetry pre-commit pyproject-build \
    pyright pytest ruff rustup sphinx-build tomllint ty uv venv virtualenv wget yamllint zizmor \
    actionlint pdm rye build-system ensurepip site syft pip-audit conda pixi mkdocs towncrier
    """.split(whereSeparator: { " \n".contains($0) }).map(String.init))
}

extension ShellInvocation {
  /// Whether it is a command of git, behind git's own options.
  func isGit(_ command: String) -> Bool {
    guard program == "git" else { return false }
    var words = arguments[...]
    while let word = words.first, word.text.hasPrefix("-") {
      words = words.dropFirst(["-C", "-c", "--git-dir", "--work-tree"].contains(word.text) ? 2 : 1)
    }
    return words.first?.text == command
  }
}
