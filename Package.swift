// swift-tools-version:6.3
import PackageDescription

// Hallmark is one package in five rings. Imports go downward only; `scripts/check-imports`
// keeps that true, ARCHITECTURE.md draws it.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// Where little time is spent, a release is built for size: about a seventh less of a module.
let small = settings + [.unsafeFlags(["-Osize"], .when(configuration: .release))]
let smallModules: Set = [
  "Approvals", "Identity", "Rebuild", "ServiceClients", "Signing", "TrustStore",
  "TrustedPublishing",
]

/// A library target in the folder of its ring.
func module(
  _ ring: String, _ name: String, _ dependencies: [Target.Dependency] = [],
  exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(ring)/\(name)",
    exclude: exclude, swiftSettings: smallModules.contains(name) ? small : settings)
}

/// What several test targets share; no program depends on it.
func support(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Tests/Support/\(name)",
    swiftSettings: settings)
}

/// One of the three programs.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Sources/Commands/\(name)",
    swiftSettings: small)
}

/// A test target; its folder mirrors `Sources/`.
func tests(_ ring: String, _ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(ring)/\(name)",
    swiftSettings: settings)
}

/// A library of another package.
func product(_ name: String, _ package: String) -> Target.Dependency {
  .product(name: name, package: package)
}

let argumentParser = product("ArgumentParser", "swift-argument-parser")
let crypto = product("Crypto", "swift-crypto")
let cryptoExtras = product("CryptoExtras", "swift-crypto")
let x509 = product("X509", "swift-certificates")
let asn1 = product("SwiftASN1", "swift-asn1")
let httpClient = product("AsyncHTTPClient", "async-http-client")
let hummingbird = product("Hummingbird", "hummingbird")
let hummingbirdCore = product("HummingbirdCore", "hummingbird")
let hummingbirdTLS = product("HummingbirdTLS", "hummingbird")
let hummingbirdTesting = product("HummingbirdTesting", "hummingbird")
let subprocess = product("Subprocess", "swift-subprocess")
let nioCore = product("NIOCore", "swift-nio")
let nioPosix = product("NIOPosix", "swift-nio")
let nioSSL = product("NIOSSL", "swift-nio-ssl")
let nioHTTP1 = product("NIOHTTP1", "swift-nio")
let nioFoundationEssentials = product("NIOFoundationEssentialsCompat", "swift-nio")
let httpTypes = product("HTTPTypes", "swift-http-types")
let jwtKit = product("JWTKit", "jwt-kit")
let grdb = product("GRDB", "GRDB.swift")
let mustache = product("Mustache", "swift-mustache")
let tomlKit = product("TOMLKit", "TOMLKit")
let logging = product("Logging", "swift-log")
let lifecycle = product("ServiceLifecycle", "swift-service-lifecycle")
let unixSignals = product("UnixSignals", "swift-service-lifecycle")
let systemPackage = product("SystemPackage", "swift-system")

/// What files and what signatures are read with.
let formats: [Target.Dependency] = ["Encodings", "SourceText", "Archives", "PythonPackaging"]
let evidence: [Target.Dependency] = [
  "Encodings", "TransparencyLog", "Certificates", "Attestations", "Sigstore",
]

/// The commit that `--version` names.
///
/// The scripts pass it, because SwiftPM caches what it read from git until this file changes; a
/// build by hand falls back to that reading.
let commit: String = {
  if let given = Context.environment["HALLMARK_COMMIT"], !given.isEmpty { return given }
  guard let git = Context.gitInformation else { return "unknown" }
  return git.currentCommit + (git.hasUncommittedChanges ? "+modified" : "")
}()

