// SPDX-License-Identifier: Apache-2.0

/// Why there is no identity token, or why the one that is there must not be used.
///
/// No text of it ever has a token in it, nor any other secret.
package struct IdentityError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The class of the problem; what a program does next depends on it.
  package enum Reason: String, Hashable, Sendable {
    /// Nothing here gives out identity tokens.
    case notFound
    /// The system that runs this job could, but the job is not set up for it.
    case notConfigured
    /// What gives out tokens could not be run or did not answer in time.
    case unreachable
    /// It answered with something that is no token or no document of its protocol.
    case malformed
    /// It, or the person who was asked, said no.
    case refused
    /// The token is past its time, or not good yet.
    case time
    /// The token is for another audience.
    case audience
    /// The token is from another issuer, or answers another login.
    case foreign
  }

  /// The class of the problem.
  package let reason: Reason
  /// What is wrong, in one sentence.
  package let message: String
  /// Context.
  package let notes: [String]
  /// What to do.
  package let help: [String]

  /// Describes a problem.
  package init(
    _ reason: Reason, _ message: String, notes: [String] = [], help: [String] = []
  ) {
    self.reason = reason
    self.message = message
    self.notes = notes
    self.help = help
  }

  /// What is wrong.
  package var description: String { message }
}
