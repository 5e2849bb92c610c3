// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// What a release in stages has come to: the file `hallmark-release.json` in its folder.
///
/// ```
/// {"schema": "hallmark.release-state/v1",
///  "project": "greeting", "version": "1.0.0", "commit": "0a1b…", "dirty": false,
///  "instance": "https://fulcio.example.org", "index": "https://index.example.org/legacy/",
///  "forge": {"kind": "github", "project": "acme/greeting", "tag": "v1.0.0"},
///  "build": {…}, "files": [{"name": "…", "sha256": "…", "size": 1}],
///  "evidence": [{"name": "…", "sha256": "…", "size": 1}], "finished": ["build", "attest"]}
/// ```
/// `commit` is `null` outside of git, `forge` where none is named; `build` are the facts that
/// provenance tells. The file says where to go on; it is not evidence: whoever goes on compares the
/// files with the digests and verifies the evidence again. Unknown members are errors.
package struct ReleaseState: Hashable, Sendable {
  /// The file's name.
  package static let filename = "hallmark-release.json"
  /// The form's name; its number changes when a member changes its meaning or goes.
  package static let schema = "hallmark.release-state/v1"
  /// Most bytes of the file.
  package static let sizeLimit = 4 << 20
  /// Most files, and most files of evidence.
  package static let fileLimit = 10_000

  /// What is released, from what, and where it goes: a state with another one is of another release.
  package struct Subject: Hashable, Sendable {
    /// The project's name, normalized.
    package var project: String
    /// The version, normalized.
    package var version: String
    /// The commit; `nil` outside of git.
    package var commit: String?
    /// Whether the source was not exactly that of the commit.
    package var isDirty: Bool
    /// The certificate authority of the instance that signs.
    package var instance: String
    /// The upload URL of the index.
    package var index: String
    /// The release at a forge, if one is named.
    package var forge: ForgeReference?

    /// Describes a release.
    package init(
      project: String, version: String, commit: String?, isDirty: Bool, instance: String,
      index: String, forge: ForgeReference?
    ) {
      self.project = project
      self.version = version
      self.commit = commit
      self.isDirty = isDirty
      self.instance = instance
      self.index = index
      self.forge = forge
    }
  }

  /// What is released.
  package var subject: Subject
  /// The facts of the build, as the one who builds writes and reads them.
  package var build: JSONValue
  /// The distributions.
  package var files: [PublicationPlan.LocalFile]
  /// The evidence.
  package var evidence: [PublicationPlan.LocalFile] = []
  /// The stages that are done.
  package var finished: Set<ReleaseStage> = []

  /// Begins a state.
  package init(subject: Subject, build: JSONValue, files: [PublicationPlan.LocalFile]) {
    self.subject = subject
    self.build = build
    self.files = files
  }

  /// Forgets a stage and all that follow.
  package mutating func forget(from stage: ReleaseStage) {
    finished = finished.filter { $0 < stage }
  }
}

extension ReleaseState.Subject {
  /// In what another release differs, in words: what, here, there; empty if it is the same.
  package func differences(
    from other: ReleaseState.Subject
  ) -> [(what: String, here: String, there: String)] {
    func source(_ subject: ReleaseState.Subject) -> String {
      (subject.commit ?? "none") + (subject.isDirty ? ", with uncommitted changes" : "")
    }
    func forge(_ subject: ReleaseState.Subject) -> String {
      subject.forge.map { "\($0.kind.title) \($0.project) \($0.tag)" } ?? "none"
    }
    let all = [
      ("project", project, other.project), ("version", version, other.version),
      ("commit", source(self), source(other)), ("instance", instance, other.instance),
      ("index", index, other.index), ("forge", forge(self), forge(other)),
    ]
    return all.filter { !$0.1.utf8.elementsEqual($0.2.utf8) }
      .map { (what: $0.0, here: $0.1, there: $0.2) }
  }
}
