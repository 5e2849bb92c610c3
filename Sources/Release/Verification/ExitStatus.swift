// SPDX-License-Identifier: Apache-2.0

/// The exit status of the programs; numbers are never reused.
///
/// The manual pages and the documentation take their table from here.
package enum ExitStatus: Int32, CaseIterable, Hashable, Sendable {
  /// Done; verified.
  case done = 0
  /// Could not run: I/O, an unusable project, an internal error.
  case couldNotRun = 1
  /// Wrong usage, or verification without any expectation of who should have signed.
  case usage = 2
  /// Evidence or policy failed, or there is no attestation at all.
  case rejected = 3
  /// Authentication was refused.
  case authenticationRefused = 4
  /// Something differs from what it should equal.
  case differs = 5
  /// Undecided: a source is unreachable or needed input is missing.
  case undecided = 6

  /// What the status means, for the documentation.
  package var meaning: String {
    switch self {
    case .done: "done; verified"
    case .couldNotRun: "could not run (I/O, unusable input, internal error)"
    case .usage: "wrong usage; or verification without an expectation of who should have signed"
    case .rejected: "rejected: evidence or policy failed, or no attestation was found at all"
    case .authenticationRefused: "authentication was refused"
    case .differs: "differs from what it should equal"
    case .undecided: "undecided: a source is unreachable or needed input is missing"
    }
  }

  /// The status for several files: the worst, in the order 3, 5, 4, 6, 1, 2.
  package static func worst(of statuses: some Sequence<ExitStatus>) -> ExitStatus {
    let order: [ExitStatus] = [
      .rejected, .differs, .authenticationRefused, .undecided, .couldNotRun, .usage,
    ]
    let found = Set(statuses)
    return order.first { found.contains($0) } ?? .done
  }
}
