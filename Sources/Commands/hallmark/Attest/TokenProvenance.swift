// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import Verification

/// The provenance that the claims of an identity token give.
enum TokenProvenance {
  /// The predicate, by the build type of the system that made the token; outside of any, what the
  /// build's record says.
  ///
  /// - Parameters:
  ///   - signer: what the token says.
  ///   - record: the record of the build, whose materials are added where the build type has room.
  /// - Returns: the predicate.
  /// - Throws: `CommandFailure` when the token is not that of a build, lacks a claim, or is that of
  ///   another commit than the record's.
  static func predicate(
    of signer: TokenIdentity, adding record: BuildRecordProvenance? = nil
  ) throws(CommandFailure) -> JSONValue {
    do {
      let node = JSONNode(signer.claims)
      let claims = try node.object()
      if GitHubWorkflowProvenance.describes(claims) {
        try record?.check(commit: try node.required("sha").string())
        let predicate = try GitHubWorkflowProvenance.predicate(claims: node)
        return try record?.adding(to: predicate) ?? predicate
      }
      if GitLabJobProvenance.describes(claims) {
        try record?.check(commit: try node.required("sha").string())
        return try GitLabJobProvenance.predicate(claims: node)
      }
      if let record { return try record.predicate() }
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the identity token does not say how it was built: \(error)",
          notes: ["the token is of \(signer.issuer)"],
          help: ["write the predicate to a file and name it by --predicate slsa=FILE"]))
    }
    throw CommandFailure(
      status: ExitStatus.couldNotRun.rawValue,
      Diagnostic(
        "provenance is made from the token of a job on GitHub or GitLab or from a build record; this"
          + " token is of"
          + " \(signer.issuer)",
        help: [
          "build by `hallmark build`, whose record says how, or name that record by --build-record",
          "write the predicate to a file and name it by --predicate slsa=FILE, or leave slsa out",
        ]))
  }
}
