// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import ReleaseAudit

/// The part of a GitLab pipeline that makes releases.
///
/// It is a file of its own, which `.gitlab-ci.yml` includes: PyPI looks at the file that pipelines
/// begin with, so the Trusted Publisher names that one. One job builds, another builds again and
/// compares, one attests, one verifies what was attested, one publishes in an environment when
/// somebody starts it; afterwards what the index serves is compared.
struct GitLabRelease {
  /// Its path.
  static let path = ".gitlab/release.gitlab-ci.yml"

  /// The names of its jobs and of their template.
  static let names = [
    ".release", "release-build", "release-rebuild", "release-attest", "release-verify",
    "release-publish", "release-compare",
  ]

  let facts: AdoptionFacts
  /// The stage of all its jobs; `needs` orders them, and earlier stages come first.
  let stage: String
  /// The image that builds, with git and with its digest.
  let builder: String
  /// The image of all other jobs, with its digest.
  let tools: String

  /// What `GIT_SUBMODULE_STRATEGY` says; nil where there are no submodules.
  var submodules: String?

  /// The image with which everything is done that does not build.
  static let toolsImage = "python:3.13-slim"
  /// Its version of Python.
  package static let toolsPython = "3.13"
  /// The requirements of the tools.
  static let toolRequirements = ["pypi-attestations", "twine>=6.1"]

  /// Describes it for a project, whose submodules it takes.
  init?(_ facts: AdoptionFacts, stage: String, of project: AuditedProject) {
    self.init(facts, stage: stage)
    let values = ["none", "normal", "recursive"]
    if let written = GitLabOutline(project).submodules, values.contains(written) {
      submodules = written
    } else if project.files[".gitmodules"] != nil {
      submodules = "recursive"
    }
  }

  /// Describes it; nil where the digest of an image is not known.
  init?(_ facts: AdoptionFacts, stage: String) {
    guard let builder = facts.python.imageOfReleases,
      let tools = KnownImages.pinned(Self.toolsImage)
    else { return nil }
    self.facts = facts
    self.stage = stage
    self.builder = builder
    self.tools = tools
  }

  /// Who signs, as certificates name it: the file that the pipeline begins with, at the tag.
  var identity: String {
    "\(facts.repository.url)//\(facts.workflow)@refs/tags/$CI_COMMIT_TAG"
  }

  /// The condition of a release, for `if:`.
  var condition: String {
    facts.tagPattern == "v*" ? "$CI_COMMIT_TAG =~ /^v[0-9]/" : "$CI_COMMIT_TAG =~ /^[0-9]/"
  }

  /// The text of the file.
  var text: String {
    [head, build, rebuild, attest, verify, publish, compare].joined(separator: "\n")
  }

  private var head: String {
    """
    # Makes a release of \(facts.name): builds, attests and verifies, then publishes
    # when somebody starts that job. `hallmark adopt` wrote this file;
    # RELEASING.md says how a release is made.

    # Nothing of what other jobs share gets into these, and none is cut off by a later pipeline.
    .release:
      stage: \(stage)
      inherit:
        default: false
        variables: false
      before_script: []
      interruptible: false
      timeout: 30 minutes
      variables:
        GIT_STRATEGY: clone
        GIT_DEPTH: "\(facts.takesVersionFromGit ? 0 : 1)"\
    \(submodules.map { "\n    GIT_SUBMODULE_STRATEGY: \($0)" } ?? "")
      rules:
        - if: \(condition)

    """
  }

