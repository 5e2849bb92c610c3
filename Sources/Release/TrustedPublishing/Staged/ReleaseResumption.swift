// SPDX-License-Identifier: Apache-2.0

/// How a release in stages goes on from what an earlier run left.
package enum ReleaseResumption: Hashable, Sendable {
  /// It begins with the build; what is there of an earlier release is removed.
  case anew
  /// It goes on with a state; the stages that are to be done again are not finished in it.
  case goOn(ReleaseState)
  /// It does not: what is there is of another release, or a stage before the wanted one is not done.
  case stop(Obstacle)

  /// Why it does not go on.
  package enum Obstacle: Hashable, Sendable {
    /// There is no state, and the wanted stage is not the first.
    case nothingThere(from: ReleaseStage)
    /// The earlier release is not finished, and is another one in these points.
    case otherRelease([Difference])
    /// A stage that comes before the wanted one is not done.
    case notReached(ReleaseStage, from: ReleaseStage)
  }

  /// One point in which two releases differ.
  package struct Difference: Hashable, Sendable {
    /// What differs.
    package let what: String
    /// What is wanted now.
    package let wanted: String
    /// What the state says.
    package let found: String
  }

  /// Decides.
  ///
  /// A run may name the stage to begin with again; then what only that stage and later ones depend
  /// on may have changed: the index and the forge for `publish`, the instance for `attest`. The
  /// commit may have changed only where everything is built again, or the earlier release is
  /// finished.
  ///
  /// - Parameters:
  ///   - state: what an earlier run left; `nil` if there is nothing.
  ///   - subject: what is wanted; where only the build will tell project and version, with those of
  ///     the state.
  ///   - from: the stage to begin with, if one is named.
  ///   - restart: whether everything is to be forgotten.
  package init(
    _ state: ReleaseState?, wanted subject: ReleaseState.Subject, from: ReleaseStage?,
    restart: Bool
  ) {
    guard let state else {
      if let from, from > .build, !restart {
        self = .stop(.nothingThere(from: from))
      } else {
        self = .anew
      }
      return
    }
    guard !restart, from != .build else {
      self = .anew
      return
    }
    let differences = subject.differences(from: state.subject)
    let isFinished = state.finished.contains(.verify)
    if from == nil, isFinished, differences.contains(where: { $0.what == "commit" }) {
      self = .anew
      return
    }
    let serious = differences.filter { difference in
      switch difference.what {
      case "instance": from.map { $0 > .attest } ?? true
      case "index", "forge": from.map { $0 > .publish } ?? true
      default: true
      }
    }
    guard serious.isEmpty else {
      self = .stop(
        .otherRelease(
          serious.map { Difference(what: $0.what, wanted: $0.here, found: $0.there) }))
      return
    }
    if let from {
      if let missing = ReleaseStage.allCases.first(where: {
        $0 < from && !state.finished.contains($0)
      }) {
        self = .stop(.notReached(missing, from: from))
        return
      }
    }
    var next = state
    next.subject = subject
    if let from { next.forget(from: from) }
    self = .goOn(next)
  }
}
