// SPDX-License-Identifier: Apache-2.0

import Certificates
import Sigstore

/// The command that pins the signer of a bundle, safe to paste.
enum PinningCommand {
  /// The line; names are quoted for the shell.
  static func line(for bundle: VerifiedBundle, of file: String) -> String {
    let certificate = bundle.certificate
    let prefix = "https://github.com/"
    if certificate.issuer == "https://token.actions.githubusercontent.com",
      let repository = certificate.claims[.sourceRepositoryURI], repository.hasPrefix(prefix),
      let configuration = certificate.claims[.buildConfigURI],
      let path = configuration.split(separator: "@").first,
      let workflow = path.split(separator: "/").last
    {
      return "hallmark verify \(ShellWord.quoted(file)) --repository "
        + ShellWord.quoted(String(repository.dropFirst(prefix.count)))
        + " --workflow \(ShellWord.quoted(String(workflow)))"
    }
    return "hallmark verify \(ShellWord.quoted(file)) --identity "
      + "\(ShellWord.quoted(certificate.subjectAlternativeName.text)) --issuer "
      + ShellWord.quoted(certificate.issuer ?? "")
  }
}
