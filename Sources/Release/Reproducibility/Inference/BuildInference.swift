// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PythonPackaging

/// How a release was probably built, read from its files: what the build environment held, which
/// date it was given, which interpreter ran, and the variants to try in order.
///
/// The rules, each with its reason in ``facts``:
/// - `WHEEL` names the back end and its version, which the environment then holds exactly.
/// - Nothing else in the environment is younger than the upload of the file.
/// - One time for all members that is no back end's constant is `SOURCE_DATE_EPOCH`; a constant, or
///   several times, mean that it was not set.
/// - Times of a file system in the sdist are set again on a checkout.
/// - Device numbers in digits are Python 3.8's or an older one's; no interpreter is younger than
///   the upload.
package struct BuildInference: Sendable {
  /// What the source is.
  package enum Source: Hashable, Sendable {
    /// The published sdist.
    case sdist
    /// A git commit of a time in seconds since the epoch.
    case git(commitTime: Int64)
  }

  /// What was found, in the order in which it is told.
  package private(set) var facts: [InferredFact] = []
  /// Requirements on top of those of the project.
  package private(set) var requirements: [Requirement] = []
  /// The interpreters that may be used.
  package private(set) var python: PythonBounds
  /// The ways to try, the most probable first; never empty.
  package private(set) var variants: [BuildVariant] = []
  /// Whether the environment of the build is known: the back end's version, or the time.
  package private(set) var isEnvironmentKnown = true

  private let wheel: WheelTraits?
  private let sdist: SdistTraits?
  private let uploadTime: Timestamp?
  private let isTimeGiven: Bool
  private let source: Source

  /// Infers from a release's wheel, its sdist, or both.
  ///
  /// - Parameters:
  ///   - wheel: the wheel that is to be rebuilt, or whose back end made the sdist.
  ///   - sdist: the sdist of the same release.
  ///   - metadata: the metadata of the file that is to be rebuilt.
  ///   - uploadTime: when that file was uploaded, if that is known.
  ///   - isTimeGiven: whether a person said so, and not an index.
  ///   - source: what the rebuild starts from.
  ///   - date: a `SOURCE_DATE_EPOCH` that the user gave; it is taken as it is.
  package init(
    wheel: WheelTraits?, sdist: SdistTraits?, metadata: CoreMetadata, uploadTime: Timestamp?,
    isTimeGiven: Bool = false, source: Source, date: Int64? = nil
  ) {
    self.wheel = wheel
    self.sdist = sdist
    self.uploadTime = uploadTime
    self.isTimeGiven = isTimeGiven
    self.source = source
    python = PythonBounds(metadata: metadata, uploadedAt: uploadTime)
    inferRequirements(project: metadata.name)
    inferPython()
    inferVariants(date: date)
  }

  private mutating func state(
    _ topic: InferredFact.Topic, _ value: String, because reason: String
  ) {
    facts.append(InferredFact(topic, value, because: reason))
  }

  private mutating func inferRequirements(project: ProjectName) {
    if let text = wheel?.generatorText, let generator = wheel?.generator {
      state(.generator, text, because: "WHEEL names it")
      if let pin = generator.pin, pin.project == project {
        state(.requirement, "none", because: "the back end is built by itself")
      } else if let pin = generator.pin {
        require(pin, because: "of the back end's name and version in WHEEL")
        inferSetuptools(for: generator)
      } else if generator.project == nil {
        isEnvironmentKnown = uploadTime != nil
        state(.requirement, "none", because: "no project is known that writes `\(text)`")
      } else if uploadTime == nil, generator.project != project {
        isEnvironmentKnown = false
      }
    } else if wheel != nil {
      isEnvironmentKnown = uploadTime != nil
      state(.generator, wheel?.generatorText ?? "none", because: "WHEEL names no known back end")
    } else {
      isEnvironmentKnown = uploadTime != nil
      state(.generator, "unknown", because: "only a wheel names its back end, and there is none")
    }
    if let uploadTime {
      state(
        .cutOff, uploadTime.wholeSeconds.rfc3339,
        because: isTimeGiven ? "it was given" : "the index got the file at that time")
    } else {
      state(.cutOff, "none", because: "no upload time is known: other requirements are the newest")
    }
  }

  private mutating func require(_ requirement: Requirement, because reason: String) {
    requirements.append(requirement)
    state(.requirement, requirement.text, because: reason)
  }

  // The project `wheel` wrote WHEEL before setuptools took that over; which setuptools ran shows
  // only in what it did not write yet.
  private mutating func inferSetuptools(for generator: Generator) {
    guard generator.name.utf8.elementsEqual("bdist_wheel".utf8), let wheel else { return }
    let bound: (String, String)
    if wheel.hasUnnamedLicense {
      bound = ("setuptools<57", "the licence file is not named in METADATA")
    } else if wheel.metadata?.value(of: "Platform") == "UNKNOWN" {
      bound = ("setuptools<58", "METADATA has `Platform: UNKNOWN`")
    } else if uploadTime == nil {
      bound = ("setuptools<70.1", "setuptools writes WHEEL itself from 70.1 on")
    } else {
      return
    }
    if let requirement = try? Requirement(bound.0) { require(requirement, because: bound.1) }
  }

  private mutating func inferPython() {
    if let setuptools = requirements.first(where: { $0.project.normalized == "setuptools" }),
      let first = try? Version("66.1.0"), let later = try? Version("67.0.0"),
      setuptools.specifiers.pin.map({ $0 < first }) ?? !setuptools.specifiers.contains(later)
    {
      python.restrict(to: 11, because: "setuptools of before 66.1 does not run on Python 3.12")
    }
    if case .git = source, let sdist, sdist.dialect == .pythonUpTo38 {
      python.restrict(to: 8, because: "the tar headers' device numbers are digits")
    }
    if case .git = source, let sdist {
      let text =
        switch sdist.dialect {
        case .pythonUpTo38: "Python's tarfile up to 3.8"
        case .python: "Python's tarfile from 3.9"
        case .gnu: "GNU headers, as uv or Python up to 3.7 writes them"
        case .mixed: "mixed"
        }
      state(.dialect, text, because: "of mark and device numbers in the tar headers")
    }
    state(
      .python, python.text, because: python.reason ?? "the project asks for no other interpreter")
  }

  // MARK: Dates and times

  private mutating func inferVariants(date: Int64?) {
    var variant = BuildVariant(sourceDateEpoch: date ?? inferDate())
    if date != nil { state(.date, "\(date ?? 0)", because: "it was given") }
    if case .git = source, let sdist, sdist.times == .mixed {
      variant.replaysTimes = true
      state(
        .times, "those of the published sdist",
        because: sdist.hasFractions
          ? "they are a file system's, with fractions of seconds" : "its members' times differ")
    } else if source == .sdist {
      state(.times, "those of the sdist", because: "it is the source")
    }
    // A checkout has the umask's modes; an sdist is laid out without them.
    let isGit = source != .sdist
    if wheel?.isGroupWritable ?? false || (isGit && sdist?.isGroupWritable ?? false) {
      variant.umask = 0o002
      state(.modes, "umask 002", because: "the group may write most members of the archive")
    }
    if case .git = source, sdist?.hasWindowsLineEndings ?? false {
      variant.hasWindowsLineEndings = true
      state(.lineEndings, "CR LF", because: "most sources in the sdist end their lines so")
    }
    variants = [variant]
    if case .git = source {
      if wheel != nil {
        var direct = variant
        direct.buildsWheelFromCheckout = true
        variants.append(direct)
      }
      if variant.hasWindowsLineEndings {
        var plain = variant
        plain.hasWindowsLineEndings = false
        variants.append(plain)
      }
    }
  }

  private mutating func inferDate() -> Int64? {
    var exact: [(time: Int64, origin: String)] = []
    if case .git(let time) = source { exact.append((time, "the commit")) }
    if let sdist, case .single(let time) = sdist.times { exact.append((time, "the sdist")) }
    switch wheel?.times {
    case .single(let time):
      // ZIP times are even seconds.
      if let found = exact.first(where: { $0.time == time || $0.time == time + 1 }) {
        state(
          .date, "\(found.time)",
          because: "all times in the wheel are that of \(found.origin)")
        return found.time
      }
      state(.date, "\(time)", because: "all times in the wheel are this one")
      return time
    case .constant(let constant):
      // A back end may give the sdist a date and not the wheel.
      if case .git = source, let sdist, case .single(let time) = sdist.times { return dated(time) }
      state(
        .date, "not set", because: "all times in the wheel are the constant of \(constant.writers)")
      return nil
    case .mixed:
      if case .git = source, let sdist, case .single(let time) = sdist.times { return dated(time) }
      state(.date, "not set", because: "the times in the wheel differ")
      return nil
    case nil:
      guard let sdist else { return nil }
      if case .single(let time) = sdist.times { return dated(time) }
      state(.date, "not set", because: "the times in the sdist are no single date")
      return nil
    }
  }

  private mutating func dated(_ time: Int64) -> Int64 {
    state(.date, "\(time)", because: "all times in the sdist are this one")
    return time
  }
}