let package = Package(
  name: "hallmark",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "hallmark", targets: ["hallmark"]),
    .executable(name: "hallmark-server", targets: ["hallmark-server"]),
    .executable(name: "hallmark-conformance", targets: ["hallmark-conformance"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    // Exact: fixed-time validation is SPI, so every new version needs a look.
    .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    // Formats: bytes ⇄ values.
    module("Formats", "Encodings", [crypto]),
    module("Formats", "SourceText", ["Encodings", "CYAML", tomlKit]),
    module("Formats", "Archives", ["Encodings", "CZlib", crypto]),
    module("Formats", "PythonPackaging", ["Encodings", "SourceText"]),
    module("Formats", "Workflows", ["Encodings", "SourceText"]),
    .systemLibrary(name: "CYAML", path: "Sources/Formats/CYAML"),
    .systemLibrary(
      name: "CZlib", path: "Sources/Formats/CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"])]),

    // Evidence: what is signed, by whom, logged where.
    module("Evidence", "TransparencyLog", ["Encodings", crypto]),
    module("Evidence", "Certificates", ["Encodings", crypto, cryptoExtras, x509, asn1]),
    module("Evidence", "SSHSignatures", ["Encodings", "Certificates"]),
    module("Evidence", "Attestations", ["Encodings", crypto]),
    module(
      "Evidence", "Sigstore",
      ["Encodings", "TransparencyLog", "Certificates", "Attestations", crypto, x509, asn1],
      exclude: ["PublicGood/SOURCE.json"]),
    module("Evidence", "TUF", ["Encodings", "Certificates"]),
    module(
      "Evidence", "PyPIAttestations",
      ["Encodings", "PythonPackaging", "Certificates", "Attestations", "Sigstore"]),

    // Release: activities over a release.
    module(
      "Release", "Policies",
      [
        "Encodings", "SourceText", "PythonPackaging", "Attestations", "Certificates",
        "SSHSignatures", "Sigstore", "PyPIAttestations",
      ]),
    module(
      "Release", "Verification",
      [
        "Encodings", "Attestations", "Certificates", "PythonPackaging", "Sigstore",
        "PyPIAttestations", "Policies", crypto,
      ]),
    module(
      "Release", "Approvals",
      [
        "Encodings", "Attestations", "Certificates", "SSHSignatures", "Sigstore",
        "PythonPackaging", "Policies", "Verification", "Reproducibility", "Rebuild", systemPackage,
      ]),
    module(
      "Release", "Reproducibility",
      ["Encodings", "SourceText", "Archives", "PythonPackaging", crypto]),
    module(
      "Release", "Rebuild",
      formats + [
        "Attestations", "SSHSignatures", "Certificates", "Reproducibility", crypto, subprocess,
        systemPackage,
      ]),
    module("Release", "Identity", ["Encodings", "Attestations", subprocess, systemPackage]),
    module(
      "Release", "TrustedPublishing",
      ["Encodings", "PythonPackaging", "PyPIAttestations", "Sigstore"]),
    module(
      "Release", "Signing",
      ["Encodings", "Attestations", "Certificates", "Sigstore", "Identity", crypto]),
    module(
      "Release", "TrustStore",
      ["Encodings", "Sigstore", "TUF", "Verification", systemPackage]),
    module(
      "Release", "ReleaseAudit",
      [
        "Encodings", "SourceText", "Workflows", "PythonPackaging", "SSHSignatures", "Certificates",
        "Policies", "Rebuild", crypto, subprocess, systemPackage,
      ]),
    module("Release", "Adoption", formats + ["Workflows", "Policies", "Rebuild", "ReleaseAudit"]),

    // Services: sockets and stores.
    module(
      "Services", "ServiceClients",
      evidence + [
        "Archives", "ReleaseAudit", "PythonPackaging", "PyPIAttestations", "TUF", "Identity",
        "TrustedPublishing", crypto, httpClient, nioCore, nioPosix, nioSSL, nioHTTP1, systemPackage,
      ]),
    module("Services", "Storage", ["Encodings", "TransparencyLog", crypto, grdb]),
    module(
      "Services", "TrustServices",
      evidence + [
        "PythonPackaging", "Storage", "TrustedPublishing", crypto, cryptoExtras, x509, asn1,
        hummingbird, httpTypes, jwtKit, nioCore, logging,
      ]),
    module(
      "Services", "PackageIndex",
      [
        "Encodings", "Archives", "PythonPackaging", "Certificates", "Attestations", "Sigstore",
        "PyPIAttestations", "Storage", "TrustedPublishing", crypto, hummingbird,
        httpTypes, mustache, grdb, nioCore, nioHTTP1, logging,
      ]),

    // Commands: the verbs.
    .target(
      name: "BuildVersion", path: "Sources/Commands/BuildVersion",
      cSettings: [.define("HALLMARK_COMMIT", to: "\"\(commit)\"")]),
    program(
      "hallmark",
      evidence + [
        "BuildVersion", "SourceText", "Archives", "PythonPackaging", "PyPIAttestations", "Policies",
        "TUF", "Verification", "SSHSignatures", "Approvals", "Reproducibility", "Rebuild",
        "Identity", "TrustedPublishing", "Signing", "TrustStore", "ServiceClients", "Workflows",
        "ReleaseAudit", "Adoption", argumentParser, crypto, subprocess, systemPackage,
      ]),
    program(
      "hallmark-server",
      [
        "BuildVersion", "Encodings", "PythonPackaging", "Verification", "Certificates", "Sigstore",
        "Storage", "TrustServices", "PackageIndex", "TrustedPublishing", argumentParser, crypto,
        hummingbird, hummingbirdCore, hummingbirdTLS, nioCore, nioSSL, lifecycle, unixSignals,
        logging,
      ]),
    program(
      "hallmark-conformance",
      [
        "Encodings", "Archives", "Attestations", "Certificates", "Sigstore", "TUF", "Verification",
        "Policies", "Identity", "Signing", "TrustStore", "ServiceClients", crypto, argumentParser,
        systemPackage,
      ]),

    // Tests mirror Sources; Support is what several of them share.
    support("TestSupport", ["Encodings"]),
    support("TrustSimulator", evidence + [crypto, x509, asn1]),
    support(
      "SimulatedServices",
      evidence + ["TrustSimulator", crypto, nioCore, nioPosix, nioHTTP1]),
    .executableTarget(
      name: "simulated-services", dependencies: ["SimulatedServices", "Encodings"],
      path: "Tests/Support/SimulatedServicesProgram", swiftSettings: settings),
    support("RepositorySimulator", ["Encodings", "TUF", crypto, cryptoExtras]),
    tests("Formats", "EncodingsTests", ["Encodings"]),
    tests("Formats", "SourceTextTests", ["SourceText", "Encodings", "TestSupport"]),
    tests("Formats", "WorkflowsTests", ["Workflows", "SourceText", "Encodings", "TestSupport"]),
    tests("Formats", "PythonPackagingTests", ["PythonPackaging", "Encodings", "SourceText"]),
    tests("Formats", "ArchivesTests", ["Archives", "Encodings", "TestSupport", "PythonPackaging"]),
    tests("Evidence", "TransparencyLogTests", ["TransparencyLog", "Encodings", crypto]),
    tests(
      "Evidence", "SSHSignaturesTests", ["SSHSignatures", "Encodings", "TestSupport", crypto]),
    tests(
      "Evidence", "SigstoreTests",
      evidence + ["PyPIAttestations", "TestSupport", "TrustSimulator", crypto, x509, asn1]),
    tests(
      "Evidence", "TUFTests",
      ["TUF", "Encodings", "RepositorySimulator", crypto, cryptoExtras]),
    tests(
      "Release", "ReproducibilityTests",
      ["Reproducibility", "Archives", "Encodings", "PythonPackaging", "TestSupport", crypto]),
    tests(
      "Release", "RebuildTests",
      [
        "Rebuild", "Reproducibility", "Archives", "Attestations", "SSHSignatures", "Encodings",
        "PythonPackaging", "TestSupport", systemPackage,
      ]),
    tests(
      "Release", "VerificationTests",
      [
        "Verification", "Policies", "Sigstore", "PyPIAttestations", "Attestations", "Certificates",
        "SSHSignatures", "Encodings", "SourceText", "TestSupport", "TrustSimulator", crypto,
      ]),
    tests(
      "Release", "ApprovalsTests",
      [
        "Approvals", "SSHSignatures", "Verification", "Policies", "Sigstore", "Attestations",
        "Reproducibility", "Rebuild", "PythonPackaging", "Encodings", "TestSupport",
        "TrustSimulator", crypto, systemPackage,
      ]),
    tests(
      "Release", "ReleaseAuditTests",
      [
        "ReleaseAudit", "Workflows", "SourceText", "Encodings", "SSHSignatures", "PythonPackaging",
        "TestSupport", systemPackage,
      ]),
    tests(
      "Release", "AdoptionTests",
      formats + ["Adoption", "ReleaseAudit", "Policies", "Workflows"]),
    tests("Release", "IdentityTests", ["Identity", "Encodings", "TestSupport", systemPackage]),
    tests(
      "Release", "TrustedPublishingTests",
      [
        "TrustedPublishing", "Encodings", "PythonPackaging", "PyPIAttestations", "Attestations",
        "Sigstore", "TrustSimulator",
      ]),
    tests(
      "Release", "SigningTests",
      [
        "Signing", "Sigstore", "Identity", "Attestations", "Certificates", "Encodings",
        "TrustSimulator", crypto,
      ]),
    tests(
      "Release", "TrustStoreTests",
      [
        "TrustStore", "TUF", "Sigstore", "Encodings", "RepositorySimulator", "TestSupport",
        "TrustSimulator",
      ]),
    tests(
      "Services", "ServiceClientsTests",
      formats + [
        "ServiceClients", "Identity", "TrustedPublishing", "Attestations", "Sigstore", "Storage",
        "TrustServices", "ReleaseAudit", "TestSupport", crypto, hummingbird, hummingbirdTLS,
        hummingbirdTesting, httpTypes, nioCore, nioSSL, systemPackage, logging,
      ]),
    tests(
      "Services", "SigningServicesTests",
      evidence + [
        "ServiceClients", "Signing", "Identity", "SimulatedServices", "TrustSimulator",
        "TestSupport", crypto,
      ]),
    tests(
      "Services", "StorageTests",
      ["Storage", "Encodings", "TransparencyLog", "TestSupport", grdb]),
    tests(
      "Services", "TrustServicesTests",
      evidence + [
        "TrustServices", "Storage", "PythonPackaging", "TrustedPublishing", "TestSupport", crypto,
        cryptoExtras, x509, asn1, hummingbird, hummingbirdTesting, httpTypes, jwtKit, nioCore,
      ]),
    tests(
      "Services", "PackageIndexTests",
      [
        "PackageIndex", "Encodings", "PythonPackaging", "Attestations", "Sigstore",
        "PyPIAttestations", "TrustedPublishing", "TrustSimulator", hummingbird, hummingbirdTesting,
        httpTypes, nioCore,
      ]),
    tests("CLI", "StackCommandTests", ["TestSupport", "Encodings"]),
    tests("CLI", "FrontDoorTests", ["TestSupport"]),
    tests("CLI", "AuditCommandTests", ["TestSupport"]),
    tests("CLI", "AdoptCommandTests", ["TestSupport"]),
    tests(
      "CLI", "VerifyCommandTests",
      ["TestSupport", "TrustSimulator", "Attestations", "Sigstore", "Encodings", "Archives"]),
    tests("CLI", "SigningCommandTests", ["TestSupport"]),
    tests("CLI", "IdentityCommandTests", ["TestSupport", "Encodings"]),
    tests(
      "EndToEnd", "EndToEndTests",
      [
        "TestSupport", "TrustSimulator", "Attestations", "Sigstore", "PyPIAttestations",
        "Encodings",
      ]),
    tests("CLI", "ConformanceCommandTests", ["TestSupport", "RepositorySimulator", "Encodings"]),
    tests(
      "CLI", "TrustCommandTests",
      ["TestSupport", "TrustSimulator", "RepositorySimulator", "Sigstore", "Encodings"]),
  ]
)

// `scripts/fuzz` sets this. The targets reach what is `package`, so they are of this package; they
// are not in it otherwise, because they link only with the fuzzer's own `main`.
if Context.environment["HALLMARK_FUZZ"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "hallmark-fuzz",
      dependencies: evidence + [
        "SourceText", "Workflows", "Archives", "PythonPackaging", "TUF", "PyPIAttestations",
        "Policies", "Verification", "Identity", "TrustStore", "SSHSignatures", "Approvals",
        "ReleaseAudit", "Reproducibility", "Rebuild", asn1, x509,
      ],
      path: "Fuzz", swiftSettings: settings))
}

// The benchmark sees `package` declarations, so it is a target of this package; it is part of it
// only where `scripts/bench` asks for it, and costs other builds nothing.
if Context.environment["HALLMARK_BENCHMARKS"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "hallmark-benchmark",
      dependencies: evidence + [
        "Verification", "Identity", "Signing", "ServiceClients", asn1, crypto, x509,
      ],
      path: "Benchmarks", exclude: ["compare.py"], swiftSettings: settings))
}