  // A script of one block: a line that fails ends the job.
  private func script(_ lines: String) -> String {
    "  script:\n    - |\n"
      + lines.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "\n" : "      \($0)\n" }.joined()
  }

  private func job(
    _ name: String, _ comment: String, image: String, needs: [String] = [], _ rest: String = ""
  ) -> String {
    let waits = needs.isEmpty ? "" : "  needs:\n" + needs.map { "    - \($0)\n" }.joined()
    return "# \(comment)\n\(name):\n  extends: .release\n  image: \(image)\n" + waits + rest
  }

  private static let install =
    "python -m pip install --no-cache-dir --require-hashes --only-binary :all:"

  private var building: String {
    """
    SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)
    export SOURCE_DATE_EPOCH
    \(Self.install) -r \(facts.requirementsStem).txt
    python -m build --no-isolation
    """
  }

  private func withTools(_ lines: String) -> String {
    """
    (cd dist && sha256sum --check --strict ../SHA256SUMS)
    \(Self.install) -r \(facts.toolsStem).txt
    \(lines)
    """
  }

  private var build: String {
    job(
      "release-build", "Refuses what is no tag of an allowed signer, and builds with locked tools.",
      image: builder,
      "  # No file of an earlier job gets into the release.\n  dependencies: []\n"
        + script(
          """
          # Who may sign is what the default branch says, not the tag itself.
          signers=$(mktemp)
          git fetch\(facts.takesVersionFromGit ? "" : " --depth 1") origin "$CI_DEFAULT_BRANCH"
          git show FETCH_HEAD:\(facts.signers) > "$signers"
          git -c gpg.ssh.allowedSignersFile="$signers" verify-tag "$CI_COMMIT_TAG"
          \(building)
          (cd dist && sha256sum -- * | tee ../SHA256SUMS)
          """)
          + """
            artifacts:
              paths:
                - dist/
                - SHA256SUMS
              expire_in: 4 weeks

          """)
  }

  private var rebuild: String {
    job(
      "release-rebuild", "Builds again and compares: names, wheels, and what the sdist holds.",
      image: builder, needs: ["release-build"],
      script(
        """
        # What is built must not see what was built.
        first=$(mktemp -d)
        mv dist SHA256SUMS "$first"
        \(building)
        (cd "$first/dist" && ls) > "$first/names"
        (cd dist && ls) | diff "$first/names" -
        mkdir "$first/one" "$first/two"
        for file in dist/*.tar.gz; do
          tar -xzf "$first/$file" -C "$first/one"
          tar -xzf "$file" -C "$first/two"
        done
        diff -r "$first/one" "$first/two"
        for file in dist/*.whl; do
          cmp "$first/$file" "$file"
        done
        """))
  }

  private var attest: String {
    job(
      "release-attest", "Signs for each file that this pipeline made it (PEP 740).",
      image: tools, needs: ["release-build"],
      """
        id_tokens:
          SIGSTORE_ID_TOKEN:
            aud: sigstore

      """
        + script(withTools("python -m pypi_attestations sign dist/*.tar.gz dist/*.whl"))
          + """
            artifacts:
              paths:
                - dist/
              expire_in: 4 weeks

          """)
  }

  private var verify: String {
    job(
      "release-verify", "Verifies that this pipeline made these files from this tag.",
      image: tools, needs: ["release-build", "release-attest"],
      script(
        withTools(
          """
          python -m pypi_attestations verify attestation \\
            --identity "\(identity)" \\
            dist/*.tar.gz dist/*.whl
          """)))
  }

  private var publish: String {
    let start = "  rules:\n    - if: \(condition)\n      when: manual\n"
    return job(
      "release-publish", "Publishes as a Trusted Publisher; no other job runs in the environment.",
      image: tools,
      needs: ["release-build", "release-rebuild", "release-attest", "release-verify"],
      start
        + """
          environment:
            name: \(facts.environment)
            url: https://pypi.org/project/\(facts.name.normalized)/
          resource_group: release
          id_tokens:
            PYPI_ID_TOKEN:
              aud: pypi

        """
        + script(
          "# A stored token would be taken before the identity, and a stored address before PyPI's.\n"
            + "unset TWINE_USERNAME TWINE_PASSWORD TWINE_REPOSITORY TWINE_REPOSITORY_URL\n"
            + withTools(
              "cat SHA256SUMS\n"
                + "python -m twine upload --non-interactive --disable-progress-bar \\\n"
                + "  --attestations dist/*")))
  }

  private var compare: String {
    job(
      "release-compare", "Compares what PyPI serves with what was built.",
      image: tools, needs: ["release-build", "release-publish"],
      script(
        """
        python - <<'END'
        import json, os, time, urllib.request

        def fetch(url):
            kind = "application/vnd.pypi.simple.v1+json"
            request = urllib.request.Request(url, headers={"Accept": kind})
            return urllib.request.urlopen(request, timeout=60).read()

        wanted = set(os.listdir("dist"))
        served = {}
        for pause in (0, 10, 20, 30, 60, 120, 240):
            time.sleep(pause)
            try:
                index = json.loads(fetch("https://pypi.org/simple/\(facts.name.normalized)/"))
            except OSError:
                continue
            served = {file["filename"]: file["url"] for file in index["files"]}
            if wanted <= set(served):
                break
        os.mkdir("served")
        for name in wanted & set(served):
            with open(f"served/{name}", "wb") as file:
                file.write(fetch(served[name]))
        END
        diff -r dist served
        """))
  }
}
