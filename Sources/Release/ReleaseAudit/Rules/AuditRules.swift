// SPDX-License-Identifier: Apache-2.0

/// All rules, in the order in which they are listed.
package enum AuditRules {
  /// The rules.
  package static let all: [any AuditRule.Type] = security + process

  /// Attacks on workflows: what runs, with which rights, on whose words.
  static let security: [any AuditRule.Type] = []

  /// The release process: who may release what, and how it is proven.
  static let process: [any AuditRule.Type] = [
    ActionUpdates.self,
    AttestPermissions.self,
    AttestationsDisabled.self,
    AttestedFiles.self,
    BoundVerification.self,
    CodeOwners.self,
    CodeScanning.self,
    DigestOutput.self,
    ExactArtifacts.self,
    FixedEnvironment.self,
    ForgeAssets.self,
    ForgeProvenance.self,
    GatedRelease.self,
    GeneratorInputs.self,
    GeneratorPermissions.self,
    GeneratorTag.self,
    GitLabPublish.self,
    GroupedUpdates.self,
    HashedRequirements.self,
    IndependentBuild.self,
    IntentionalTrigger.self,
    LateWheels.self,
    LicenseAgrees.self,
    OrphanIdentityToken.self,
    PinComment.self,
    PinnedBackend.self,
    PrintHash.self,
    Provenance.self,
    ProvenancePolicy.self,
    PublishConcurrency.self,
    PublishEnvironment.self,
    PublishOrder.self,
    PublishedBytes.self,
    ReleasePage.self,
    ReleasePageDrift.self,
    ReusablePublisher.self,
    ReviewedUpdates.self,
    ScorecardRuns.self,
    ScriptedBuild.self,
    SecurityPage.self,
    SeparateBuild.self,
    SignerIdentity.self,
    SourceDateEpoch.self,
    TagVerification.self,
    TemplateResidue.self,
    TruthfulBadge.self,
    UpdatePolicy.self,
    UploadVersion.self,
    VerifiedBeforePublish.self,
    VerifyInstructions.self,
  ]
}
