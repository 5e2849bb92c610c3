// SPDX-License-Identifier: Apache-2.0

import PythonPackaging

extension BuildLock {
  /// Makes sure that a requirement is met by what is installed from the lock.
  ///
  /// - A requirement with a marker that does not hold asks for nothing (PEP 508).
  /// - A package with a marker that does not hold, or of which nobody can tell whether it does, is
  ///   not installed, or perhaps not (PEP 751, `packages.marker`).
  /// - A lock does not say for which extras it has the packages (PEP 751 leaves that to tools), so
  ///   these are looked up in the question that it was made for.
  ///
  /// - Throws: ``RebuildError`` of reason `requirements`.
  func check(satisfies text: String, on interpreter: Interpreter) throws(RebuildError) {
    try check(satisfies: text, in: interpreter.markers)
  }

  func check(satisfies text: String, in markers: MarkerEnvironment) throws(RebuildError) {
    let requirement: Requirement
    do {
      requirement = try Requirement(text)
    } catch {
      throw RebuildError(.requirements, "the build requires `\(text)`: \(error)")
    }
    if let marker = requirement.marker, markers.holds(marker) == false { return }
    let found = pylock.packages.filter { package in
      package.requirement.project == requirement.project
        && requirement.specifiers.contains(package.version)
    }
    guard !found.isEmpty else {
      throw Self.unmet(text, "which `\(Self.filename)` does not lock")
    }
    let installed = found.contains { $0.requirement.marker.map(markers.holds) ?? true == true }
    guard installed else {
      let marker = found.first?.requirement.marker ?? ""
      throw Self.unmet(
        text, "which `\(Self.filename)` locks only for `\(marker)`, and that does not hold here")
    }
    let missing = requirement.extras.filter {
      !lockedExtras(of: requirement.project, markers).contains($0)
    }
    if let extra = missing.first {
      throw Self.unmet(
        text, "and `\(Self.filename)` does not say that it has what the extra `\(extra)` requires")
    }
  }

  // The extras of a project for which the lock was made.
  private func lockedExtras(of project: ProjectName, _ markers: MarkerEnvironment) -> Set<String> {
    var extras: Set<String> = []
    for text in requirements ?? [] {
      guard let known = try? Requirement(text), known.project == project,
        known.marker.map(markers.holds) ?? true == true
      else { continue }
      extras.formUnion(known.extras)
    }
    return extras
  }

  private static func unmet(_ text: String, _ problem: String) -> RebuildError {
    RebuildError(
      .requirements, "the build requires `\(text)`, \(problem)",
      help: "run hallmark lock, and commit the file")
  }
}

extension Interpreter {
  /// What markers ask about it.
  var markers: MarkerEnvironment {
    #if os(macOS)
      let platform = "darwin"
    #else
      let platform = "linux"
    #endif
    return MarkerEnvironment(
      implementation: implementation, version: version, platform: platform,
      machine: Platform.architecture)
  }
}
