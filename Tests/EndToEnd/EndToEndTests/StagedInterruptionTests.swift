// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A release of twenty files whose client is killed in every stage: the next run completes it, with
/// no second log entry for what was written.
struct StagedInterruptionTests {
  /// Moments of a release, in their order.
  enum Moment: String, CaseIterable, Sendable {
    case buildGoesOn, buildIsDone, someAreSigned, allAreSigned, someAreUploaded, allAreUploaded

    /// Whether a run has come to it.
    func isReached(by run: RunningProgram, in place: StagedPlace) -> Bool {
      let names = place.workplace.names(in: "out")
      let evidence = names.count { $0.hasSuffix(".publish.attestation") }
      return switch self {
      case .buildGoesOn:
        ProcessTable.processes(mentioning: place.workplace.path)
          .contains { $0.commandLine.contains("bwrap ") }
      case .buildIsDone: names.contains("hallmark-release.json")
      case .someAreSigned: evidence > 2
      case .allAreSigned: run.errors.contains("[ok] Attest")
      case .someAreUploaded: run.errors.contains("  uploaded ")
      case .allAreUploaded: run.errors.contains("[ok] Upload")
      }
    }
  }

  /// One release, killed at each moment in turn.
  @Test func killedInEveryStage() throws {
    let place = try StagedPlace()
    let made = try Program(path: "/usr/bin/env").run([
      "python3", "-I", "-B", "\(Clients.root)/Tests/EndToEnd/Clients/make_distributions.py",
      place.workplace("wheels"), "greeting", "1.0.0", "20",
    ])
    try #require(made.status == 0, "\(made)")
    // The sdist, and the wheel that the build makes too.
    for name in ["greeting-1.0.0.tar.gz", "greeting-1.0.0-py3-none-any.whl"] {
      try FileManager.default.removeItem(atPath: place.workplace("wheels/\(name)"))
    }
    let before = try place.logSize()
    var evidence: [String: [UInt8]] = [:]
    for moment in Moment.allCases {
      let run = try place.start("--wheels", place.workplace("wheels"))
      try run.wait(for: moment.rawValue) { moment.isReached(by: $0, in: place) }
      run.send(SIGKILL)
      #expect(try run.waitForEnd() == 128 + SIGKILL, "\(moment): \(run.errors)")
      // What was written stays as it is, whole; an earlier run's is not signed again.
      for (name, bytes) in evidence {
        #expect(try TestData.read(place.workplace("out/\(name)")) == bytes, "\(moment): \(name)")
      }
      for name in place.workplace.names(in: "out")
      where !name.hasPrefix(".") && (name.hasSuffix(".attestation") || name.hasSuffix(".json"))
        && name != "hallmark-release.json" && !name.hasSuffix(".build.json")
      {
        let bytes = try TestData.read(place.workplace("out/\(name)"))
        #expect(
          (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil, "\(moment): \(name)")
        evidence[name] = bytes
      }
      _ = try place.finished()
    }
    let last = try place.release("--wheels", place.workplace("wheels"))
    try #require(last.status == 0, "\(last)")
    let document = try place.document(last)
    #expect(document.files.count == 20)
    // 20 publish attestations, the provenance of the two built files, and that of both together.
    // Of a run that was killed while it signed, what was under way may be in the log without a file:
    // at most as many as are signed at one time, and what was logged after the last look.
    let size = try place.logSize() - before
    #expect(size >= 23)
    #expect(size <= 23 + 2 * 4, "\(size) entries")
    let listed = try place.listed()
    #expect(
      listed == Dictionary(uniqueKeysWithValues: document.files.map { ($0.filename, $0.sha256) }))
    #expect(document.publication?.files.allSatisfy { $0.placement == "already there" } == true)
    #expect(document.evidence.count == 25)
    for (name, bytes) in evidence {
      #expect(try TestData.read(place.workplace("out/\(name)")) == bytes, "\(name)")
    }
    #expect(!place.workplace.names(in: "out").contains { $0.hasPrefix(".") })
    #expect(document.publication?.files.count == 20)
  }
}
