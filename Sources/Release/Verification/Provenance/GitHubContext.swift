// SPDX-License-Identifier: Apache-2.0

import Encodings

/// What a builder recorded of GitHub's environment, in provenance of either version (slsa-verifier
/// `verifiers/internal/gha/slsaprovenance/common/common.go`).
struct GitHubContext {
  /// The recorded parameters.
  let parameters: JSONObject
  /// Whether names are in upper case, as GitHub has them; the first generators wrote lower case.
  let isUpperCase: Bool

  /// Takes over the recorded environment.
  ///
  /// - Throws: ``ProvenanceReason/invalidDssePayload`` when it is not an object.
  init(_ environment: JSONValue, isUpperCase: Bool) throws(ProvenanceFailure) {
    guard case .object(let parameters) = environment else {
      throw ProvenanceReason.invalidDssePayload.failure("the recorded environment is not an object")
    }
    self.parameters = parameters
    self.isUpperCase = isUpperCase
  }

  /// The ref of the tag that was built; `nil` for a branch.
  func tag() throws(ProvenanceFailure) -> String? {
    try refKind() == .tag ? try text("github_ref") : nil
  }

  /// The ref of the branch that was built, or that the tag was made on; `nil` if nothing tells.
  func branch() throws(ProvenanceFailure) -> String? {
    try refKind() == .branch ? try text("github_ref") : try branchOfTag()
  }

  /// The inputs with which a person started the workflow.
  ///
  /// - Throws: ``ProvenanceReason/mismatchWorkflowInputs`` for any other event,
  ///   ``ProvenanceReason/invalidDssePayload`` when they were not recorded.
  func workflowInputs() throws(ProvenanceFailure) -> JSONObject {
    let event = try text("github_event_name")
    guard event == "workflow_dispatch" else {
      throw ProvenanceReason.mismatchWorkflowInputs.failure(
        "the workflow was started by `\(event)`, which has no inputs")
    }
    guard case .object(let inputs)? = try eventPayload()["inputs"] else {
      throw ProvenanceReason.invalidDssePayload.failure("the workflow's inputs were not recorded")
    }
    return inputs
  }

  private func refKind() throws(ProvenanceFailure) -> GitReference.Kind {
    switch try text("github_ref_type") {
    case "branch": return .branch
    case "tag": return .tag
    case let other:
      throw ProvenanceReason.invalidDssePayload.failure("`\(other)` is not a kind of ref")
    }
  }

  /// The branch that a tag was made on is known only to the event: a push of a lightweight tag or
  /// the release that made the tag.
  private func branchOfTag() throws(ProvenanceFailure) -> String? {
    let base = try text("github_base_ref")
    if !base.isEmpty { return base }
    let event = try text("github_event_name")
    let payload = try eventPayload()
    switch event {
    case "push":
      guard let value = payload["base_ref"] else {
        throw ProvenanceReason.invalidDssePayload.failure("the push has no base ref")
      }
      // It is null for annotated tags.
      if case .string(let ref) = value { return ref }
      return nil
    case "release":
      guard case .object(let release)? = payload["release"],
        case .string(let branch)? = release["target_commitish"]
      else {
        throw ProvenanceReason.invalidDssePayload.failure("the release has no target")
      }
      return "refs/heads/\(branch)"
    default:
      return nil
    }
  }

  private func eventPayload() throws(ProvenanceFailure) -> JSONObject {
    guard case .object(let payload)? = parameters[key("github_event_payload")] else {
      throw ProvenanceReason.invalidDssePayload.failure("the event was not recorded")
    }
    return payload
  }

  private func text(_ name: String) throws(ProvenanceFailure) -> String {
    guard case .string(let text)? = parameters[key(name)] else {
      throw ProvenanceReason.invalidDssePayload.failure("`\(key(name))` was not recorded as text")
    }
    return text
  }

  private func key(_ name: String) -> String { isUpperCase ? name.uppercased() : name }
}
