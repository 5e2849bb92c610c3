// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark verify` and `inspect` on every form of evidence that exists in the field, through the
/// real program, offline; the JSON of each result fits its schema.
@Suite(.enabled(if: TestData.slsa.isPresent || TestData.isCI, "not run: no set slsa"))
struct VerifyFormsTests {
  static let hallmark = Program("hallmark")

  /// One command line within the files of the set.
  struct Row: Sendable, CustomTestStringConvertible {
    let artifact: String
    let options: String
    let status: Int32
    var shows = ""
    var testDescription: String { "\(artifact) \(options) -> \(status)" }
  }

  static let goFile = "gha_go/v2.1.0/binary-linux-amd64-push-v14.intoto.jsonl"
  static let goDigest = "sha256:f6ab7ad0c7549b5a4942c3b0690519d791c28c4c0f8b286208cb40da3322a066"
  static let source = "--source-uri github.com/slsa-framework/example-package"
  static let npmDigest =
    "sha512:1e2ebece757250876cde9d0f6c636ed6e0088a23a6c477fe0cd1afcc11800a5b"
    + "a0c932f4a57a12537063d49d717bb7ae76b8a2938b3d48e7f02617f6564ad919"
  static let npm = "--evidence npm/gha/supreme-googles-cli-v02-tag.tgz.json"
  static let npmSource =
    "--source-uri github.com/trishankatdatadog/supreme-goggles "
    + "--builder-id https://github.com/actions/runner/github-hosted"
  static let gcbImage =
    "gcb_container/v0.2/gcloud-container-github@sha256:"
    + "1a033b002f89ed2b8ea733162497fb70f1a4049a7f8602d6a33682b4ad9921fd"
  static let gcb = "--evidence gcb_container/v0.2/gcloud-container-github.json"
  static let gcbSource =
    "--source-uri github.com/laurentsimon/gcb-tests "
    + "--builder-id https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.2"
  static let bcr = "--evidence bcr/MODULE.bazel.intoto.jsonl --repo aspect-build/rules_lint"
  static let summaryKey =
    "--key vsa/gce/v1/vsa_signing_public_key.pem "
    + "--key-id keystore://76574:prod:vsa_signing_public_key"
  static let summary =
    "--evidence vsa/gce/v1/gke-gce-pre.bcid-vsa.jsonl "
    + "--verifier-id https://bcid.corp.google.com/verifier/bcid_package_enforcer/v0.1 "
    + "--resource-uri gce_image://gke-node-images:gke-12615-gke1418000-cos-101-17162-463-29-c-cgpv1-pre"

