// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Files that a script has fetched, and that nothing has been compared with since.
struct DownloadedFiles {
  /// A file that was fetched.
  struct File {
    /// Its path, as it is written.
    let name: String
    /// The program that fetched it.
    let fetcher: String
  }

  /// Programs that fetch.
  static let fetchers: Set<String> = [
    "curl", "wget", "irm", "iwr", "invoke-restmethod", "invoke-webrequest",
  ]
  /// Programs that run a file which they are given.
  private static let runners: Set<String> = [
    "sh", "bash", "dash", "zsh", "python", "python3", "perl", "node", "ruby", "source", ".", "pwsh",
  ]
  /// Programs that compare a file with a digest or a signature.
  private static let checkers: Set<String> = [
    "sha1sum", "sha256sum", "sha384sum", "sha512sum", "b2sum", "b3sum", "shasum", "md5sum", "gpg",
    "gpgv", "gpg2", "cosign", "minisign", "signify", "openssl", "slsa-verifier", "sigstore",
    "get-filehash", "certutil", "rhash", "hallmark", "diff", "cmp",
  ]

  private var files: [String: File] = [:]

  /// The file that a program runs and that is still unseen.
  ///
  /// What checks files makes all of them seen.
  mutating func run(by invocation: ShellInvocation, _ command: ShellCommand) -> File? {
    guard !files.isEmpty else { return nil }
    let isCheck =
      Self.checkers.contains(invocation.program)
      || invocation.program == "gh" && invocation.isSubcommand(["attestation", "verify"])
    guard !isCheck else {
      files = [:]
      return nil
    }
    guard Self.runners.contains(invocation.program) else {
      let program = command.words.first { $0.span.lowerBound == invocation.range.lowerBound }
      return program.flatMap { $0.text.contains("/") ? files[Self.normal($0.text)] : nil }
    }
    // Behind `-c` stands a text, and behind `-m` a module.
    let options = invocation.arguments.prefix { $0.text.hasPrefix("-") }
    guard !invocation.isModule,
      !options.contains(where: { $0.text.hasSuffix("c") && !$0.text.hasPrefix("--") })
    else { return nil }
    let file = invocation.arguments.dropFirst(options.count).first
    return file.flatMap { files[Self.normal($0.text)] }
  }

  /// Remembers where a program leaves what it fetches.
  mutating func note(_ invocation: ShellInvocation, _ command: ShellCommand) {
    guard let name = Self.target(invocation, command) else { return }
    files[Self.normal(name)] = File(name: name, fetcher: invocation.program)
  }

  /// Whether a command writes what it fetches to its output; true for others.
  static func writesOutput(_ command: ShellCommand) -> Bool {
    guard let invocation = ShellInvocation(command), fetchers.contains(invocation.program) else {
      return true
    }
    return target(invocation, command) == nil
  }

  /// The file that a program writes what it fetches to; nil where that is its output.
  private static func target(_ invocation: ShellInvocation, _ command: ShellCommand) -> String? {
    if let redirection = command.redirections.last(where: { [">", "&>"].contains($0.operator) }) {
      return redirection.target.text
    }
    let words = invocation.arguments.map(\.text)
    let address = words.last { $0.contains("://") }
    switch invocation.program {
    case "curl":
      if let name = value(of: "o", or: "--output", in: words) { return name == "-" ? nil : name }
      let isRemote = words.contains {
        $0 == "--remote-name" || $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("O")
      }
      return isRemote ? address.flatMap(base) : nil
    case "wget":
      if let name = value(of: "O", or: "--output-document", in: words) {
        return name == "-" ? nil : name
      }
      return address.flatMap(base)
    default:
      let place = words.firstIndex { ["-outfile", "-o"].contains($0.lowercased()) }
      return place.flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
    }
  }

  /// The value of an option whose letter ends a word, or begins one with the value behind it.
  private static func value(
    of letter: Character, or long: String, in words: [String]
  ) -> String? {
    for (index, word) in words.enumerated() {
      if word.hasPrefix(long + "=") { return String(word.dropFirst(long.count + 1)) }
      let isShort = word.hasPrefix("-") && !word.hasPrefix("--")
      if word == long || isShort && word.last == letter && word.count <= 8 {
        return index + 1 < words.count ? words[index + 1] : nil
      }
      // `-qO-`, `-oname`.
      if isShort, let place = word.firstIndex(of: letter), word[..<place].count <= 4 {
        return String(word[word.index(after: place)...])
      }
    }
    return nil
  }

  private static func base(_ address: String) -> String? {
    let path = address.prefix { !"?#".contains($0) }
    guard let name = path.split(separator: "/").last, path.split(separator: "/").count > 2 else {
      return nil
    }
    return String(name)
  }

  private static func normal(_ path: String) -> String {
    path.hasPrefix("./") ? String(path.dropFirst(2)) : path
  }
}
