// SPDX-License-Identifier: Apache-2.0

package import Attestations
import Certificates
package import Encodings
package import Policies
import Reproducibility
package import Sigstore
package import Verification

/// Counts who vouches for a file by having rebuilt it.
///
/// A statement counts if it holds, is signed by a rebuilder of the policy who may not publish, and is
/// about exactly this file. Of several statements of one rebuilder the latest counts. A verdict that
/// does not pass vouches for nothing, and is listed.
package struct RebuilderCount: Sendable {
  private let policy: Policy
  private let verifiers: [Verifier]
  private let now: Timestamp

  /// How the name of a file with rebuilders' statements ends: bundles, one per line.
  package static let suffix = ".rebuild.jsonl"

  /// Why nobody can be counted.
  package struct NoRebuilders: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence for a person.
    package var description: String { "the policy names no rebuilder" }
  }

  /// Takes over who may vouch.
  ///
  /// - Throws: ``NoRebuilders``: where nobody may, a count would say nothing.
  package init(
    under policy: Policy, trusting roots: [TrustedRoot], now: Timestamp
  ) throws(NoRebuilders) {
    guard !policy.rebuilders.isEmpty else { throw NoRebuilders() }
    self.policy = policy
    verifiers = roots.map { Verifier(trusting: $0) }
    self.now = now
  }

  /// Counts the statements about a file among evidence; what else there is does not matter.
  package func tally(_ evidence: [Evidence], of file: Subject) async -> RebuilderTally {
    var tally = RebuilderTally()
    for item in evidence {
      guard let bundle = item.bundle, let payload = item.envelope?.payload,
        let statement = try? Statement(parsing: payload),
        statement.predicateType.utf8.elementsEqual(PredicateType.rebuild.utf8),
        statement.subjects.contains(where: { $0.sha256 != nil && $0.sha256 == file.sha256 })
      else { continue }
      do throws(RebuilderTally.Refusal) {
        tally.add(try await word(bundle, file, at: item.place))
      } catch {
        tally.uncounted.append(
          RebuilderTally.Uncounted(
            place: item.place, reason: error.reason, problem: error.problem))
      }
    }
    return tally
  }

  private func word(
    _ bundle: Bundle, _ file: Subject, at place: String
  ) async throws(RebuilderTally.Refusal) -> RebuilderTally.Word {
    let verified = try await verified(bundle, file)
    let signer = verified.certificate.subjectAlternativeName.text
    guard
      let rebuilder = policy.rebuilder(
        with: verified.certificate, release: ReleaseName(filename: file.name))
    else {
      throw .init(.unknownSigner, "it is by `\(signer)`, whom the policy does not name")
    }
    guard !policy.isPublisher(verified.certificate) else {
      throw .init(.publisher, "`\(signer)` may publish, and so not vouch for it")
    }
    guard let statement = verified.statement, let time = verified.signingTimes.max() else {
      throw .init(.malformed, "it is no statement of a known time")
    }
    let claim: RebuildStatement
    do {
      claim = try RebuildStatement(statement)
    } catch {
      throw .init(.malformed, "\(error)")
    }
    guard claim.file.name.utf8.elementsEqual(file.name.utf8) else {
      throw .init(.otherFile, "it is about a file of another name, `\(claim.file.name)`")
    }
    return RebuilderTally.Word(
      rebuilder: rebuilder.name, signer: signer, time: time, claim: claim, place: place)
  }

  private func verified(
    _ bundle: Bundle, _ file: Subject
  ) async throws(RebuilderTally.Refusal) -> VerifiedBundle {
    var sentence = "there is no trusted root"
    guard let digest = file.sha256 else { throw .init(.malformed, "the file has no SHA-256") }
    for verifier in verifiers {
      let result = await verifier.verify(bundle, artifact: ArtifactDigest(digest), now: now)
      if let verified = result.verified { return verified }
      if let problem = result.report.primaryProblem { sentence = problem }
    }
    throw .init(.signature, sentence)
  }
}

/// Who vouches for a file by having rebuilt it.
package struct RebuilderTally: Hashable, Sendable {
  /// What a rebuilder says about a file.
  package struct Word: Hashable, Sendable {
    /// The rebuilder's name in the policy.
    package let rebuilder: String
    /// The certificate's name.
    package let signer: String
    /// The verified time of signing.
    package let time: Timestamp
    /// The statement.
    package let claim: RebuildStatement
    /// Where it is.
    package let place: String
  }

  /// Why a statement does not count; the text is for machines.
  package enum Reason: String, CaseIterable, Hashable, Sendable {
    /// It cannot be read.
    case malformed
    /// The signature does not hold.
    case signature
    /// The policy does not name the signer.
    case unknownSigner = "unknown-signer"
    /// The signer is a publisher.
    case publisher
    /// It is about a file of another name.
    case otherFile = "other-file"
    /// The rebuilder said something later.
    case superseded
  }

  struct Refusal: Error {
    let reason: Reason
    let problem: String

    init(_ reason: Reason, _ problem: String) {
      self.reason = reason
      self.problem = problem
    }
  }

  /// A statement that does not count.
  package struct Uncounted: Hashable, Sendable {
    /// Where it is.
    package let place: String
    /// Why.
    package let reason: Reason
    /// Why, in a sentence.
    package let problem: String
  }

  /// The last word of each rebuilder, whatever it is.
  package private(set) var words: [Word] = []
  /// Statements that do not count.
  package internal(set) var uncounted: [Uncounted] = []

  /// Those who vouch for the file.
  package var vouching: [Word] { words.filter(\.claim.verdict.passes) }
  /// Those who found it to be another, or could not make it.
  package var negative: [Word] { words.filter { !$0.claim.verdict.passes } }

  init() {}

  mutating func add(_ word: Word) {
    guard let index = words.firstIndex(where: { $0.rebuilder == word.rebuilder }) else {
      words.append(word)
      return
    }
    let other = words[index]
    // Of one second the worse counts, so that nobody chooses by the order of the lines.
    let isWorse = word.claim.verdict.rung > other.claim.verdict.rung
    let isLater = word.time > other.time || word.time == other.time && isWorse
    if isLater { words[index] = word }
    let old = isLater ? other : word
    uncounted.append(
      Uncounted(
        place: old.place, reason: .superseded,
        problem: "`\(word.rebuilder)` said something later, or the same"))
  }
}