  static let rows: [Row] = [
    // A workflow's bundle, in slsa-verifier's words.
    Row(artifact: goDigest, options: "--evidence \(goFile) \(source)", status: 0, shows: "made by"),
    Row(
      artifact: goDigest, options: "--provenance-path \(goFile) \(source) --source-tag v14",
      status: 0),
    Row(
      artifact: goDigest, options: "--evidence \(goFile) \(source) --source-versioned-tag v14",
      status: 0),
    Row(
      artifact: goDigest, options: "--evidence \(goFile) \(source) --source-tag v13", status: 3,
      shows: "ErrorMismatchTag"),
    Row(
      artifact: goDigest, options: "--evidence \(goFile) \(source) --source-versioned-tag v13",
      status: 3, shows: "HM0222"),
    Row(
      artifact: goDigest, options: "--evidence \(goFile) \(source) --source-branch other",
      status: 3,
      shows: "HM0222"),
    Row(
      artifact: goDigest,
      options: "--evidence \(goFile) \(source) --build-workflow-input release=v1", status: 3,
      shows: "ErrorMismatchWorkflowInputs"),
    Row(
      artifact: goDigest, options: "--evidence \(goFile) --source-uri github.com/evil/evil",
      status: 3, shows: "ErrorMismatchSource"),
    Row(
      artifact: goDigest,
      options: "--evidence \(goFile) \(source) --builder-id https://github.com/evil/evil/x.yml",
      status: 3, shows: "HM0220"),
    Row(
      artifact: "sha256:" + String(repeating: "0", count: 64),
      options: "--evidence \(goFile) \(source)", status: 3, shows: "ErrorMismatchHash"),
    // The same in the words of Trusted Publishing and gh.
    Row(
      artifact: goDigest,
      options:
        "--evidence \(goFile) --repo slsa-framework/example-package --signer-workflow "
        + "slsa-framework/slsa-github-generator/.github/workflows/builder_go_slsa3.yml",
      status: 0, shows: "signed by"),
    Row(
      artifact: goDigest, options: "--evidence \(goFile) --owner slsa-framework", status: 0),
    Row(
      artifact: goDigest, options: "--evidence \(goFile) --owner slsa-framewor", status: 3,
      shows: "HM0213"),
    Row(
      artifact: goDigest,
      options: "--evidence \(goFile) --owner slsa-framework --predicate-type https://x.example/y",
      status: 3, shows: "HM0215"),
    // GitHub attestations by a reusable workflow.
    Row(
      artifact: "bcr/MODULE.bazel",
      options:
        "\(bcr) --signer-workflow bazel-contrib/publish-to-bcr/.github/workflows/publish.yaml "
        + "--deny-self-hosted-runners", status: 0),
    Row(
      artifact: "bcr/MODULE.bazel",
      options: "\(bcr) --signer-workflow bazel-contrib/publish-to-bcr/.github/workflows/other.yaml",
      status: 3, shows: "HM0213"),
    Row(
      artifact: "bcr/MODULE.bazel",
      options: bcr + " --predicate-type https://slsa.dev/provenance/v1",
      status: 0),
    // npm: the registry's key comes from the trust folder.
    Row(
      artifact: npmDigest, options: "\(npm) \(npmSource) --trust-folder .. --package-version 1.0.5",
      status: 0, shows: "npm attestation"),
    Row(
      artifact: npmDigest, options: "\(npm) \(npmSource) --trust-folder .. --package-version 1.0.6",
      status: 3, shows: "ErrorMismatchPackageVersion"),
    Row(
      artifact: npmDigest, options: "\(npm) \(npmSource)", status: 3, shows: "ErrorInvalidPublicKey"
    ),
    Row(
      artifact: npmDigest, options: "\(npm) --repo trishankatdatadog/supreme-goggles", status: 0,
      shows: "npm attestation"),
    Row(
      artifact: npmDigest, options: "\(npm) --repo trishankatdatadog/other", status: 3,
      shows: "HM0213"),
    // Cloud Build: signed by its keys, so a publisher cannot be asked for.
    Row(artifact: gcbImage, options: "\(gcb) \(gcbSource) --trust-folder ..", status: 0),
    Row(
      artifact: gcbImage, options: "\(gcb) \(gcbSource)", status: 3, shows: "HM0204"),
    Row(
      artifact: gcbImage, options: "\(gcb) --repo laurentsimon/gcb-tests", status: 6,
      shows: "--source-uri"),
    // Images with attestations in a folder.
    Row(
      artifact: "gha_generic_container/v1.10.0/container_workflow_dispatch@sha256:CONTAINER",
      options: "--evidence gha_generic_container/v1.10.0/container_workflow_dispatch \(source)",
      status: 0, shows: "cosign attestation"),
    Row(
      artifact: "gha_generic_container/v1.10.0/container_workflow_dispatch@sha256:CONTAINER",
      options:
        "--evidence gha_generic_container/v1.10.0/container_workflow_dispatch "
        + "--repo slsa-framework/example-package", status: 0, shows: "cosign attestation"),
    Row(
      artifact: "x@sha256:" + String(repeating: "1", count: 64),
      options: "--evidence gha_generic_container/v1.10.0/container_workflow_dispatch \(source)",
      status: 3, shows: "ErrorMismatchHash"),
    // A summary by a key, about a digest of a kind of its own.
    Row(
      artifact: "",
      options:
        "\(summary) \(summaryKey) --subject-digest gce_image_id:8970095005306000053 "
        + "--verified-level SLSA_BUILD_LEVEL_2", status: 0, shows: "verifier"),
    Row(
      artifact: "",
      options:
        "\(summary) \(summaryKey) --subject-digest gce_image_id:8970095005306000053 "
        + "--verified-level SLSA_BUILD_LEVEL_3", status: 3, shows: "HM0226"),
    Row(
      artifact: "", options: "\(summary) \(summaryKey) --subject-digest gce_image_id:1", status: 3,
      shows: "ErrorMissingSubjectDigest"),
    Row(
      artifact: goDigest, options: "\(summary) \(summaryKey)", status: 3,
      shows: "ErrorMissingSubjectDigest"),
    // What is missing in the question is usage.
    Row(artifact: goDigest, options: source, status: 2, shows: "--evidence"),
    Row(artifact: goDigest, options: "--evidence \(goFile) --source-tag v14", status: 2),
    Row(
      artifact: goDigest,
      options: "--evidence \(goFile) \(source) --source-tag v14 --source-versioned-tag v14",
      status: 2),
    Row(
      artifact: goDigest, options: "--evidence \(goFile) \(source) --build-workflow-input x",
      status: 2),
    Row(artifact: goDigest, options: "--evidence \(goFile) \(source) --repo a/b", status: 2),
    Row(artifact: "", options: summary, status: 2),
    Row(artifact: goDigest, options: "--evidence \(goFile)", status: 2, shows: "pin it"),
  ]

