// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import TransparencyLog

/// Checks one log entry: known log, signed checkpoint, inclusion, signed entry timestamp.
struct LogEntryCheck {
  let entry: TransparencyLogEntry
  let trustedRoot: TrustedRoot
  let requirements: VerificationRequirements
  let now: Timestamp

  /// Records the outcomes and returns the time that the log vouches for, if it does.
  func run(recordingIn report: inout VerificationReport) -> Timestamp? {
    guard let log = trustedRoot.transparencyLogs.first(where: { $0.logID == entry.logID }),
      let key = log.key
    else {
      report.record(
        VerificationCheck(
          .knownLog, .failed("the entry is from a log that the trusted root does not know"),
          found: Hexadecimal.encode(entry.logID.prefix(64))))
      return nil
    }
    report.record(VerificationCheck(.knownLog, .passed))
    checkInclusion(log, key, &report)
    return checkEntryTimestamp(log, key, &report)
  }

  /// Whether the entry is of a log of version 2, which serves tiles.
  private var isTiled: Bool { entry.kind == "hashedrekord" && entry.version == "0.0.2" }

  /// Records a failure when the log's key was not in use at a time that an authority vouches for.
  ///
  /// Version 2 of the log promises no time of its own; an entry that does is held to that one.
  func checkKeyPeriod(at times: [Timestamp], recordingIn report: inout VerificationReport) {
    guard entry.signedEntryTimestamp == nil,
      let log = trustedRoot.transparencyLogs.first(where: { $0.logID == entry.logID }),
      let outside = times.first(where: { !log.validity.contains($0) })
    else { return }
    report.record(
      VerificationCheck(.knownLog, .failed("the log's key was not in use at \(outside)")))
  }

  private func checkInclusion(
    _ log: TrustedRoot.Log, _ key: SignatureKey, _ report: inout VerificationReport
  ) {
    // What is absent may be allowed to be; what is present is never skipped. Without a proof the
    // log's signed promise must be there instead.
    if requirements.inclusionProof == .whenPresent, entry.inclusion == nil,
      entry.signedEntryTimestamp != nil
    {
      return
    }
    guard let inclusion = entry.inclusion, let note = inclusion.checkpoint else {
      let missing = entry.inclusion == nil ? "an inclusion proof" : "a checkpoint"
      report.record(
        VerificationCheck(
          entry.inclusion == nil ? .inclusion : .checkpoint,
          .failed("the log entry comes without \(missing)")))
      return
    }
    do {
      let (checkpoint, name) = try checkpoint(note, log, key)
      guard isOrigin(checkpoint.origin, of: name) else {
        throw NoteError.malformed("its origin `\(checkpoint.origin)` is not of `\(name)`")
      }
      guard checkpoint.size == inclusion.treeSize, checkpoint.rootHash == inclusion.rootHash
      else { throw NoteError.malformed("it is for another tree than the inclusion proof") }
      report.record(VerificationCheck(.checkpoint, .passed))
      // Version 2 has one index; in version 1 the entry's own counts over all shards.
      if isTiled, inclusion.logIndex != entry.logIndex {
        throw ProofError.indexOutOfRange(index: entry.logIndex, treeSize: checkpoint.size)
      }
      try InclusionProof(
        index: inclusion.logIndex, treeSize: checkpoint.size, hashes: inclusion.hashes
      ).check(leaf: MerkleHash.leaf(entry.canonicalizedBody), root: checkpoint.rootHash)
      report.record(VerificationCheck(.inclusion, .passed))
    } catch let error as ProofError {
      report.record(VerificationCheck(.inclusion, .failed("\(error)")))
    } catch {
      report.record(VerificationCheck(.checkpoint, .failed("the checkpoint fails: \(error)")))
    }
  }

  /// The checkpoint and the name that signed it.
  private func checkpoint(
    _ text: String, _ log: TrustedRoot.Log, _ key: SignatureKey
  ) throws(NoteError) -> (Checkpoint, String) {
    let note = try SignedNote(parsing: text)
    for name in log.signerNames {
      let noteKey = NoteKey(name: name, id: log.logID) { signature, message in
        key.isValidSignature(signature, for: message)
      }
      do {
        return (try Checkpoint(try note.verified(by: noteKey)), name)
      } catch NoteError.noKnownSignature {
        continue
      }
    }
    throw .noKnownSignature
  }

  /// A Rekor v1 origin is `host - treeID`, a tile log's is the host alone.
  private func isOrigin(_ origin: String, of host: String) -> Bool {
    guard origin.utf8.starts(with: host.utf8) else { return false }
    let rest = origin.utf8.dropFirst(host.utf8.count)
    let separator = " - ".utf8
    return rest.isEmpty
      || rest.starts(with: separator)
        && DecimalText.parse(rest.dropFirst(separator.count)) != nil
  }

  private func checkEntryTimestamp(
    _ log: TrustedRoot.Log, _ key: SignatureKey, _ report: inout VerificationReport
  ) -> Timestamp? {
    // Without the log's signature the integrated time is anybody's claim (CVE-2024-55655).
    func failed(_ sentence: String) {
      report.record(VerificationCheck(.entryTimestamp, .failed(sentence)))
    }
    guard let signature = entry.signedEntryTimestamp else {
      // Version 2 has no integrated time at all; a reader of the file must not find one.
      if isTiled, (entry.integratedTime ?? 0) != 0 {
        failed("the entry claims a time, but its version of the log has none")
      }
      return nil
    }
    guard let seconds = entry.integratedTime,
      let payload = try? SignedEntryTimestamp.payload(
        body: entry.canonicalizedBody, integratedTime: seconds, logID: entry.logID,
        logIndex: entry.logIndex)
    else {
      failed("the signed entry timestamp comes without a time")
      return nil
    }
    guard key.isValidSignature(signature, for: payload) else {
      failed("the signed entry timestamp is not by the log")
      return nil
    }
    let time = Timestamp(unixSeconds: seconds)
    guard log.validity.contains(time) else {
      failed("the log's key was not in use at \(time)")
      return nil
    }
    guard time <= now else {
      failed("the signed entry timestamp is in the future: \(time)")
      return nil
    }
    report.record(VerificationCheck(.entryTimestamp, .passed))
    return time
  }
}
