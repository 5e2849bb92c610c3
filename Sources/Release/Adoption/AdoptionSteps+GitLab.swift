// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import ReleaseAudit
import SourceText

extension AdoptionSteps {
  /// Refuses where the digest of an image is not known that the release needs.
  static func checkImages(_ facts: AdoptionFacts) throws(AdoptionRefusal) {
    guard GitLabRelease(facts, stage: "") == nil else { return }
    throw AdoptionRefusal(problems: [
      .init(
        "no digest of an image for Python \(facts.pythonOfReleases) is known",
        help: "allow a newer version in `requires-python`, such as 3.13")
    ])
  }

  /// Names images of the pipeline by their digests, where these are known.
  static func pinImages(_ draft: inout AdoptionDraft) {
    let untouched = draft.untouched
    var edits: [String: [SourceEdit]] = [:]
    var unknown: Set<String> = []
    for image in GitLabOutline(draft.project).images where !untouched.contains(image.path) {
      guard let pinned = KnownImages.pinned(image.name),
        let bytes = draft.project.files[image.path]?.bytes,
        let place = bytes[image.span].firstRange(of: image.name.utf8)
      else {
        unknown.insert(image.name)
        continue
      }
      let digest = pinned.dropFirst(image.name.count)
      edits[image.path, default: []].append(SourceEdit(at: place.upperBound, String(digest)))
    }
    for (path, edits) in edits {
      guard let after = draft.project.files[path].flatMap({ edits.applied(to: $0.bytes) }) else {
        continue
      }
      draft.write(path, bytes: after, "images by their digests, as known on \(KnownImages.date)")
    }
    for name in unknown.sorted() {
      draft.notes.append(
        "no digest of the image `\(name)` is known here: write `\(name)@sha256:…`, which "
          + "`docker buildx imagetools inspect \(name)` shows")
    }
  }

  /// Writes the jobs that release, where there are none, or where repairs do not make those that are
  /// there hold.
  ///
  /// - Returns: Whether the pipeline then holds.
  static func writeGitLabRelease(_ draft: inout AdoptionDraft, _ facts: AdoptionFacts) -> Bool {
    let outline = GitLabOutline(draft.project)
    let path = GitLabRelease.path
    let publishing = outline.publishers
    if publishing.isEmpty && NativeBuild.isLikely(facts, draft.project) {
      draft.notes.append(
        "wheels of this project depend on the platform, so no release jobs are written for it")
      return false
    }
    if let other = GitLabRelease.names.first(where: { outline.names[$0] ?? path != path }) {
      draft.notes.append(
        "`\(outline.names[other] ?? "")` has something of the name `\(other)`, which the release "
          + "needs: give it another name, then run again")
      return false
    }
    var next = draft
    guard let stage = stage(outline, &next),
      let text = GitLabRelease(facts, stage: stage, of: draft.project)?.text
    else {
      draft.notes.append(
        "the stages of the pipeline stand in what it includes from elsewhere: write `stages:` into "
          + "`\(GitLabOutline.entrance)`, then run again")
      return false
    }
    let reason = "the jobs that make releases"
    let others = publishing.filter { $0.path != path }
    let isUntouched = draft.untouched.contains(path)
    let isForeign = draft.isForeign(path, text)
    if !isForeign, others.isEmpty, publishing.isEmpty || isUntouched {
      next.place(path, text, reason)
      guard include(&next, facts) else {
        draft.notes.append(
          "`include:` of `\(GitLabOutline.entrance)` cannot be edited as it is written: add "
            + "`- local: \(path)` by hand, then run again")
        return false
      }
      guard holdsRelease(next) else {
        draft.notes.append(unread(path))
        return false
      }
      draft = next
      noteRunners(&draft, outline)
      return true
    }
    let failing = failingRules(draft.project)
    guard publishing.isEmpty || !failing.isEmpty else {
      draft.place(path, text, reason, isWanted: false)
      return true
    }
    if isForeign {
      draft.notes.append(
        "`\(path)` is there and is not of `hallmark adopt`, and the release needs that name: move "
          + "what is in it to another file, then run again")
      return false
    }
    let open = "`hallmark audit` says what stays open there (\(failing.joined(separator: ", ")))"
    if NativeBuild.isLikely(facts, draft.project) {
      draft.notes.append(
        "wheels of this project depend on the platform, so its release jobs are not replaced; "
          + open)
      return false
    }
    if let kept = others.first(where: { $0.obstacle != nil }) {
      draft.notes.append(
        "the job `\(kept.job)` of `\(kept.path)` cannot be taken out, because "
          + "\(kept.obstacle ?? ""); take it out by hand, then run again: \(open)")
      return false
    }
    next.storedTokens = outline.storedTokens(draft.project)
    if next.storedTokens.isEmpty, let job = others.first(where: { !$0.hasIdentity }) {
      next.storedTokens = [
        "those that `\(job.job)` used: TWINE_PASSWORD, UV_PUBLISH_TOKEN or others"
      ]
    }
    guard include(&next, facts), takeOut(others, &next) else {
      let places = Set(others.map(\.path) + [GitLabOutline.entrance]).sorted()
        .map { "`\($0)`" }.joined(separator: ", ")
      draft.notes.append(
        "the release jobs cannot be replaced in \(places) as written; take "
          + "\(others.map { "`\($0.job)`" }.joined(separator: ", ")) out and include "
          + "`\(path)` by hand, then run again: \(open)")
      return false
    }
    next.place(path, text, others.isEmpty ? "replaced" : reason, isForced: true)
    guard holdsRelease(next) else {
      draft.notes.append(unread(path))
      return false
    }
    draft = next
    noteRunners(&draft, outline)
    return true
  }

