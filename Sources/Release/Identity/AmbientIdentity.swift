// SPDX-License-Identifier: Apache-2.0

/// The identity that a job has from the system that runs it.
///
/// A CI system counts before the machine that it runs on: a runner on a cloud's machine signs as
/// its job.
package enum AmbientIdentity: Sendable {
  /// GitHub Actions: an endpoint in the environment.
  case gitHubActions(AmbientCredential)
  /// GitLab CI/CD: tokens in the environment.
  case gitLab
  /// Buildkite or CircleCI: a program that asks its service.
  case agent(TokenAgent)
  /// A machine of Google Cloud: the metadata server.
  case google(GoogleIdentity)

  /// Which CI system's job an environment is that of; `nil` for none that is known.
  package static func continuousIntegration(environment: [String: String]) -> String? {
    let systems = [
      ("GITHUB_ACTIONS", "GitHub Actions"), ("BUILDKITE", "Buildkite"),
      ("GITLAB_CI", "GitLab CI/CD"), ("CIRCLECI", "CircleCI"), ("CI", "continuous integration"),
    ]
    return systems.first { isSet($0.0, in: environment) }?.1
  }

  /// Finds the ambient identity of an environment.
  ///
  /// - Parameters:
  ///   - environment: the variables.
  ///   - productName: reads what the machine's firmware calls it; asked only where no CI system is
  ///     found.
  /// - Returns: `nil` where nothing gives out tokens.
  /// - Throws: ``IdentityError`` of reason `notConfigured` when a system is found that could give
  ///   tokens, but has not been told to.
  package static func detect(
    environment: [String: String], productName: () -> String?
  ) throws(IdentityError) -> AmbientIdentity? {
    if isSet("GITHUB_ACTIONS", in: environment) {
      return .gitHubActions(try gitHub(environment))
    }
    if isSet("BUILDKITE", in: environment) {
      return .agent(TokenAgent(.buildkite, environment: environment))
    }
    if isSet("GITLAB_CI", in: environment) { return .gitLab }
    if isSet("CIRCLECI", in: environment) {
      return .agent(TokenAgent(.circleCI, environment: environment))
    }
    let google = try GoogleIdentity(environment: environment, productName: productName)
    return google.map { .google($0) }
  }

  private static func gitHub(
    _ environment: [String: String]
  ) throws(IdentityError) -> AmbientCredential {
    let names = [AmbientCredential.urlVariable, AmbientCredential.tokenVariable]
    guard let missing = names.first(where: { !isSet($0, in: environment) }) else {
      guard let credential = AmbientCredential(environment: environment) else {
        throw IdentityError(
          .malformed, "GitHub's variables for identity tokens cannot be used",
          notes: ["looked at \(names.joined(separator: " and "))"])
      }
      return credential
    }
    throw IdentityError(
      .notConfigured, "this job of GitHub Actions may not get identity tokens",
      notes: ["\(missing) is not set"],
      help: [
        "give the job `permissions: {id-token: write}` in the workflow; a pull request from a fork "
          + "never has it"
      ])
  }

  /// Whether a variable is there and says something else than no.
  static func isSet(_ name: String, in environment: [String: String]) -> Bool {
    guard let value = environment[name], !value.isEmpty else { return false }
    return !["false", "0"].contains { $0.utf8.elementsEqual(value.utf8) }
  }
}
