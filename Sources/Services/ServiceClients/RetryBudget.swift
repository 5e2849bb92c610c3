// SPDX-License-Identifier: Apache-2.0

/// How often a request is tried again.
///
/// That happens when a connection fails or the service answers with one of ``statuses``, and only
/// for requests that may be sent twice. `Retry-After` is honoured as long as the budget lasts; a
/// service that asks for more patience than that is not asked again.
package struct RetryBudget: Hashable, Sendable {
  /// Tries in all.
  package var attempts = 4
  /// Pause before the second try; doubled for each further one, with a random part.
  package var firstPause: Duration = .milliseconds(200)
  /// Time from the first try after which no further one starts.
  package var total: Duration = .seconds(20)
  /// Time for one try, if not the request's own.
  package var answerTimeout: Duration?
  /// The answers after which a request is tried again.
  package var statuses: Set<Int> = [502, 503, 504]

  /// The default budget: four tries within 20 seconds, after answers of a gateway that has none.
  package init() {}

  /// The budget for evidence of public services: four tries within 30 seconds, also after "too many
  /// requests" and any failure of the server.
  package static var evidence: RetryBudget {
    var budget = RetryBudget()
    budget.firstPause = .milliseconds(500)
    budget.total = .seconds(30)
    budget.statuses = [429, 500, 502, 503, 504]
    return budget
  }

  /// The budget for each request to the services that a signature passes through: five tries within
  /// 60 seconds, also after "too many requests" and any failure of the server.
  package static var signing: RetryBudget {
    var budget = RetryBudget()
    budget.attempts = 5
    budget.firstPause = .milliseconds(500)
    budget.total = .seconds(60)
    budget.statuses = [429, 500, 502, 503, 504]
    return budget
  }

  /// The pause before the next try.
  ///
  /// - Parameters:
  ///   - own: the pause of this budget.
  ///   - retryAfter: the value of `Retry-After` (RFC 9110 §10.2.3), if the service sent one.
  /// - Returns: `nil` when the service names a time that cannot be waited for: a date, or more
  ///   seconds than the budget has.
  func pause(atLeast own: Duration, retryAfter: String?) -> Duration? {
    guard let retryAfter else { return own }
    guard let seconds = Self.seconds(of: retryAfter) else { return nil }
    let wanted = max(own, .seconds(seconds))
    return wanted < total ? wanted : nil
  }

  /// The seconds that a value of `Retry-After` names; `nil` for a date or no value.
  static func seconds(of retryAfter: String?) -> Int? {
    guard let digits = retryAfter?.utf8.drop(while: { $0 == 0x20 }), !digits.isEmpty,
      digits.count <= 5, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
    else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}
