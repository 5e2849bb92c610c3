// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The independent programs that the tests drive, at pinned versions, in a virtual environment
/// that `scripts/setup --tests` makes from `scripts/requirements-clients.txt`.
enum Clients {
  /// The top of the checkout.
  static let root: String = {
    // …/Tests/EndToEnd/EndToEndTests/Clients.swift
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
  }()

  private static let folder =
    ProcessInfo.processInfo.environment["HALLMARK_TEST_CLIENTS"]
    ?? "\(root)/.build-clients/venv/bin"

  /// Whether tests with clients run; under CI they always do, and fail where a client is missing.
  static var areExpected: Bool {
    TestData.isCI
      || ["python", "pip", "uv", "twine", "sigstore"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
      }
  }

  /// Why tests with clients are not run.
  static let reason: Comment = "not run: no clients; scripts/setup --tests installs them"

  /// A client by the name of its command.
  static func named(_ name: String) -> Program { Program(path: "\(folder)/\(name)") }

  /// Runs one of the scripts in `Tests/EndToEnd/Clients`.
  static func script(
    _ name: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Program.Outcome {
    try named("python").run(
      ["-I", "-B", "\(root)/Tests/EndToEnd/Clients/\(name).py"] + arguments,
      environment: environment)
  }
}
