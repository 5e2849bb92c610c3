// SPDX-License-Identifier: Apache-2.0

import Identity
import ServiceClients
import SystemPackage
import Verification

extension IdentityOptions {
  /// The source of a person who logs in.
  ///
  /// Without a wish, a browser is used where one can be opened; over SSH or on a console it could
  /// not reach this machine's address, so a code is used.
  ///
  /// - Parameters:
  ///   - login: the wish.
  ///   - issuer: where to log in.
  ///   - transport: the run's transport.
  ///   - console: where the person is told what to do.
  /// - Returns: the source.
  /// - Throws: `CommandFailure` when the issuer cannot be used.
  func loginSource(
    _ login: Login?, at issuer: String, transport: HTTPTransport, console: Console
  ) throws(CommandFailure) -> any IdentityTokenSource {
    guard let url = try? ServiceURL(issuer), url.isSecure || url.isLoopback else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "nobody can log in at `\(issuer)`: an issuer must have an `https` URL",
          help: ["name another by --oidc-issuer"]))
    }
    let opener = BrowserOpener(environment: Platform.environmentVariables())
    let way: PersonLogin.Way =
      switch login {
      case .browser: .browser
      case .device: .device
      case nil: opener == nil ? .deviceOrBrowser : .browser
      }
    let client = IssuerClient(
      issuer: issuer, clientIdentifier: clientIdentifier, transport: transport)
    return PersonLogin(at: client, way: way, now: { FileReading.now() }) { prompt in
      LoginTerminal(console: console, opener: opener, issuer: issuer).show(prompt)
    }
  }
}

/// Tells a person at the terminal how to log in; `--quiet` does not hide it.
struct LoginTerminal: Sendable {
  let console: Console
  let opener: BrowserOpener?
  let issuer: String

  func show(_ prompt: LoginPrompt) {
    switch prompt {
    case .browser(let url):
      let isOpen = opener?.open(url) ?? false
      write(
        isOpen
          ? "log in at \(issuer) in the browser; if none opened, open this address on this machine:"
          : "log in at \(issuer): open this address in a browser on this machine:")
      write("  " + console.styled(printable(url), .accent, on: .error))
    case .device(let code, let address, let completeAddress, let seconds):
      write("log in at \(issuer): open this address on any device")
      write("  " + console.styled(printable(completeAddress ?? address), .accent, on: .error))
      let minutes = max(1, seconds / 60)
      let time = minutes == 1 ? "a minute" : "\(minutes) minutes"
      write(
        "and "
          + (completeAddress == nil ? "enter the code " : "compare the code ")
          + console.styled(printable(code), .strong, on: .error) + " within \(time)")
    }
  }

  /// An address must be shown whole.
  private func printable(_ text: String) -> String { UntrustedText.printable(text, limit: 8_192) }

  private func write(_ line: String) { console.writeToError(line + "\n") }
}

/// The program that opens the user's browser.
struct BrowserOpener: Sendable {
  let program: FilePath

  /// Finds `xdg-open` where there is a display, or `open` on macOS.
  init?(environment: [String: String]) {
    #if os(macOS)
      let name = "open"
      let hasDisplay = environment["SSH_CONNECTION"] == nil
    #else
      let name = "xdg-open"
      let hasDisplay = ["DISPLAY", "WAYLAND_DISPLAY"].contains { environment[$0]?.isEmpty == false }
    #endif
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    let candidates = folders.lazy.filter { $0.hasPrefix("/") }
      .map { FilePath(String($0)).appending(name) }
    guard hasDisplay, let program = candidates.first(where: Platform.isExecutable) else {
      return nil
    }
    self.program = program
  }

  /// Opens an address; the program is left to itself, since some wait for the browser's end.
  func open(_ url: String) -> Bool {
    do {
      let nothing = try FileDescriptor.open("/dev/null", .readWrite, options: [.closeOnExec])
      defer { try? nothing.close() }
      _ = try Platform.spawn(
        program, arguments: [url], input: nothing, output: nothing, error: nothing)
      return true
    } catch {
      return false
    }
  }
}
