// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit

/// The file that GitLab's pipelines begin with, where there is none.
struct GitLabPipelineFile {
  let facts: AdoptionFacts
  /// The requirements file of the tests, where they are known.
  var tests: String?

  /// The text of the file.
  var text: String {
    let requirements = tests ?? facts.requirementsStem + ".txt"
    let images = facts.python.testedImages.filter {
      tests != nil || $0.version == facts.python.ofReleases
    }
    let test = tests == nil ? "" : "\n      python -m pytest"
    let jobs = images.map { version, image in
      "\ntest-\(version):\n  extends: .test\n  image: \(image)\n"
    }.joined()
    return """
      # Builds and installs every change as a release would be; tags make releases, by the file that
      # is included.
      include:
        - local: \(GitLabRelease.path)

      .test:
        stage: test
        interruptible: true
        timeout: 15 minutes
        rules:
          - if: $CI_PIPELINE_SOURCE == "merge_request_event"
          - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
          - if: $CI_COMMIT_TAG
        script:
          - |
            SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)
            export SOURCE_DATE_EPOCH
            python -m pip install --require-hashes --only-binary :all: -r \(requirements)
            python -m build --no-isolation
            python -m pip install --no-deps dist/*.whl\(test)
      \(jobs)
      """
  }
}
