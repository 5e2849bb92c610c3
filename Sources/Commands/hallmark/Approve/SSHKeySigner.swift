// SPDX-License-Identifier: Apache-2.0

import Approvals
import SSHSignatures
import Subprocess
import SystemPackage
import Verification

/// Signs with an SSH key by the program `ssh-keygen`, which knows agents, passphrases and hardware
/// keys; private keys are never read here.
struct SSHKeySigner: Sendable {
  /// The file that is given to the program: a private key, or a public one whose other half an
  /// agent or a hardware key has.
  private let path: String
  /// The public key.
  let key: SSHPublicKey

  /// What the program needs of the environment, and nothing else.
  private static let variables = [
    "PATH", "HOME", "USER", "LOGNAME", "TERM", "LANG", "LC_ALL", "TMPDIR", "SSH_AUTH_SOCK",
    "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "SSH_SK_PROVIDER", "SSH_SK_HELPER", "DISPLAY",
    "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR",
  ]

  /// Finds the public key of a key's file: in it, or in the file beside it with `.pub`.
  ///
  /// - Throws: `CommandFailure`.
  init(keyFile path: String) throws(CommandFailure) {
    self.path = path
    let place = path.utf8.suffix(4).elementsEqual(".pub".utf8) ? path : path + ".pub"
    do {
      key = try SSHKeyLine(
        parsing: try FileReading.bytes(of: place, limit: SSHKeyLine.sizeLimit)
      ).key
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the public half of the SSH key cannot be read: \(error)", place: place,
          help: [
            "name the private key with its .pub file beside it, or the .pub file of a key in an "
              + "agent; `ssh-keygen -y` writes one"
          ]))
    }
  }

  private static let refusal = (
    problem: "ssh-keygen says no",
    help: "see its message above; is the key in the agent, or its file there?"
  )

  /// Signs a message for a purpose, and checks the signature.
  ///
  /// - Throws: `CommandFailure`, `CancellationError`.
  func sign(_ message: [UInt8], for namespace: String) async throws -> SSHSignature {
    var variables: [Environment.Key: String] = [:]
    for name in Self.variables {
      if let key = Environment.Key(rawValue: name) { variables[key] = Platform.environment(name) }
    }
    func failure(_ problem: String, _ help: String) -> CommandFailure {
      CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic("the approval is not signed: \(problem)", place: path, help: [help]))
    }
    let output: [UInt8]
    do {
      // It stays in the group of this process: it may ask for a passphrase at the terminal.
      let result = try await Subprocess.run(
        .name("ssh-keygen"), arguments: ["-Y", "sign", "-q", "-n", namespace, "-f", path],
        environment: .custom(variables), input: .array(message), output: .bytes(limit: 64 << 10),
        error: .currentStandardError)
      try Task.checkCancellation()
      guard result.terminationStatus.isSuccess else {
        throw failure(Self.refusal.problem, Self.refusal.help)
      }
      output = result.standardOutput
    } catch let error as SubprocessError where error.code == .failedToWriteToSubprocess {
      // It ended before it read the message.
      try Task.checkCancellation()
      throw failure(Self.refusal.problem, Self.refusal.help)
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw failure(
        "ssh-keygen cannot be run: \(error)",
        "install OpenSSH, on Debian and Ubuntu: apt-get install openssh-client")
    }
    do {
      let signature = try SSHSignature(armored: output)
      try signature.check(message, for: namespace, by: key)
      return signature
    } catch {
      throw failure(
        "what ssh-keygen made does not verify: \(error)",
        "use a key of 2048 bits or more, and touch a hardware key when it asks for it")
    }
  }
}
