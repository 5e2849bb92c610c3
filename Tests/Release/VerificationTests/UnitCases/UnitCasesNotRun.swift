// SPDX-License-Identifier: Apache-2.0

/// Rows of `unit_cases.json` that are not run, by their places in it, each with the reason.
struct UnitCasesNotRun {
  /// The table.
  let function: String
  /// Places in the file, from 0.
  let rows: [Int]
  /// Why.
  let reason: String

  private init(_ function: String, _ rows: [Int], _ reason: String) {
    self.function = function
    self.rows = rows
    self.reason = reason
  }

  private static let noFile = "its file is not among the test data"
  private static let otherFile = "the test data has a file of this name about another build"
  private static let incomplete =
    "its payload is not a complete statement, which is refused before builder and type are looked at"

  static let all = [
    UnitCasesNotRun("Test_VerifyBuilder", [1], otherFile),
    UnitCasesNotRun(
      "Test_VerifyBuilder", [5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 20, 21], noFile),
    UnitCasesNotRun(
      "Test_validateBuildType", [28, 29], "a builder that is not known is refused before its type"),
    UnitCasesNotRun(
      "Test_VerifySourceURI", [32], "a builder that is not known is refused before its source"),
    UnitCasesNotRun("Test_VerifySourceURI", [38, 39, 40, 41, 42, 43, 44, 45], otherFile),
    UnitCasesNotRun(
      "Test_VerifySourceURI", [46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61],
      noFile),
    UnitCasesNotRun("Test_VerifySignature", [63, 64, 65, 66, 76, 77, 78, 79, 80, 81], noFile),
    UnitCasesNotRun("Test_ProvenanceFromBytes", [83, 84], noFile),
    UnitCasesNotRun("Test_VerifySubjectDigest", [87, 88], noFile),
    UnitCasesNotRun("Test_VerifySummary", [90], otherFile),
    UnitCasesNotRun("Test_VerifySummary", [92, 93, 94], noFile),
    UnitCasesNotRun("Test_VerifyMetadata", [97, 98, 99, 100], noFile),
    UnitCasesNotRun("Test_VerifyTextProvenance", [102, 104], noFile),
    UnitCasesNotRun(
      "Test_VerifyTextProvenance", [103, 105],
      "each member of the copy is changed in Go, by reflection"),
    UnitCasesNotRun(
      "Test_VerifyBranch", [106, 107],
      "that Cloud Build does not record branches is decided before there is "
        + "provenance; there is no function of its own"),
    UnitCasesNotRun(
      "Test_VerifyTag", [108, 109, 110, 111, 113, 114, 115, 116, 117, 118, 119], noFile),
    UnitCasesNotRun(
      "Test_VerifyVersionedTag",
      [
        120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 132, 133, 134, 135, 136, 137, 138,
        139, 140, 141, 142, 143, 144, 145,
      ], noFile),
    UnitCasesNotRun("Test_New", [147], otherFile),
    UnitCasesNotRun("Test_New", [148, 149], noFile),
    UnitCasesNotRun("Test_getSubstitutionsField", [150, 151, 152, 153, 154, 155, 156], noFile),
    UnitCasesNotRun(
      "Test_GetWorkflowInfoFromCertificate", [230, 232, 234],
      "the workflow of its certificate has no ref, which is refused here when "
        + "the certificate is read"),
    UnitCasesNotRun(
      "Test_GetWorkflowInfoFromCertificate", [231, 233, 235],
      "a certificate without a name is refused here when it is parsed"),
    UnitCasesNotRun(
      "TestWorkflowIdentity", [236], "an identity without a ref is refused when it is read"),
    UnitCasesNotRun("Test_verifyBundle", [239, 240, 241, 242], noFile),
    UnitCasesNotRun(
      "Test_matchRekorEntryWithEnvelope", [243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253],
      "the body of the entry is a value of the Go test that the table does " + "not hold"),
    UnitCasesNotRun(
      "TestGetNpmjsKeysTarget", [254, 255, 256],
      "it takes the keys out of a TUF client; here they are a file that the " + "user gives"),
    UnitCasesNotRun(
      "TestGetKeyDataWithNpmjsKeysTarget", [257, 258],
      "it takes a key out of a TUF client; here the keys are a file that the " + "user gives"),
    UnitCasesNotRun(
      "Test_verifyName", [259, 260, 261, 262, 263],
      "it compares two texts; what is compared runs in "
        + "Test_verifyPublishPredicateName and Test_verifyProvenanceSubjectName"),
    UnitCasesNotRun(
      "Test_verifyPublishSubjectVersion", [264, 265, 266, 267, 268],
      "a publish attestation's subject is compared by digest; its version is "
        + "in the predicate, whose rows run"),
    UnitCasesNotRun(
      "Test_verifyPublishSubjectName", [274, 275, 276, 277],
      "a publish attestation's subject is compared by digest; its name is in "
        + "the predicate, whose rows run"),
    UnitCasesNotRun(
      "Test_verifyPublishPredicateName", [281],
      "no provenance can agree with a name that has a version"),
    UnitCasesNotRun(
      "Test_verifyProvenanceSubjectName", [290],
      "no provenance can agree with a name that has a version"),
    UnitCasesNotRun("Test_verifyPackageName", [291, 292, 293, 294], noFile),
    UnitCasesNotRun("Test_verifyPublishAttestationSubjectDigest", [295, 296, 297, 298], noFile),
    UnitCasesNotRun("Test_verifyPackageVersion", [299, 300, 301, 302], noFile),
    UnitCasesNotRun(
      "Test_verifyIntotoTypes", [303, 304, 305, 306, 307, 308, 309],
      "the predicate types are a value of the Go test that the table does not " + "hold"),
    UnitCasesNotRun("Test_verifyIntotoHeaders", [310, 311, 312, 313, 314, 315, 316], noFile),
    UnitCasesNotRun("Test_NpmNew", [317, 318, 319], noFile),
    UnitCasesNotRun("Test_verifyPublishAttestationSignature", [320, 321], noFile),
    UnitCasesNotRun("Test_verifyProvenanceAttestationSignature", [322, 323], noFile),
    UnitCasesNotRun(
      "Test_verifyPublishAttestationSubjectDigestName", [324],
      "the digest of a package is always SHA-512 here"),
    UnitCasesNotRun(
      "Test_verifyPublishAttestationSubjectDigestName", [326],
      "a statement without subjects is refused when it is parsed"),
    UnitCasesNotRun(
      "Test_VerifyDigest", [417], "a statement without subjects is refused when it is parsed"),
    UnitCasesNotRun("Test_VerifyProvenance", [532, 533, 534], noFile),
    UnitCasesNotRun("Test_VerifyUntrustedProvenance", [535], noFile),
    UnitCasesNotRun(
      "Test_GetRekorEntries", [536, 537, 538],
      "it searches the log's index by digest; here an entry's place is "
        + "computed, never searched"),
    UnitCasesNotRun("Test_ProvenanceFromEnvelope", [539, 540, 541, 542, 543], incomplete),
    UnitCasesNotRun(
      "Test_GetExternalParams", [556, 557, 558],
      "the getter has no counterpart; what reads the parameters runs in "
        + "Test_GetBuildTriggerPath and " + "Test_NpmCLIGithubActionsProvenance_TriggerURI"),
    UnitCasesNotRun("Test_New", [580, 581, 582, 583, 584], incomplete),
    UnitCasesNotRun(
      "Test_extractSignedVSA", [585, 586, 587, 588, 589, 590, 591, 592, 593],
      "the envelope is a value of the Go test that the table does not hold"),
    UnitCasesNotRun(
      "Test_ValidateGitRef", [745, 746, 747, 748, 750],
      "there are no kinds of refs but heads and tags"),
  ]
}
