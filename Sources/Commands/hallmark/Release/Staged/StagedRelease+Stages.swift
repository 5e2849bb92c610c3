// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import ServiceClients
import Sigstore
import SystemPackage
import TrustedPublishing
import Verification

extension StagedRelease {
  /// Runs one stage, or checks what it has done before.
  func run(_ stage: ReleaseStage, _ outcome: inout StagedOutcome) async throws {
    let isFinished = outcome.state.finished.contains(stage)
    outcome.stages[stage] = isFinished ? .kept : .done
    switch stage {
    case .build: try await keepBuild(outcome.state)
    case .attest:
      if isFinished {
        try await keepEvidence(outcome.state)
      } else {
        outcome.state.evidence = try await attest(outcome.state)
      }
    case .approve: try await approve(outcome.state)
    case .publish: outcome.publication = try await publish(outcome.state)
    case .verify: try await verify(outcome.state)
    }
  }

  private func keepBuild(_ state: ReleaseState) async throws {
    try await self.stage(.build, doing: "comparing the files") {
      try folder.check(state.files + [try reference(in: state).record], redo: .build)
      return ((), "\(state.files.count) files, as they were built")
    }
  }

  private func attest(_ state: ReleaseState) async throws -> [PublicationPlan.LocalFile] {
    try await stage(.attest, doing: "signing and logging") {
      let (outcomes, _) = try await SignStage(
        build: try build(of: state),
        files: state.files.map { file in
          ArtifactFile(
            path: options.output.appending(file.name).string, name: file.name,
            digest: file.sha256)
        },
        output: options.output, services: services, console: console
      ).run()
      let names = outcomes.flatMap { $0.target.outputs.map(\.name) }
      return (try folder.files(named: names), SignStage.summary(outcomes))
    }
  }

  /// The build that a state tells of.
  private func build(of state: ReleaseState) throws -> BuiltRelease {
    let record = try reference(in: state).record
    try folder.check([record], redo: .build)
    return try BuiltRelease(recordAt: options.output.appending(record.name))
  }

  private func reference(in state: ReleaseState) throws(CommandFailure) -> BuildReference {
    do {
      return try BuildReference(JSONNode(state.build))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the state of the release cannot be used: \(error)",
          place: options.output.appending(ReleaseState.filename).string,
          help: ["begin anew by --restart"]))
    }
  }

  private func keepEvidence(_ state: ReleaseState) async throws {
    try await stage(.attest, doing: "verifying the evidence") {
      try folder.check(state.evidence, redo: .attest)
      guard let policy = services.policy?.policy else {
        return ((), "\(state.evidence.count) files of evidence, as they were written")
      }
      let found = try await ReleaseEvidence(
        trusting: [services.instance.trustedRoot], policy: policy
      ).attestations(of: try local(state))
      let count = found.values.reduce(0) { $0 + $1.attestations.count }
      return ((), "\(count) attestations, verified again")
    }
  }

  private func approve(_ state: ReleaseState) async throws {
    guard !services.gates.isEmpty else { return }
    try await stage(.approve, doing: "looking for approvals") {
      let release = try local(state)
      for gate in services.gates {
        try await gate.check(release)
      }
      return ((), "everything that was asked for is there")
    }
  }

  private func publish(_ state: ReleaseState) async throws -> PublishOutcome {
    let run = PublishRun(
      options: PublishRun.Options(
        arguments: paths(state), index: services.index, withAttestations: true,
        policy: services.policy, roots: [services.instance.trustedRoot], isDryRun: false,
        patience: services.patience, forge: services.forge,
        commit: state.subject.isDirty ? nil : state.subject.commit, gates: services.gates),
      console: console)
    let outcome = try await run.publish(
      try await run.check(), by: services.authorization, over: services.transport)
    guard outcome.status == .done else {
      for failure in outcome.failures { console.report(failure.diagnostic) }
      throw CommandFailure(
        status: outcome.status.rawValue,
        Diagnostic("the release is not published as it should be"), isReported: true)
    }
    return outcome
  }

  private func verify(_ state: ReleaseState) async throws {
    try await stage(.verify, doing: "reading from the index") {
      guard let policy = services.policy?.policy else { throw Self.noPolicy }
      let withAttestations = services.authorization.carriesAttestations
      try await StrangerStage(
        project: try ProjectName(state.subject.project), files: state.files,
        verifier: ArtifactVerifier(trusting: services.instance.trustedRoot, policy: policy),
        index: IndexClient(
          simpleURL: services.index.simpleURL, transport: services.transport),
        withAttestations: withAttestations
      ).run()
      let evidence = withAttestations ? ", attestations by the policy" : ""
      return ((), "\(state.files.count) files at the index: digest\(evidence)")
    }
  }

  private func paths(_ state: ReleaseState) -> [String] {
    state.files.map { options.output.appending($0.name).string }
  }

  private func local(_ state: ReleaseState) throws(CommandFailure) -> LocalRelease {
    try LocalRelease(arguments: paths(state))
  }
}