  // Whether the jobs of the release are a part of the pipeline.
  private static func holdsRelease(_ draft: AdoptionDraft) -> Bool {
    GitLabOutline(draft.project).publishers.contains { $0.path == GitLabRelease.path }
  }

  private static func unread(_ path: String) -> String {
    "no job of `\(path)` publishes, as the pipeline is written: delete that file or write its jobs "
      + "by hand, then run again"
  }

  private static func noteRunners(_ draft: inout AdoptionDraft, _ outline: GitLabOutline) {
    guard let path = outline.tagged.first else { return }
    draft.notes.append(
      "the jobs of `\(GitLabRelease.path)` do not inherit `default: tags` of `\(path)`: let "
        + "runners take jobs without tags")
  }

  /// Says which workflows at GitHub publish, too.
  static func noteOthers(_ draft: inout AdoptionDraft) {
    for path in Set(ReleaseOutline(draft.project).publishers.map(\.path)).sorted() {
      draft.notes.append(
        "`\(path)` publishes at GitHub, too: take its Trusted Publisher away at PyPI, and its jobs "
          + "out, when releases are made at GitLab")
    }
  }

  // The stage of the release: one that is meant for it, or a new one behind all that is there, so
  // that tests come first; nil where the stages are not known.
  private static func stage(_ outline: GitLabOutline, _ draft: inout AdoptionDraft) -> String? {
    guard let stages = outline.stages(without: GitLabRelease.path) else { return nil }
    let names = ["release", "publish", "deploy", "upload", "pypi"]
    if let found = stages.last(where: { names.contains($0) }),
      !outline.hasJobs(after: found, without: GitLabRelease.path)
    {
      return found
    }
    let new = ["release", "publish", "upload", "pypi"].first { !stages.contains($0) } ?? "release"
    let entrance = GitLabOutline.entrance
    if let bytes = draft.project.files[entrance]?.bytes,
      let document = try? YAMLDocument(parsing: bytes), let list = document.root["stages"],
      let edits = try? document.inserting(.scalar(new), intoList: list),
      let after = edits.applied(to: bytes)
    {
      draft.write(entrance, bytes: after, "includes the release")
      return new
    }
    return stages.last.flatMap { SafeName.isEnvironment($0) ? $0 : nil }
  }

  // Rules on the release jobs of any pipeline.
  private static let ofReleases = [
    "pipeline-requirements", "pipeline-backend", "pipeline-print-hash",
    "pipeline-independent-build", "pipeline-unbound-verification", "pipeline-token-scope",
  ]

  // The rules on publishing jobs that find something.
  private static func failingRules(_ project: AuditedProject) -> [String] {
    AuditRules.all.map { $0.description.id }.filter { id in
      (id.hasPrefix("gitlab-") || ofReleases.contains(id)) && !findings(id, project).isEmpty
    }
  }

