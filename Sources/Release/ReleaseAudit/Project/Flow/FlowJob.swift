// SPDX-License-Identifier: Apache-2.0

package import Workflows

/// A job of a project's workflows and what it does for a release.
///
/// It never changes; it is an object because rules hand it on often.
package final class FlowJob: Sendable {
  /// A job's place in a project.
  package struct Reference: Hashable, Sendable {
    /// The workflow's path.
    package let path: String
    /// The job's key.
    package let job: String

    /// Names a job.
    package init(path: String, job: String) {
      self.path = path
      self.job = job
    }
  }

  /// The workflow's path.
  package let path: String
  /// The job.
  package let job: Job
  /// The workflow.
  package let workflow: Workflow
  /// What it does for a release, in the order of its steps; also through actions and workflows of
  /// the same repository.
  package let sites: [RoleSite]
  /// The artifacts that it stores.
  package let uploads: [ArtifactTransfer]
  /// The artifacts that it fetches.
  package let downloads: [ArtifactTransfer]
  /// The path of the workflow of the same repository that it calls, if that is there.
  package let called: String?

  /// Describes a job.
  init(
    path: String, job: Job, workflow: Workflow, sites: [RoleSite], uploads: [ArtifactTransfer],
    downloads: [ArtifactTransfer], called: String?
  ) {
    self.path = path
    self.job = job
    self.workflow = workflow
    self.sites = sites
    self.uploads = uploads
    self.downloads = downloads
    self.called = called
  }

  /// Its place in the project.
  package var reference: Reference { Reference(path: path, job: job.id.value) }

  /// Where it publishes.
  package var publications: [RoleSite] { sites.filter { $0.target != nil } }

  /// Whether it publishes itself, not by a workflow that it calls.
  package var isPublisher: Bool { called == nil && !publications.isEmpty }

  /// Whether it publishes to a target.
  package func publishes(to target: ReleaseRole.Target) -> Bool {
    sites.contains { $0.role == .publish(target) }
  }

  /// Whether it builds something.
  package var builds: Bool {
    sites.contains { if case .build = $0.role { true } else { false } }
  }

  /// Whether it attests or signs something.
  package var attests: Bool {
    sites.contains { if case .attest = $0.role { true } else { false } }
  }

  /// Whether it verifies attestations or signatures of files.
  package var verifies: Bool { sites.contains { $0.role == .verify(.attestation) } }

  /// The rights that are written for it: its own or its workflow's; nil where neither says.
  package var permissions: Permissions? { workflow.permissions(of: job) }
}
