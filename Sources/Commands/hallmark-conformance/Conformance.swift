// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Speaks the command-line protocols of public conformance suites; not for people.
@main
struct Conformance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hallmark-conformance",
    abstract: "Answer the protocols of public conformance suites.",
    discussion: """
      verify-bundle and sign-bundle speak sigstore-conformance's protocol: exit 0 accepts or has \
      signed, 1 rejects with the reason's code on stderr, 2 is a protocol error. tuf speaks \
      tuf-conformance's. slsa runs a file of slsa-verifier's command lines, archive judges archives.
      """,
    subcommands: [
      VerifyBundle.self, SignBundle.self, TUFClient.self, SLSACases.self, JudgeArchives.self,
    ])
}