  /// Lets pipelines begin with the jobs of the release among others.
  private static func include(_ draft: inout AdoptionDraft, _ facts: AdoptionFacts) -> Bool {
    let entrance = GitLabOutline.entrance
    let text = GitLabPipelineFile(facts: facts, tests: lockedTests(draft.project)).text
    let reason = "builds and tests every change, and includes the release"
    guard let file = draft.project.files[entrance] else {
      let tested = Set(facts.python.testedImages.map(\.version))
      for version in facts.python.tested where !tested.contains(version) {
        draft.notes.append(
          "no job tests with Python \(version), because no digest of an image for it is known")
      }
      draft.place(entrance, text, reason)
      return true
    }
    draft.place(entrance, text, reason, isWanted: false)
    guard !GitLabOutline(draft.project).files.contains(GitLabRelease.path) else { return true }
    let item: YAMLFragment = ["local": .scalar(GitLabRelease.path)]
    do {
      let document = try YAMLDocument(parsing: file.bytes)
      let root = document.root
      let edits: [SourceEdit]
      if let list = root["include"], list.items != nil {
        // Where the file is named already, it only is missing.
        if namesRelease(list.items ?? []) { return true }
        edits = try document.inserting(item, intoList: list)
      } else if let node = root["include"], !node.isNull {
        if namesRelease([node]) { return true }
        guard let local = node.string ?? node["local"]?.string, !local.contains("://"),
          node.entries?.count ?? 1 == 1
        else { return false }
        edits = try document.replacing(
          valueOf: "include", in: root, with: .sequence([["local": .scalar(local)], item]))
      } else if root["include"] == nil {
        edits = try document.inserting("include", .sequence([item]), into: root, at: .first)
      } else {
        return false
      }
      guard let bytes = edits.applied(to: file.bytes) else { return false }
      draft.write(entrance, bytes: bytes, "includes the release")
      return true
    } catch {
      return false
    }
  }

  private static func namesRelease(_ nodes: [YAMLNode]) -> Bool {
    nodes.contains { node in
      let path = node.string ?? node["local"]?.string
      return path == GitLabRelease.path || path == "/" + GitLabRelease.path
    }
  }

  /// Takes jobs out of their files, with what only they used of the pipeline's variables.
  private static func takeOut(
    _ jobs: [GitLabOutline.Publisher], _ draft: inout AdoptionDraft
  ) -> Bool {
    do {
      for job in jobs {
        guard let bytes = draft.project.files[job.path]?.bytes else { return false }
        let document = try YAMLDocument(parsing: bytes)
        guard let after = try document.removing(job.job, from: document.root).applied(to: bytes)
        else { return false }
        draft.write(job.path, bytes: after, "publishing gives way to the release that it includes")
        draft.notes.append(
          "the job `\(job.job)` of `\(job.path)` gives way to `release-publish` of "
            + "`\(GitLabRelease.path)`")
      }
      let outline = GitLabOutline(draft.project)
      guard !outline.uploads else { return true }
      let mayBeUsed = outline.hasUnreadScripts(without: GitLabRelease.path)
      for path in Set(jobs.map(\.path)).sorted() {
        for name in ["TWINE_PASSWORD", "TWINE_USERNAME"] {
          try removeVariable(name, of: path, &draft, mayBeUsed: mayBeUsed)
        }
      }
      return true
    } catch {
      return false
    }
  }

  private static func removeVariable(
    _ name: String, of path: String, _ draft: inout AdoptionDraft, mayBeUsed: Bool
  ) throws {
    guard let bytes = draft.project.files[path]?.bytes else { return }
    let document = try YAMLDocument(parsing: bytes)
    guard let list = document.root["variables"], list.entry(name) != nil else { return }
    if mayBeUsed {
      draft.storedTokens.append("`\(name)` in `variables:` of `\(path)`, unless other jobs use it")
      return
    }
    let edits =
      list.entries?.count == 1
      ? try document.removing("variables", from: document.root)
      : try document.removing(name, from: list)
    guard let after = edits.applied(to: bytes) else { return }
    draft.write(path, bytes: after, "publishing gives way to the release that it includes")
  }

  /// The requirements file of the tests, where it is locked and has what builds and tests.
  static func lockedTests(_ project: AuditedProject) -> String? {
    let tests = "requirements/test.txt"
    let locked = project.files[tests]?.bytes ?? []
    let isLocked = ["--hash=sha256:", "\npytest==", "\nbuild=="].allSatisfy {
      locked.firstRange(of: $0.utf8) != nil
    }
    return isLocked ? tests : nil
  }
}
