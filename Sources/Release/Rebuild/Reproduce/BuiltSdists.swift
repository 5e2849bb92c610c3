// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import Reproducibility
import SystemPackage

/// The sdists that were built of a checkout, so that one is built once: as the release's sdist, and
/// as the source of its wheel.
///
/// Two files of a release may be uploaded at different times, so their requirements are resolved for
/// each; an sdist serves for both where the same wheels come out, and all else is the same.
struct BuiltSdists {
  private struct Made {
    let variant: BuildVariant
    let interpreter: Interpreter
    let system: BuildSystem
    /// The requirements before and after the back end was asked for more.
    let requirements: [String]
    let lock: BuildLock
    let file: BuiltFile
  }

  private var made: [Made] = []

  /// The sdist of a variant, built if there is none.
  ///
  /// - Parameters:
  ///   - builder: builds.
  ///   - source: the checkout.
  ///   - subfolder: the project's folder in it.
  ///   - variant: the variant.
  ///   - target: the published file that it is for.
  ///   - prepare: puts the checkout into the state of the variant.
  /// - Returns: the sdist.
  /// - Throws: ``RebuildFailure``, ``RebuildError``, `CancellationError`.
  mutating func sdist(
    by builder: ReproductionBuilder, from source: FilePath, subfolder: String,
    variant: BuildVariant, of target: ReproductionBuilder.Target, prepare: () async throws -> Void
  ) async throws -> BuiltFile {
    var variant = variant
    variant.buildsWheelFromCheckout = false
    var build = try builder.plan(
      .sdist, source: source, variant: variant, of: target, subfolder: subfolder)
    guard case .resolved(let question) = build.requirements else {
      return try await build.run(log: builder.log)
    }
    let lock = try await builder.store.lock(question, for: build.interpreter, log: builder.log)
    for item in made
    where item.variant == variant && item.interpreter == build.interpreter
      && item.system == build.system && Self.isSame(item.lock, lock)
      && item.requirements == question.requirements
    {
      var more = question
      more.requirements += item.file.dynamicRequirements.filter {
        !question.requirements.contains($0)
      }
      if more.requirements == question.requirements { return item.file }
      let whole = try await builder.store.lock(more, for: build.interpreter, log: builder.log)
      if Self.isSame(whole, item.file.lock) { return item.file }
    }
    try await prepare()
    build.firstLock = lock
    let file = try await build.run(log: builder.log)
    made.append(
      Made(
        variant: variant, interpreter: build.interpreter, system: build.system,
        requirements: question.requirements, lock: lock, file: file))
    return file
  }

  /// Whether two locks install the same; their cut-offs may differ.
  private static func isSame(_ one: BuildLock, _ other: BuildLock) -> Bool {
    one.requirementLines.utf8.elementsEqual(other.requirementLines.utf8)
  }
}
