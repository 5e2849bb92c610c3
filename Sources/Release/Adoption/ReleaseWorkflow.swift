// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import ReleaseAudit

/// The workflow that makes releases at GitHub.
///
/// One job builds without any right, another builds again elsewhere and compares, one attests, one
/// verifies what was attested, one publishes in an environment that somebody approves; afterwards
/// what the index serves is compared, and the release gets the files with their provenance.
struct ReleaseWorkflow {
  let facts: AdoptionFacts
  let pins: PinnedActions

  /// The text of the file.
  var text: String {
    [
      head, build, rebuild, attest, verify, publish, compare, announce,
    ].joined(separator: "\n")
  }

  private var trigger: String {
    facts.profile == .template
      ? "  push:\n    tags: [\"\(facts.tagPattern)\"]" : "  workflow_dispatch:"
  }

  private var head: String {
    """
    # Makes a release of \(facts.name): builds, attests and verifies, then publishes when somebody has
    # approved it. `hallmark adopt` wrote this file; RELEASING.md says how a release is made.
    name: Release

    on:
    \(trigger)

    permissions: {}

    # A release that has begun is never cut off by the next one.
    concurrency:
      group: release
      cancel-in-progress: false

    jobs:

    """
  }

  private func job(
    _ id: String, _ name: String, needs: [String] = [], runner: String = "ubuntu-24.04",
    minutes: Int = 15, _ rest: String
  ) -> String {
    let waits =
      switch needs.count {
      case 0: ""
      case 1: "\n    needs: \(needs[0])"
      default: "\n    needs: [\(needs.joined(separator: ", "))]"
      }
    let lines =
      [
        "\(id):", "  name: \(name)\(waits)", "  runs-on: \(runner)",
        "  timeout-minutes: \(minutes)",
      ]
      + rest.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    return lines.map { "  " + $0 + "\n" }.joined()
  }

  private var checkout: String {
    """
    - uses: \(pins["actions/checkout"])
      with:
        persist-credentials: false\(facts.takesVersionFromGit ? "\n    fetch-depth: 0" : "")
    """
  }

  private var python: String {
    """
    - uses: \(pins["actions/setup-python"])
      with:
        python-version: "\(facts.python.ofReleases)"
    """
  }

  private func building(_ options: String) -> String {
    """
    - name: Build with the time of the commit and locked requirements
      run: |
        SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)
        export SOURCE_DATE_EPOCH
        python -m pip install --require-hashes --only-binary :all: -r \(facts.requirementsStem).txt
        python -m build --no-isolation\(options)
    """
  }

  private func download(_ name: String) -> String {
    """
    - uses: \(pins["actions/download-artifact"])
      with:
        name: \(name)
        path: \(name)
    """
  }

  private func upload(_ name: String) -> String {
    """
    - uses: \(pins["actions/upload-artifact"])
      with:
        name: \(name)
        path: \(name)/
        if-no-files-found: error
        retention-days: 5
    """
  }

  private func steps(_ steps: [String]) -> String {
    "steps:\n"
      + steps.map { step in
        step.split(separator: "\n", omittingEmptySubsequences: false)
          .map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n")
      }.joined(separator: "\n")
  }

  private var build: String {
    let tag = """
      - name: Check that an allowed signer made the tag
        run: |
          if [ "$GITHUB_REF_TYPE" != tag ]; then
            echo "::error::a release is made from a tag; start the run with one as its ref"
            exit 1
          fi
          git -c gpg.ssh.allowedSignersFile=\(facts.signers) verify-tag "$GITHUB_REF_NAME"
      """
    let hashes = """
      - name: Give the hashes to the jobs that follow
        id: hash
        run: |
          cd dist
          echo "hashes=$(sha256sum -- * | base64 -w0)" >> "$GITHUB_OUTPUT"
      """
    return job(
      "build", "Build", minutes: 30,
      """
      permissions:
        contents: read # to check out
      outputs:
        hashes: ${{ steps.hash.outputs.hashes }}
      \(steps([checkout, tag, python, building(""), hashes, upload("dist")]))
      """)
  }

  private var rebuild: String {
    let compare = """
      - name: Compare names, wheels, and what the source distribution holds
        run: |
          (cd dist && ls) > first.txt
          (cd again && ls) > second.txt
          diff first.txt second.txt
          mkdir one two
          for file in dist/*.tar.gz; do
            tar -xzf "$file" -C one
            tar -xzf "again/${file#dist/}" -C two
          done
          diff -r one two
          for file in dist/*.whl; do
            cmp "$file" "again/${file#dist/}"
          done
      """
    return job(
      "rebuild", "Build again and compare", needs: ["build"], runner: "ubuntu-22.04", minutes: 30,
      """
      permissions:
        contents: read # to check out
      \(steps([checkout, python, building(" --outdir again"), download("dist"), compare]))
      """)
  }

