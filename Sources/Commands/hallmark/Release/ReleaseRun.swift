// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import Rebuild
import ServiceClients
import SystemPackage
import Verification

/// A release against the embedded stack, from source to an installed package.
struct ReleaseRun: Sendable {
  let options: ReleaseOptions
  let console: Console
  private let reporter: StageReporter

  private static let stages = ["Stack", "Build", "Attest", "Publish", "Verify", "Install"]

  init(options: ReleaseOptions, console: Console) {
    self.options = options
    self.console = console
    reporter = StageReporter(console, names: Self.stages)
  }

  /// Goes through all stages.
  ///
  /// Whatever happens, everything that was started is stopped and everything temporary is removed
  /// before this returns; with `keep` and success, the stack stays.
  ///
  /// - Throws: `CommandFailure`, `CancellationError`.
  func run() async throws -> ReleaseOutcome {
    do {
      return try await checkedRun()
    } catch let error as CancellationError {
      throw error
    } catch {
      // A stage that was interrupted may fail in its own words.
      try Task.checkCancellation()
      throw ReleaseFailure.commandFailure(for: error)
    }
  }

  private func checkedRun() async throws -> ReleaseOutcome {
    let start = ContinuousClock.now
    // What cannot be released should not have started anything.
    let configuration = try ProjectConfiguration(project: options.project)
    _ = try await SourceExport(
      project: options.project, output: options.output, allowDirty: options.build.allowDirty)

    let folders = try StackFolders(data: options.data, keep: options.keep)
    var keepsStack = false
    defer { folders.remove(keepingStack: keepsStack) }

    // The stack must know the project's name; a name that only the build tells comes later.
    var stack: EmbeddedStack?
    do {
      if let name = configuration.name { stack = try await startStack(name, folders: folders) }
      let build = try await build()
      let running: EmbeddedStack
      if let stack {
        running = stack
      } else {
        running = try await startStack(build.project, folders: folders)
        stack = running
      }
      var outcome = try await stages(build, stack: running, folders: folders, start: start)
      if options.keep {
        outcome = outcome.keeping(running, log: folders.settleLog())
        keepsStack = true
      } else {
        await running.stop()
      }
      return outcome
    } catch {
      let words = stack?.lastLines() ?? []
      await stack?.stop()
      guard !(error is CancellationError), !Task.isCancelled else { throw error }
      var failure = ReleaseFailure.commandFailure(for: error)
      // The server's own reason is only in its messages when a request failed.
      if error is TransportError || error is UploadRefusal || error is TrustedPublishingRefusal {
        failure.diagnostic.notes += words.map { "hallmark-server: \($0)" }
      }
      throw failure
    }
  }

  private func startStack(
    _ project: ProjectName, folders: StackFolders
  ) async throws -> EmbeddedStack {
    try await stage("Stack", doing: "starting hallmark-server") {
      let stack = try await EmbeddedStack.start(
        EmbeddedStack.Options(
          data: folders.data, port: options.port, publisher: project.normalized,
          keep: options.keep, log: folders.log))
      return (stack, "issuer, authority, log and index at \(stack.announcement.url.origin)")
    }
  }

  private func build() async throws -> BuiltRelease {
    try await stage("Build", doing: "exporting the commit") {
      let build = try await BuildStage(options: options.build, console: console).run { line in
        reporter.began("Build", line)
      }
      return (build, BuildStage.summary(build))
    }
  }

  private func stages(
    _ build: BuiltRelease, stack: EmbeddedStack, folders: StackFolders,
    start: ContinuousClock.Instant
  ) async throws -> ReleaseOutcome {
    let announcement = stack.announcement
    let transport = try HTTPTransport(
      TransportConfiguration(
        version: options.version, additionalAuthorities: announcement.tlsAuthority,
        // The stack is on this machine; no proxy has a part in it.
        proxies: .none))
    do {
      let services = try StackServices(
        announcement, project: build.project, build: build, transport: transport)
      let attested = try await stage("Attest", doing: "signing and logging") {
        let attested = try await AttestStage(
          build: build, options: options, services: services
        ).run()
        return (attested, AttestStage.summary(attested))
      }
      let published = try await stage("Publish", doing: "uploading") {
        let published = try await PublishStage(
          build: build, attestations: attested.attestations, services: services
        ).run()
        return (published, PublishStage.summary(published, url: announcement.url))
      }
      try await stage("Verify", doing: "reading from the index") {
        try await VerifyStage(
          build: build, options: options, services: services
        ).run()
        return ((), VerifyStage.summary(build))
      }
      let installed = try await stage("Install", doing: "making a virtual environment") {
        let installed = try await InstallStage(
          build: build, simpleURL: services.simpleURL,
          certificateAuthority: FilePath(announcement.tlsAuthority)
        ).run { line in reporter.began("Install", line) }
        return (installed, InstallStage.summary(installed))
      }
      await transport.shutdown()
      return ReleaseOutcome(
        build: build, attested: attested, published: published,
        pageURL: services.pageURL.description, simpleURL: services.simpleURL.description,
        installed: installed, kept: nil, output: options.output, data: options.data,
        duration: ContinuousClock.now - start)
    } catch {
      await transport.shutdown()
      throw error
    }
  }

  /// Runs one stage and shows its line.
  private func stage<Value>(
    _ name: String, doing: String, _ work: () async throws -> (Value, String)
  ) async throws -> Value {
    try await reporter.stage(name, doing: doing, work)
  }
}

extension ReleaseOutcome {
  /// The same with a stack that stays.
  fileprivate func keeping(_ stack: EmbeddedStack, log: FilePath) -> ReleaseOutcome {
    let announcement = stack.announcement
    return ReleaseOutcome(
      build: build, attested: attested, published: published, pageURL: pageURL,
      simpleURL: simpleURL, installed: installed,
      kept: KeptStack(
        processIdentifier: announcement.processIdentifier,
        url: announcement.url.origin, plainURL: announcement.plainURL.origin,
        data: announcement.data, log: log.string, tlsAuthority: announcement.tlsAuthority),
      output: output, data: data, duration: duration)
  }
}
