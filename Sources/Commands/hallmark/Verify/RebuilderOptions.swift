// SPDX-License-Identifier: Apache-2.0

import Approvals
import ArgumentParser
import Attestations
import Encodings
import Policies
import Reproducibility
import Sigstore
import Verification

/// The options that want a file to be vouched for by those who rebuilt it.
struct RebuilderOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Want so many of the policy's `[[rebuilder]]` to have made the file again.",
      valueName: "count"))
  var requireRebuilders: Int?

  @Option(
    help: ArgumentHelp(
      "Rebuilders' statements: a file, or a folder with FILE.rebuild.jsonl; those beside the file"
        + " are read anyway.", valueName: "place"),
    completion: .file())
  var rebuilds: [String] = []

  func validate() throws {
    if let requireRebuilders, requireRebuilders < 1 {
      throw ValidationError("--require-rebuilders must be 1 or more.")
    }
    guard requireRebuilders != nil || rebuilds.isEmpty else {
      throw ValidationError("--rebuilds needs --require-rebuilders.")
    }
  }

  /// What is demanded; `nil` if nothing is.
  ///
  /// - Throws: `CommandFailure` of status 2 when nobody, or not so many, can vouch.
  func requirement(
    under policy: (policy: Policy, origin: String)?, trusting roots: [TrustedRoot]
  ) throws(CommandFailure) -> RebuilderRequirement? {
    guard let count = requireRebuilders else { return nil }
    guard let policy else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "rebuilders are demanded, and there is no policy that says who they are",
          help: ["name a policy with `[[rebuilder]]` entries by --policy"]))
    }
    let names = policy.policy.rebuilderNames.count
    guard names == 0 || count <= names else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "\(count) rebuilders are demanded, and the policy names \(names)", place: policy.origin))
    }
    do {
      return RebuilderRequirement(
        required: count,
        count: try RebuilderCount(
          under: policy.policy, trusting: roots, now: FileReading.now()), places: rebuilds)
    } catch {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "\(error), so nobody can vouch", place: policy.origin,
          help: ["add `[[rebuilder]]` entries: name, and the words of a publisher"]))
    }
  }
}

/// How many rebuilders must vouch for a file, and where their statements are.
struct RebuilderRequirement: Sendable {
  let required: Int
  let count: RebuilderCount
  let places: [String]

  /// What rebuilders say about a file.
  struct Outcome: Sendable {
    /// How many must vouch.
    let required: Int
    /// What they say.
    let tally: RebuilderTally
    /// Places of statements that cannot be read.
    let unreadable: [UnreadableEvidence]

    /// Whether enough vouch.
    var isMet: Bool { tally.vouching.count >= required }
  }

  /// Counts who vouches for a file.
  ///
  /// - Parameters:
  ///   - file: the file by name and digest.
  ///   - path: where it is on this machine.
  ///   - evidence: evidence that is at hand, of any kind.
  /// - Returns: who vouches, who does not, and what does not count.
  func outcome(
    of file: Subject, at path: String?, among evidence: [Evidence] = []
  ) async -> Outcome {
    var items = evidence
    var unreadable: [UnreadableEvidence] = []
    for place in paths(for: file.name, at: path) {
      do {
        items += try Evidence.parse(
          try FileReading.bytes(of: place, limit: Evidence.sizeLimit), place: place)
      } catch {
        unreadable.append(UnreadableEvidence(place: place, problem: "\(error)"))
      }
    }
    return Outcome(
      required: required, tally: await count.tally(items, of: file), unreadable: unreadable)
  }

  private func paths(for name: String, at path: String?) -> [String] {
    let suffix = RebuilderCount.suffix
    var paths = path.map { [$0 + suffix] }?.filter(FileReading.isPresent) ?? []
    for place in places {
      if FileReading.isFolder(place) {
        let inside = ApprovalFiles.path(name + suffix, in: place)
        if FileReading.isPresent(inside) { paths.append(inside) }
      } else {
        paths.append(place)
      }
    }
    return paths
  }
}

extension RebuilderRequirement.Outcome {
  /// Who vouches, in words.
  var found: String {
    tally.vouching.isEmpty
      ? "nobody"
      : tally.vouching.map { "\($0.rebuilder) (\($0.claim.verdict.name))" }
        .joined(separator: ", ")
  }

  /// What is said where too few vouch.
  func diagnostic(for file: String) -> Diagnostic {
    Diagnostic(
      "too few rebuilders vouch for `\(file)`: \(tally.vouching.count) of \(required)",
      expected: "\(required) rebuilders of the policy", found: found,
      help: ["get their statements, FILE\(RebuilderCount.suffix), and name them by --rebuilds"])
  }

  /// What a person should know besides: who does not, and what does not count.
  var notes: [String] {
    tally.negative.map { word in
      "`\(word.rebuilder)` says: \(word.claim.verdict.name)"
        + (word.claim.reason.map { ", \($0)" } ?? "")
    } + tally.uncounted.map { "a statement does not count: \($0.problem) (\($0.place))" }
      + unreadable.map { "`\($0.place)` is not readable: \($0.problem)" }
  }

  /// For machines.
  var json: JSONValue {
    func json(_ word: RebuilderTally.Word) -> JSONValue {
      [
        "rebuilder": .string(word.rebuilder), "signer": .string(word.signer),
        "verdict": .string(word.claim.verdict.name), "signedAt": .string(word.time.rfc3339),
        "place": .string(word.place),
      ]
    }
    return [
      "required": .integer(Int64(required)),
      "vouching": .array(tally.vouching.map(json)), "negative": .array(tally.negative.map(json)),
      "uncounted": .array(
        tally.uncounted.map { item in
          [
            "place": .string(item.place), "reason": .string(item.reason.rawValue),
            "problem": .string(item.problem),
          ]
        }),
    ]
  }
}