  private var attest: String {
    let check = """
      - name: Check the hashes of the build
        env:
          HASHES: ${{ needs.build.outputs.hashes }}
        run: |
          cd dist
          echo "$HASHES" | base64 -d > ../hashes.txt
          sha256sum --check --strict ../hashes.txt
      """
    let attest = """
      - uses: \(pins["actions/attest"])
        id: attest
        with:
          subject-path: dist/*
      """
    let keep = """
      - name: Keep the provenance
        env:
          BUNDLE: ${{ steps.attest.outputs.bundle-path }}
        run: |
          mkdir provenance
          cp "$BUNDLE" provenance/provenance.sigstore.json
      """
    return job(
      "attest", "Attest", needs: ["build"],
      """
      permissions:
        id-token: write # to sign
        attestations: write # to store what was signed
      \(steps([download("dist"), check, attest, keep, upload("provenance")]))
      """)
  }

  private var verify: String {
    let verify = """
      - name: Verify that this workflow made the files from this tag and commit
        env:
          GH_TOKEN: ${{ github.token }}
        run: |
          for file in dist/*; do
            gh attestation verify "$file" \\
              --bundle provenance/provenance.sigstore.json \\
              --repo "$GITHUB_REPOSITORY" \\
              --signer-workflow "$GITHUB_REPOSITORY/\(facts.workflow)" \\
              --source-ref "$GITHUB_REF" --source-digest "$GITHUB_SHA" \\
              --deny-self-hosted-runners
          done
      """
    return job(
      "verify", "Verify", needs: ["attest"],
      """
      permissions:
        attestations: read # to read what was signed
      \(steps([download("dist"), download("provenance"), verify]))
      """)
  }

  private var publish: String {
    let publish = """
      - uses: \(pins["pypa/gh-action-pypi-publish"])
        with:
          packages-dir: dist
          print-hash: true
      """
    return job(
      "publish", "Publish", needs: ["build", "rebuild", "attest", "verify"],
      """
      environment:
        name: \(facts.environment)
        url: https://pypi.org/project/\(facts.name.normalized)/
      permissions:
        id-token: write # to publish as a Trusted Publisher
      \(steps([download("dist"), publish]))
      """)
  }

  private var compare: String {
    let compare = """
      - name: Compare what PyPI serves with what was built
        run: |
          mkdir served
          for file in dist/*; do
            name=${file#dist/}
            url=
            for pause in 0 10 20 30 60 120 240; do
              sleep "$pause"
              curl -fsSL -H 'Accept: application/vnd.pypi.simple.v1+json' \\
                -o index.json https://pypi.org/simple/\(facts.name.normalized)/ || continue
              url=$(jq -r --arg name "$name" \\
                '.files[] | select(.filename == $name) | .url' index.json)
              if [ -n "$url" ]; then break; fi
            done
            curl -fsSL -o "served/$name" "$url"
          done
          diff -r dist served
      """
    return job(
      "compare", "Compare with the index", needs: ["publish"], minutes: 30,
      """
      permissions: {}
      \(steps([download("dist"), compare]))
      """)
  }

  private var announce: String {
    let release = """
      - name: Release the files with their provenance
        env:
          GH_TOKEN: ${{ github.token }}
        run: |
          for file in dist/*; do
            cp provenance/provenance.sigstore.json "$file.sigstore.json"
          done
          gh release create "$GITHUB_REF_NAME" --repo "$GITHUB_REPOSITORY" \\
            --verify-tag --generate-notes --title "$GITHUB_REF_NAME" dist/*
      """
    return job(
      "github-release", "Release on GitHub", needs: ["publish", "compare"],
      """
      permissions:
        contents: write # to make the release
      \(steps([download("dist"), download("provenance"), release]))
      """)
  }
}

/// Actions as `uses:` names them: with their commit, and the version in a comment.
struct PinnedActions {
  private let pins: ActionPins

  /// Takes what is known; where the project's own file knows a newer version, it is that.
  init(_ own: ActionPins?) {
    pins = ActionPins(KnownActions.pins.pins + (own?.pins ?? []))
  }

  /// The actions that workflows written here use, with those of which no commit is known.
  static let used = [
    "actions/attest", "actions/checkout", "actions/download-artifact", "actions/setup-python",
    "actions/upload-artifact", "github/codeql-action", "ossf/scorecard-action",
    "pypa/gh-action-pypi-publish",
  ]

  /// The newest known pin of an action.
  func newest(_ action: String) -> ActionPins.Pin? { KnownActions.newest(action, in: pins) }

  /// The text behind `uses:`.
  subscript(_ action: String) -> String {
    let parts = action.split(separator: "/")
    let repository = parts.prefix(2).joined(separator: "/")
    guard let pin = newest(repository) else { return action }
    return "\(action)@\(pin.commit) # \(pin.tag)"
  }
}
