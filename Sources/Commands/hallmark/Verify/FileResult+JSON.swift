// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Sigstore
import Verification

extension FileResult {
  /// The result for machines: one element of `files` in `hallmark.verify/v1`, whose schema is
  /// Documentation/schemas/verify-v1.json.
  var json: JSONValue {
    var object = JSONObject([
      ("file", .string(file)), ("status", .integer(Int64(status.rawValue))),
    ])
    switch outcome {
    case .unreadable(let problem):
      object["verdict"] = "unreadable"
      object["problem"] = .string(problem)
    case .undecided(let failure):
      object["verdict"] = status == .rejected ? "rejected" : "undecided"
      object["problem"] = .string(failure.diagnostic.message)
      object["place"] = failure.diagnostic.place.map { .string($0) }
    case .verdict(let verdict):
      for digest in verdict.artifact?.digests ?? [] {
        object[digest.algorithm.rawValue] = .string(digest.hexadecimal)
      }
      Self.add(verdict, to: &object)
      object["evidence"] = .array(verdict.examined.map(Self.json))
      object["unreadable"] = .array(
        verdict.unreadable.map {
          ["place": .string($0.place), "problem": .string($0.problem)]
        })
    }
    if let rebuilders {
      object["rebuilders"] = rebuilders.json
      if !rebuilders.isMet, case .verdict(let verdict) = outcome, verdict.exitStatus == .done {
        object["verdict"] = "rejected"
        object["problem"] = .string(rebuilders.diagnostic(for: file).message)
      }
    }
    return .object(object)
  }

  private static func add(_ verdict: ArtifactVerdict, to object: inout JSONObject) {
    switch verdict.outcome {
    case .accepted(_, let acceptance):
      object["verdict"] = "verified"
      switch acceptance {
      case .publisher(let index): object["publisher"] = .integer(Int64(index))
      case .builder(let builder): object["builder"] = .string(builder)
      case .summary(let verifier): object["verifier"] = .string(verifier)
      case .key: object["key"] = true
      }
    case .noExpectation: object["verdict"] = "no expectation"
    case .rejected(let check, let place):
      object["verdict"] = "rejected"
      object["reason"] = json(check, place: place)
      object["provenanceReason"] = verdict.provenanceReason.map { .string($0.rawValue) }
    case .undecided(let missing, let place):
      object["verdict"] = "undecided"
      object["problem"] = .string(help(for: missing))
      object["place"] = .string(place)
    }
  }

  private static func json(_ item: ExaminedEvidence) -> JSONValue {
    var object = JSONObject([
      ("place", .string(item.evidence.place)), ("form", .string(item.evidence.form.rawValue)),
      ("valid", .boolean(item.isValid)),
      ("checks", .array(item.report.checks.map { json($0, place: nil) })),
    ])
    if !item.comparisons.isEmpty {
      object["publishers"] = .array(
        item.comparisons.map { .array($0.checks.map { json($0, place: nil) }) })
    }
    if let bundle = item.verified {
      object["identity"] = .string(bundle.certificate.subjectAlternativeName.text)
      object["issuer"] = bundle.certificate.issuer.map { .string($0) } ?? .null
      object["predicateType"] = bundle.statement.map { .string($0.predicateType) } ?? .null
      object["signingTimes"] = .array(bundle.signingTimes.map { .string($0.rfc3339) })
      object["logIndex"] = bundle.logEntries.first.map { .string(String($0.logIndex)) } ?? .null
      object["log"] = .string(bundle.logURL)
      object["claims"] = .object(
        FulcioExtension.allCases.compactMap { item in
          bundle.certificate.claims[item].map { (item.title, .string($0)) }
        })
    }
    return .object(object)
  }

  private static func json(_ check: VerificationCheck, place: String?) -> JSONValue {
    var object = JSONObject([
      ("code", .string(check.rule.rawValue)), ("rule", .string(check.rule.title)),
    ])
    switch check.outcome {
    case .passed: object["outcome"] = "passed"
    case .failed(let sentence):
      object["outcome"] = "failed"
      object["problem"] = .string(sentence)
    case .notReached: object["outcome"] = "not reached"
    }
    object["expected"] = check.expected.map { .string($0) }
    object["found"] = check.found.map { .string($0) }
    object["place"] = place.map { .string($0) }
    return .object(object)
  }
}
