// SPDX-License-Identifier: Apache-2.0

/// The rules of verification, each with a stable code; codes are never reused.
///
/// The order of the cases is the order in which failures are reported: the first failing rule is
/// the reason that a person reads first.
package enum VerificationRule: String, CaseIterable, Hashable, Sendable {
  /// The evidence can be read.
  case wellFormed = "HM0201"
  /// The log entry's body is about this signature, content and certificate.
  case entryBinding = "HM0202"
  /// The artifact is the one that was signed.
  case artifactBinding = "HM0203"
  /// The signature itself is valid under the certificate's key.
  case signature = "HM0204"
  /// There is a log entry, and by a log in the trusted root.
  case knownLog = "HM0205"
  /// The checkpoint is signed by the log and of the proof's tree.
  case checkpoint = "HM0206"
  /// The entry is in the tree.
  case inclusion = "HM0207"
  /// The signed entry timestamp is valid.
  case entryTimestamp = "HM0208"
  /// A timestamp authority of the trusted root made the timestamp.
  case timestamp = "HM0218"
  /// At least one verified time says when the signature was made.
  case signingTime = "HM0209"
  /// The certificate was valid at every verified time.
  case certificateValidity = "HM0210"
  /// The certificate chains to a certificate authority in the trusted root.
  case certificateChain = "HM0211"
  /// The certificate is in a CT log of the trusted root.
  case certificateTimestamp = "HM0212"
  /// What the provenance says about its own run is what the certificate says.
  case certificateAgreement = "HM0219"
  /// The signer is the expected one.
  case identity = "HM0213"
  /// The token's issuer is the expected one.
  case issuer = "HM0214"
  /// The predicate type is one that was asked for.
  case predicate = "HM0215"
  /// The builder is the expected one, or one that is trusted.
  case builder = "HM0220"
  /// It was built from the expected source.
  case source = "HM0221"
  /// It was built from the expected branch, tag or version.
  case sourceRef = "HM0222"
  /// The workflow was started with the expected inputs.
  case workflowInputs = "HM0223"
  /// It ran on a machine of the expected kind.
  case runner = "HM0224"
  /// It is the expected package, as the registry published it.
  case package = "HM0225"
  /// The verification summary says what is expected.
  case summary = "HM0226"
  /// There is any evidence at all.
  case evidence = "HM0217"

  /// What holds when the rule is met, as a short noun phrase for tables.
  package var title: String {
    switch self {
    case .wellFormed: "evidence is readable"
    case .entryBinding: "log entry belongs to this signature"
    case .artifactBinding: "artifact is what was signed"
    case .signature: "signature"
    case .knownLog: "log is trusted"
    case .checkpoint: "signed checkpoint"
    case .inclusion: "inclusion proof"
    case .entryTimestamp: "signed entry timestamp"
    case .timestamp: "timestamp of a trusted authority"
    case .signingTime: "verified signing time"
    case .certificateValidity: "certificate validity at signing time"
    case .certificateChain: "certificate chain"
    case .certificateTimestamp: "signed certificate timestamp"
    case .certificateAgreement: "provenance agrees with the certificate"
    case .identity: "signer identity"
    case .issuer: "identity issuer"
    case .predicate: "predicate type"
    case .builder: "builder"
    case .source: "source"
    case .sourceRef: "source branch or tag"
    case .workflowInputs: "workflow inputs"
    case .runner: "runner"
    case .package: "package"
    case .summary: "verification summary"
    case .evidence: "evidence exists"
    }
  }
}

/// The outcome of one rule.
package struct VerificationCheck: Hashable, Sendable {
  /// What happened.
  package enum Outcome: Hashable, Sendable {
    /// The rule is met.
    case passed
    /// The rule is broken; the sentence says how.
    case failed(String)
    /// The rule could not be looked at because an earlier one failed.
    case notReached
  }

  /// The rule.
  package let rule: VerificationRule
  /// What happened.
  package let outcome: Outcome
  /// What was expected, where the rule compares.
  package let expected: String?
  /// What was found, where the rule compares.
  package let found: String?

  /// Records an outcome.
  package init(
    _ rule: VerificationRule, _ outcome: Outcome, expected: String? = nil, found: String? = nil
  ) {
    self.rule = rule
    self.outcome = outcome
    self.expected = expected
    self.found = found
  }
}

/// Every rule that was looked at for one piece of evidence.
package struct VerificationReport: Hashable, Sendable {
  /// The outcomes, in the order of verification.
  package private(set) var checks: [VerificationCheck]

  /// Starts with outcomes.
  package init(_ checks: [VerificationCheck] = []) {
    self.checks = checks
    self.checks.reserveCapacity(16)
  }

  /// Adds an outcome.
  package mutating func record(_ check: VerificationCheck) {
    checks.append(check)
  }

  /// Whether every rule is met and at least one was looked at.
  package var passed: Bool {
    !checks.isEmpty && checks.allSatisfy { $0.outcome == .passed }
  }

  /// How many rules are met.
  package var passedCount: Int { checks.count { $0.outcome == .passed } }

  /// The failure to report first, by the order of ``VerificationRule``; `nil` if all passed.
  package var primaryFailure: VerificationCheck? {
    let failures = checks.filter { check in
      if case .failed = check.outcome { true } else { false }
    }
    let ranks = VerificationRule.allCases
    return failures.min { left, right in
      (ranks.firstIndex(of: left.rule) ?? .max) < (ranks.firstIndex(of: right.rule) ?? .max)
    }
  }

  /// What ``primaryFailure`` says, with its code; `nil` if all passed.
  package var primaryProblem: String? {
    primaryFailure.flatMap { check in
      if case .failed(let sentence) = check.outcome {
        "\(sentence) (\(check.rule.rawValue))"
      } else {
        nil
      }
    }
  }
}
