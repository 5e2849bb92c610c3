// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Sigstore
import Verification

extension FileResult {
  /// The result for machines: one element of `files` in `hallmark.verify/v1`.
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
      object["sha256"] = .string(verdict.artifact.digest.hexadecimal)
      switch verdict.outcome {
      case .accepted(_, let index):
        object["verdict"] = "verified"
        object["publisher"] = .integer(Int64(index))
      case .noExpectation: object["verdict"] = "no expectation"
      case .rejected(let check, let place):
        object["verdict"] = "rejected"
        object["reason"] = Self.json(check, place: place)
      }
      object["evidence"] = .array(verdict.examined.map(Self.json))
      object["unreadable"] = .array(
        verdict.unreadable.map {
          ["place": .string($0.place), "problem": .string($0.problem)]
        })
    }
    return .object(object)
  }

  private static func json(_ item: ExaminedEvidence) -> JSONValue {
    var object = JSONObject([
      ("place", .string(item.evidence.place)), ("form", .string(item.evidence.form.rawValue)),
      ("valid", .boolean(item.verified != nil)),
      ("checks", .array(item.report.checks.map { json($0, place: nil) })),
    ])
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
