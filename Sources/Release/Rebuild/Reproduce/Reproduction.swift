// SPDX-License-Identifier: Apache-2.0

import Archives
package import Encodings
package import PythonPackaging
import Reproducibility
import SystemPackage

/// Makes published files again from their source, and compares.
///
/// 1. Each file is read strictly; what is refused is not built from.
/// 2. From the wheel and the sdist follows how they were made (``BuildInference``).
/// 3. The source is laid out: the sdist's files, or a fresh clone.
/// 4. Each variant is built in the sandbox until one gives the same bytes.
/// 5. The closest is reported, with what was inferred.
package struct Reproduction: Sendable {
  /// A published file.
  package struct PublishedFile: Sendable {
    /// Its name.
    package let filename: DistributionFilename
    /// Its bytes, or why they cannot be had.
    package let contents: Result<[UInt8], RebuildFailure>
    /// When it was uploaded, if an index says so.
    package let uploadTime: Timestamp?

    /// Names a file.
    package init(
      filename: DistributionFilename, contents: Result<[UInt8], RebuildFailure>,
      uploadTime: Timestamp?
    ) {
      self.filename = filename
      self.contents = contents
      self.uploadTime = uploadTime
    }
  }

  /// What the rebuild starts from.
  package enum Source: Sendable {
    /// The published sdist.
    case sdist
    /// A repository and the commit in it.
    case git(repository: String, wanted: SourceCheckout.Wanted)
  }

  /// What a person decided instead of the inference.
  package struct Choices: Sendable {
    /// The interpreter, a path or a name in `PATH`.
    package var python: String?
    /// The value of `SOURCE_DATE_EPOCH`.
    package var sourceDateEpoch: Int64?
    /// The moment that bounds the build requirements.
    package var uploadedBefore: Timestamp?
    /// The folder of the project in its repository; inferred otherwise.
    package var subdirectory: String?
    /// What a build may use.
    package var limits = Sandbox.Limits()

    /// Decides nothing.
    package init() {}
  }

  /// Most files that are built for one published file.
  package static let attemptLimit = 4

  let builder: ReproductionBuilder
  let choices: Choices
  let progress: @Sendable (String) -> Void

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - sandbox: where builds run; there is no run without one.
  ///   - store: where build environments are kept.
  ///   - choices: what a person decided.
  ///   - progress: is told what goes on.
  ///   - log: is told each line that a build prints.
  /// - Throws: ``RebuildError`` of reason `environment`.
  package init(
    sandbox: Sandbox, store: EnvironmentStore, choices: Choices = Choices(),
    progress: @escaping @Sendable (String) -> Void,
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws {
    self.choices = choices
    self.progress = progress
    var store = store
    store.keepsResolutions = true
    builder = ReproductionBuilder(
      sandbox: sandbox, store: store, limits: choices.limits,
      interpreters: try await InterpreterSearch(chosen: choices.python), progress: progress,
      log: log)
  }

  /// Makes all files of one release again.
  ///
  /// - Throws: ``RebuildError`` of a reason that is not the release's (`sandbox`, `environment`,
  ///   `files`), `CancellationError`.
  package func run(
    _ files: [PublishedFile], from source: Source
  ) async throws -> ReproductionReport {
    let release = PublishedRelease(files)
    switch source {
    case .sdist: return try await SdistReproduction(run: self, release: release).report()
    case .git(let repository, let wanted):
      return try await GitReproduction(
        run: self, release: release, repository: repository, wanted: wanted
      ).report()
    }
  }

  /// The bound for the requirements of a file's build.
  func bound(of file: PublishedFile) -> Timestamp? { choices.uploadedBefore ?? file.uploadTime }
}

/// The files of a release after they were read strictly, each with what it tells.
struct PublishedRelease: Sendable {
  /// A file, or why it is not used.
  struct Item: Sendable {
    let file: Reproduction.PublishedFile
    let contents: Result<Contents, RebuildFailure>

    /// The end for a file that is not used: different where its archive is refused, because what
    /// no reader should accept is not what a source makes.
    func ended(by failure: RebuildFailure) -> FileReproduction {
      let bytes = try? file.contents.get()
      var outcome = FileReproduction.Outcome.obstacle(failure)
      if failure.obstacle == .archiveRefused, let bytes {
        let report = ArtifactComparison(published: bytes, rebuilt: [], filename: file.filename)
          .report()
        if report.differences.contains(where: { $0.cause == .archiveRefused }) {
          outcome = .compared(report)
        }
      }
      return FileReproduction(
        filename: file.filename, sha256: bytes.map { SHA256Hash(hashing: $0) }, outcome: outcome)
    }
  }

  /// What a file that can be used holds.
  enum Contents: Sendable {
    case wheel([UInt8], WheelTraits)
    case sdist([UInt8], SdistTraits)
  }

  let items: [Item]

  init(_ files: [Reproduction.PublishedFile]) {
    items = files.map { Item(file: $0, contents: Self.read($0)) }
  }

  /// The first sdist that can be used.
  var sdist: (bytes: [UInt8], traits: SdistTraits)? {
    for item in items {
      if case .success(.sdist(let bytes, let traits)) = item.contents { return (bytes, traits) }
    }
    return nil
  }

  /// Why there is no sdist that can be used, if there is one that cannot.
  var sdistFailure: RebuildFailure? {
    for item in items where item.file.filename.filetype == "sdist" {
      if case .failure(let failure) = item.contents { return failure }
    }
    return nil
  }

  /// The first wheel for all platforms that can be used.
  var wheel: WheelTraits? {
    for item in items {
      if case .success(.wheel(_, let traits)) = item.contents { return traits }
    }
    return nil
  }

  private static func read(
    _ file: Reproduction.PublishedFile
  ) -> Result<Contents, RebuildFailure> {
    do {
      let bytes = try file.contents.get()
      switch file.filename {
      case .wheel(let name):
        if let failure = RebuildFailure(platformOf: name) { throw failure }
        return .success(.wheel(bytes, try WheelTraits(parsing: bytes)))
      case .sdist: return .success(.sdist(bytes, try SdistTraits(parsing: bytes)))
      }
    } catch let failure as RebuildFailure {
      return .failure(failure)
    } catch {
      return .failure(
        RebuildFailure(.archiveRefused, "`\(file.filename)` is not acceptable: \(error)"))
    }
  }
}
