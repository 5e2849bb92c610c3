// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Foundation
import PyPIAttestations
import Sigstore
import TestSupport
import Testing
import TrustSimulator

/// Small distributions with attestations of a simulated Sigstore, a policy and a trusted root, in the
/// folder `dist` of a workplace.
struct SignedRelease {
  let workplace: Workplace
  let simulator: TrustSimulator
  /// The names of the distributions.
  let names: [String]
  /// Their digests.
  let digests: [String: String]

  /// Makes and signs a release.
  ///
  /// - Parameters:
  ///   - workplace: where.
  ///   - count: how many files, one of which is an sdist.
  ///   - folder: the folder's name.
  ///   - content: what is in the files.
  ///   - simulator: who signs; a new instance by default.
  init(
    in workplace: Workplace, name: String = "greeting", version: String = "1.0.0", count: Int = 2,
    folder: String = "dist", content: String = "hello", simulator: TrustSimulator? = nil
  ) throws {
    self.workplace = workplace
    self.simulator = try simulator ?? TrustSimulator()
    let made = try Program(path: "/usr/bin/env").run([
      "python3", "-I", "-B", "\(Clients.root)/Tests/EndToEnd/Clients/make_distributions.py",
      workplace(folder), name, version, String(count), content,
    ])
    try #require(made.status == 0, "\(made)")
    names = made.output.split(separator: "\n").map { ($0 as NSString).lastPathComponent }
    var digests: [String: String] = [:]
    for name in names {
      let bytes = try TestData.read(workplace("\(folder)/\(name)"))
      digests[name] = SHA256Hash(hashing: bytes).hexadecimal
    }
    self.digests = digests
    for name in names {
      for (type, suffix) in [
        (PredicateType.publish, "publish"), (PredicateType.slsaProvenance, "slsa"),
      ] {
        let attestation = try attestation(of: name, type)
        try workplace.write(
          "\(folder)/\(name).\(suffix).attestation", attestation.json.compactText)
      }
    }
    try workplace.write(
      "policy.toml",
      """
      [[publisher]]
      kind = "GitHub"
      repository = "acme/greeting"
      workflow = "release.yml"
      require = ["publish", "provenance"]
      """)
    try workplace.write("root.json", try self.simulator.trustedRoot().json.compactText)
  }

  /// An attestation of one of the files.
  func attestation(
    of name: String, _ type: String, as run: SimulatedRun = .gitHub, digest: String? = nil
  ) throws -> PyPIAttestation {
    let digest = try #require(SHA256Hash(hexadecimal: digest ?? digests[name] ?? ""))
    let bundle = try simulator.sign(
      Statement(
        subjects: [Subject(name: name, sha256: digest)], predicateType: type,
        predicate: type == PredicateType.publish ? .null : run.provenance()), as: run)
    return try #require(PyPIAttestation(bundle))
  }

  /// The options that name policy and trusted root.
  var trust: [String] { ["--policy", "policy.toml", "--trusted-root", "root.json"] }

  /// Publishes a folder to an index.
  func publish(
    _ arguments: [String] = ["dist"], to index: FaultyIndex, _ options: [String] = [],
    trust: [String]? = nil, environment: [String: String]? = nil
  ) throws -> Program.Outcome {
    let outcome = try workplace.hallmark(
      ["publish"] + arguments + [
        "--index", "\(index.url)/legacy/", "--patience", "1", "--timeout", "2",
      ] + (trust ?? self.trust) + options,
      environment: environment ?? index.jobEnvironment, timeout: 120)
    for secret in ["pypi-minted", FaultyIndex.bearer, "eyJ", "stored-token"] {
      #expect(!outcome.output.contains(secret), "a secret is shown: \(outcome)")
      #expect(!outcome.errors.contains(secret), "a secret is shown: \(outcome)")
    }
    return outcome
  }

  /// Checks that an index has these files, byte for byte.
  func expectPublished(
    at index: FaultyIndex, _ files: [String]? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let state = try index.state()
    let expected = files ?? names
    #expect(
      state.files == digests.filter { expected.contains($0.key) }, sourceLocation: sourceLocation)
  }
}
