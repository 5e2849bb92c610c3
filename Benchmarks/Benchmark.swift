// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Sigstore
import Verification

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Measures one thing per line of standard input and answers in one line; `compare.py`, which asks,
/// interleaves the sets and judges.
@main
struct Benchmark {
  private var sets: [String: BundleSet] = [:]
  private let primitives: Primitives
  private let now = FileReading.now()

  static func main() async throws {
    var benchmark = Benchmark(primitives: try Primitives())
    while let line = readLine() {
      let request = try JSONNode(parsing: Array(line.utf8))
      print(try await benchmark.answer(request).compactText)
      fflush(nil)
    }
  }

  private mutating func answer(_ request: JSONNode) async throws -> JSONValue {
    switch try request.required("do").string() {
    case "load":
      let set = try BundleSet(request.required("files").array(limit: 10_000))
      sets[try request.required("set").string()] = set
      return ["bundles": .integer(Int64(set.members.count))]
    case "primitives":
      return try await primitives.costs()
    case "verify":
      return try await verify(request)
    case "parallel":
      return try await parallel(request)
    case "parse":
      return try await parse(set(request), rounds: Int(request.required("rounds").integer()))
    case "hash":
      let path = try request.required("path").string()
      let measurement = try await Measurement { _ = try FileReading.sha256(of: path) }
      return [
        "processor": seconds(measurement.processor), "user": seconds(measurement.user),
        "wall": seconds(measurement.wall),
      ]
    case "sign":
      return try await sign(request)
    case let other:
      throw BenchmarkError("unknown request `\(other)`")
    }
  }

  private func set(_ request: JSONNode) throws -> BundleSet {
    let name = try request.required("set").string()
    guard let set = sets[name] else { throw BenchmarkError("no set `\(name)`") }
    return set
  }

  private func verify(_ request: JSONNode) async throws -> JSONValue {
    let set = try set(request)
    let rounds = Int(try request.required("rounds").integer())
    let shared = try request.required("shared").boolean()
    let verifiers = set.verifiers(rememberingCertificates: shared)
    let operations = try set.operations(sharedCertificate: shared)
    // What is computed once per trusted root, and the first use of anything.
    try await set.verify(with: verifiers, now: now)
    var floor = 0.0
    var verification = 0.0
    for _ in 0..<rounds {
      floor += try await Measurement {
        for bundle in operations { try bundle.run(on: primitives) }
      }.processor
      verification += try await Measurement {
        try await set.verify(with: verifiers, now: now)
      }.processor
    }
    return ["floor": seconds(floor), "verification": seconds(verification)]
  }

  /// The set again and again as one list, by so many at a time: seconds on the wall.
  private func parallel(_ request: JSONNode) async throws -> JSONValue {
    let set = try set(request)
    let rounds = Int(try request.required("rounds").integer())
    let width = Int(try request.required("width").integer())
    let verifiers = set.verifiers(rememberingCertificates: false)
    try await set.verify(with: verifiers, now: now)
    let list = (0..<rounds).flatMap { _ in set.members }
    let now = now
    var passed = 0
    let measurement = await Measurement {
      let results = await list.concurrentMap(width: width) { member in
        guard let bundle = try? Bundle(parsing: member.text) else { return false }
        let result = await verifiers[member.rootPosition].verify(
          bundle, artifact: member.artifact, now: now)
        return result.verified != nil
      }
      passed = results.count { $0 }
    }
    guard passed == list.count else { throw BenchmarkError("a bundle does not verify") }
    return ["wall": seconds(measurement.wall), "processor": seconds(measurement.processor)]
  }

  /// Reading alone: the bundle with all that is in it, and its certificate.
  private func parse(_ set: BundleSet, rounds: Int) async throws -> JSONValue {
    var json = 0.0
    var bundle = 0.0
    var certificate = 0.0
    for member in set.members {
      json += try await Measurement {
        for _ in 0..<rounds { _ = try JSONReader.parse(member.text) }
      }.processor
      bundle += try await Measurement {
        for _ in 0..<rounds { _ = try Bundle(parsing: member.text) }
      }.processor
      let parsed = try Bundle(parsing: member.text)
      guard let der = parsed.certificate else { continue }
      certificate += try await Measurement {
        for _ in 0..<rounds { _ = try SigningCertificate(der: der) }
      }.processor
    }
    return [
      "json": seconds(json), "bundle": seconds(bundle), "certificate": seconds(certificate),
    ]
  }

  /// So many files, signed with the services of a trust configuration.
  private func sign(_ request: JSONNode) async throws -> JSONValue {
    let measurement = try await SigningMeasurement(
      count: Int(try request.required("count").integer()),
      configuration: try ClientTrustConfig(
        parsing: try FileReading.bytes(
          of: try request.required("trustConfig").string(), limit: 1 << 24)),
      token: try request.required("token").string(),
      tlsAuthorities: try request.required("tlsAuthorities").string(),
      now: { FileReading.now() })
    return [
      "wall": seconds(measurement.wall), "waiting": seconds(measurement.waiting),
      "processor": seconds(measurement.processor),
    ]
  }

  private func seconds(_ value: Double) -> JSONValue { .number("\(value)") }
}