  /// The digest by which the case file names an image.
  private func container() throws -> String {
    let cases = String(decoding: try TestData.slsa.bytes("cases.jsonl"), as: UTF8.self)
    let name = "\"image\": \"gha_generic_container/v1.10.0/container_workflow_dispatch@sha256:"
    let start = try #require(cases.range(of: name)).upperBound
    return String(cases[start...].prefix(64))
  }

  @Test(arguments: rows)
  func row(row: Row) throws {
    let folder = "\(TestData.slsa.folder)/files"
    var arguments = row.artifact.isEmpty ? [] : [row.artifact]
    if row.artifact.hasSuffix("CONTAINER") {
      arguments = [row.artifact.replacingOccurrences(of: "CONTAINER", with: try container())]
    }
    arguments += row.options.split(separator: " ").map(String.init)
    let outcome = try Self.hallmark.run(["verify"] + arguments, in: folder)
    #expect(outcome.status == row.status, "\(outcome)")
    #expect(
      row.shows.isEmpty || (outcome.output + outcome.errors).contains(row.shows), "\(outcome)")
    guard row.status != 2 || row.shows == "pin it" else { return }
    let json = try Self.hallmark.run(["verify", "--json"] + arguments, in: folder)
    #expect(json.status == row.status)
    #expect(try JSONSchema("verify-v1.json").problems(in: json.output) == [])
    let explained = try Self.hallmark.run(["verify", "--explain"] + arguments, in: folder)
    #expect(explained.status == row.status)
    #expect(explained.output.contains(row.status == 3 ? "✗ HM0" : "HM0"), "\(explained)")
  }

  @Test(arguments: [
    goFile, "npm/gha/supreme-googles-cli-v02-tag.tgz.json",
    "gcb_container/v0.2/gcloud-container-github.json", "vsa/gce/v1/gke-gce-pre.bcid-vsa.jsonl",
    "gha_generic_container/v1.10.0/container_workflow_dispatch", "bcr/MODULE.bazel.intoto.jsonl",
  ])
  func inspected(file: String) throws {
    let folder = "\(TestData.slsa.folder)/files"
    let text = try Self.hallmark.run(["inspect", file], in: folder)
    #expect(text.status == 0, "\(text)")
    #expect(text.output.contains("not verified"))
    #expect(text.output.contains("about"))
    let json = try Self.hallmark.run(["inspect", "--json", file], in: folder)
    #expect(json.status == 0)
    #expect(try JSONSchema("inspect-v1.json").problems(in: json.output) == [])
  }

  /// The checker itself notices what does not fit.
  @Test(arguments: [
    "{}", "[]", #"{"schema":"hallmark.verify/v2","status":0,"policy":null,"files":[]}"#,
    #"{"schema":"hallmark.verify/v1","status":7,"policy":null,"files":[]}"#,
    #"{"schema":"hallmark.verify/v1","status":0,"policy":1,"files":[]}"#,
    #"{"schema":"hallmark.verify/v1","status":0,"policy":null,"files":[{}]}"#,
    #"{"schema":"hallmark.verify/v1","status":0,"policy":null,"files":[],"x":1}"#,
  ])
  func schemaRefuses(text: String) throws {
    #expect(try !JSONSchema("verify-v1.json").problems(in: text).isEmpty)
  }
}
