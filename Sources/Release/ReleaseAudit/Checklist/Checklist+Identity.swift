// SPDX-License-Identifier: Apache-2.0

extension Checklist {
  /// In whose name an index takes files.
  static let identity: [ChecklistItem] = [
    ChecklistItem(
      32, "the index trusts the workflow; there is no long-lived token",
      [.spec8, .template, .talk], [.files]),
    ChecklistItem(
      33, "only jobs that publish or attest may ask for identity tokens", [.spec8, .template],
      [.files]),
    ChecklistItem(34, "no job may ask for an identity token without need", [.spec8], [.files]),
    ChecklistItem(
      64, "a token of an index is a secret of an environment", [.template, .tuf], [.files]),
    ChecklistItem(
      67, "accounts at the index have a second factor", [.template], [.index, .person],
      rest: """
        `hallmark audit --index`; or each owner of the project at the index; pypi.org has asked it \
        of every account since 2024
        """),
    ChecklistItem(
      68, "the index's publisher names repository, workflow and environment",
      [.template, .talk], [.files, .index],
      rest: """
        `hallmark audit --index`: the publisher of the last release; or the page Publishing of the \
        project's settings
        """),
    ChecklistItem(
      69, "the workflow that publishes can be a trusted publisher: it is no reusable one",
      [.template], [.files]),
    ChecklistItem(
      76, "the upload is done by a version that attests", [.talk], [.files]),
    ChecklistItem(77, "attestations are not switched off", [.talk], [.files]),
    ChecklistItem(
      79, "other registries (npm, crates.io, RubyGems) trust the workflow, too", [.talk],
      [.files]),
  ]

  /// What was published, as the index and the files show it.
  static let evidence: [ChecklistItem] = [
    ChecklistItem(
      72, "a rebuild of the tag gives the published bytes", [.template, .tuf],
      [.artifacts, .index], rest: "`hallmark reproduce` on the published files"),
    ChecklistItem(
      78, "each file of the last release has provenance at the index", [.talk], [.index],
      rest: "`hallmark audit --index`"),
    ChecklistItem(
      80, "releases are built by a service, never uploaded by hand", [.tuf], [.files, .index],
      rest: "`hallmark audit --index`"),
    ChecklistItem(
      88, "provenance names the commit of the tag", [.tuf], [.index, .git],
      rest: "`hallmark audit --index`; or `hallmark verify-release --tag TAG`: `attested-commit`"),
    ChecklistItem(
      93, "every wheel has provenance, those added later as well", [.slsa], [.index],
      rest: "`hallmark audit --index`"),
  ]
}
