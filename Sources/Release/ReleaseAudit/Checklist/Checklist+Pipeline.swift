// SPDX-License-Identifier: Apache-2.0

extension Checklist {
  /// The shape of the workflow that publishes.
  static let pipeline: [ChecklistItem] = [
    ChecklistItem(
      3, "publishing starts by an intentional act", [.spec8], [.files]),
    ChecklistItem(
      9, "each workflow takes the token's permissions away before its jobs", [.spec8], [.files]),
    ChecklistItem(
      11, "permissions beyond reading are given to single jobs", [.spec8, .template], [.files]),
    ChecklistItem(
      12, "each job has the permissions that its steps need, and no others", [.spec8], [.files]),
    ChecklistItem(
      15, "jobs that publish run in a named environment", [.spec8, .template, .tuf], [.files]),
    ChecklistItem(18, "actions are pinned by full commit hashes", [.spec8], [.files]),
    ChecklistItem(19, "no pin is an abbreviated hash", [.spec8], [.files]),
    ChecklistItem(20, "each pin names its version in a comment", [.spec8], [.files]),
    ChecklistItem(
      21, "each pin is the commit of the version that its comment names", [.spec8],
      [.files, .forge],
      rest: "`hallmark pins update` and `hallmark pins check`, which ask the actions' repositories"),
    ChecklistItem(
      22, "the SLSA generator is used by a version tag, never by a hash", [.slsa, .template],
      [.files]),
    ChecklistItem(
      26, "the release workflow makes provenance", [.spec8, .tuf, .slsa], [.files]),
    ChecklistItem(27, "what is attested is what is published", [.spec8], [.files]),
    ChecklistItem(28, "jobs that attest have the permissions for it", [.spec8], [.files]),
    ChecklistItem(29, "attestations are verified before anything is published", [.spec8], [.files]),
    ChecklistItem(
      30, "that verification names the workflow that must have signed", [.spec8, .slsa], [.files]),
    ChecklistItem(
      31, "publishing waits for building and attesting; the index comes last", [.spec8, .slsa],
      [.files]),
    ChecklistItem(35, "the upload prints the hashes of its files", [.spec8], [.files]),
    ChecklistItem(
      36, "runs that publish do not overlap, and none is cut off", [.spec8], [.files]),
    ChecklistItem(
      37, "files are built in another job than the one that publishes", [.spec8, .tuf], [.files]),
    ChecklistItem(39, "the same holds for GitLab and other CI systems", [.spec8], [.files]),
    ChecklistItem(
      71, "builds take their time from the commit (SOURCE_DATE_EPOCH)", [.template], [.files]),
    ChecklistItem(
      73, "the files are attached to the forge's release", [.template, .slsa], [.files]),
    ChecklistItem(
      75, "provenance is attached to the forge's release", [.template, .slsa], [.files]),
    ChecklistItem(81, "the build is one scripted command", [.tuf], [.files]),
    ChecklistItem(83, "CI checks the tag's signature before it builds", [.tuf], [.files]),
    ChecklistItem(
      84, "CI compares its files with an independent build before it publishes", [.tuf],
      [.files]),
    ChecklistItem(
      85, "after publishing, the index's bytes are compared with CI's", [.tuf], [.files]),
    ChecklistItem(
      86, "the forge's release and the index get the files together or not at all", [.tuf],
      [.files]),
    ChecklistItem(89, "the build job gives the hash of each file as an output", [.slsa], [.files]),
    ChecklistItem(
      90, "the generator's inputs are outputs that exist", [.slsa], [.files]),
    ChecklistItem(
      91, "the generator's job has exactly the permissions it needs", [.slsa], [.files]),
    ChecklistItem(
      94, "late wheels come from the same attested workflow, started by hand", [.slsa], [.files]),
    ChecklistItem(95, "files go from job to job under exact names", [.slsa], [.files]),
  ]
}
