// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Where an identity comes from, for what shows it.
package enum IdentityProvider: String, CaseIterable, Hashable, Sendable {
  /// The endpoint of GitHub Actions.
  case gitHubActions = "github-actions"
  /// Variables of a GitLab job.
  case gitLab = "gitlab"
  /// `buildkite-agent`.
  case buildkite
  /// `circleci`.
  case circleCI = "circleci"
  /// The metadata server of a Google Cloud machine.
  case google
  /// A variable that is named by the audience.
  case variable
  /// A file or descriptor that was named.
  case given
  /// A person who logs in.
  case login
  /// Nothing.
  case none

  /// What a person calls it.
  package var title: String {
    switch self {
    case .gitHubActions: "GitHub Actions"
    case .gitLab: "GitLab CI/CD"
    case .buildkite: "Buildkite"
    case .circleCI: "CircleCI"
    case .google: "Google Cloud"
    case .variable: "an environment variable"
    case .given: "the given token"
    case .login: "a login"
    case .none: "nothing"
    }
  }
}

extension AmbientIdentity {
  /// What it is called.
  package var provider: IdentityProvider {
    switch self {
    case .gitHubActions: .gitHubActions
    case .gitLab: .gitLab
    case .agent(let agent): agent.system == .buildkite ? .buildkite : .circleCI
    case .google: .google
    }
  }
}

/// A token that somebody put somewhere, such as in a file.
package struct GivenTokenSource: IdentityTokenSource {
  private let place: String
  private let read: @Sendable () throws -> [UInt8]

  /// Reads tokens from a place, each time anew, since a file may be kept fresh by others.
  ///
  /// - Parameters:
  ///   - place: its name for messages.
  ///   - read: its bytes.
  package init(place: String, read: @escaping @Sendable () throws -> [UInt8]) {
    self.place = place
    self.read = read
  }

  /// The token that is there; whether it is for the audience is for others to check.
  ///
  /// - Throws: ``IdentityError`` when it is no token, and what reading throws.
  package func token(audience: String) throws -> IdentityToken {
    let bytes = try read()
    do {
      return try IdentityToken(surroundedBySpace: bytes)
    } catch {
      throw IdentityError(
        .malformed, "\(place) holds no identity token: \(error)",
        help: ["a token is one line of three parts joined by full stops, an OpenID Connect JWT"])
    }
  }
}

/// Variables that are named by their audience, and for all other audiences something else.
package struct VariablesBefore: IdentityTokenSource {
  private let variables: TokenVariables
  private let other: any IdentityTokenSource

  /// Puts variables before another source.
  package init(_ variables: TokenVariables, _ other: any IdentityTokenSource) {
    self.variables = variables
    self.other = other
  }

  /// The token of the audience's variable, if it is set, else that of the other source.
  ///
  /// - Throws: ``IdentityError``, or what the other source throws.
  package func token(audience: String) async throws -> IdentityToken {
    guard variables.holds(audience: audience) else {
      return try await other.token(audience: audience)
    }
    return try variables.token(audience: audience)
  }
}

/// No source: says why when it is asked.
package struct NoTokenSource: IdentityTokenSource {
  private let reason: IdentityError

  /// Will fail for a reason.
  package init(_ reason: IdentityError) {
    self.reason = reason
  }

  /// Fails.
  ///
  /// - Throws: the reason.
  package func token(audience: String) throws(IdentityError) -> IdentityToken { throw reason }
}
