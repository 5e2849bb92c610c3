// SPDX-License-Identifier: Apache-2.0

import Workflows

/// A `docker run` or `podman run` in a script whose image is written there.
struct DockerRun {
  /// The image.
  let image: String
  /// The bytes of the command.
  let span: Range<Int>

  // More steps than any job has; further ones are taken to build no image.
  private static let most = 200

  /// Options without a value of their own.
  private static let flags: Set<String> = [
    "--rm", "-i", "-t", "-it", "-ti", "-d", "-dit", "--interactive", "--tty", "--detach", "--init",
    "--privileged", "--read-only", "-P", "--publish-all", "--no-healthcheck", "--quiet", "-q",
    "--sig-proxy", "--oom-kill-disable",
  ]

  /// Options with a value in the next word.
  private static let valued: Set<String> = [
    "-v", "--volume", "-e", "--env", "-w", "--workdir", "-u", "--user", "--name", "--network",
    "--net", "-p", "--publish", "--platform", "--entrypoint", "--mount", "--env-file", "-h",
    "--hostname", "--add-host", "--cpus", "-m", "--memory", "-l", "--label", "--ulimit",
    "--shm-size", "--gpus", "--device", "--security-opt", "--cap-add", "--cap-drop", "--pull",
    "--restart", "--tmpfs", "--userns", "--ipc", "--pid", "--volumes-from", "--cidfile",
  ]

  /// The commands of a step, without images that the same job builds or loads.
  ///
  /// A command with an option that is not known is left out: what follows may be its value.
  static func all(in site: StepSite) -> [Self] {
    guard let run = site.step.run, run.value.holds("docker") || run.value.holds("podman") else {
      return []
    }
    let steps = (site.job?.steps ?? []).prefix(most)
    return site.commands.compactMap { command in
      guard let invocation = ShellInvocation(command),
        ["docker", "podman"].contains(invocation.program), let image = image(invocation),
        !steps.contains(where: { makes(image, $0) })
      else { return nil }
      return Self(image: image, span: command.span)
    }
  }

  private static func image(_ invocation: ShellInvocation) -> String? {
    guard invocation.arguments.first?.text == "run" else { return nil }
    var isValue = false
    for word in invocation.arguments.dropFirst() {
      let text = word.text
      if isValue {
        isValue = false
      } else if text.hasPrefix("-") {
        guard !text.contains("="), !flags.contains(text) else { continue }
        guard valued.contains(text) else { return nil }
        isValue = true
      } else {
        // Without a folder or a tag it may be the name of something local.
        let isNamed = text.contains("/") || text.contains(":")
        return word.isLiteral && isNamed && !text.contains("${{") ? text : nil
      }
    }
    return nil
  }

  /// Whether a step builds or loads an image of this name.
  private static func makes(_ image: String, _ step: Step) -> Bool {
    let name = String(image.prefix { $0 != ":" && $0 != "@" })
    if let run = step.run?.value {
      if run.holds("docker load") || run.holds("podman load") { return true }
      let isBuilt = run.holds(" build") || run.holds("docker tag") || run.holds("podman tag")
      guard isBuilt else { return false }
      return ["-t \(name)", "--tag \(name)", "--tag=\(name)", "tag \(name)"]
        .contains { run.mentions($0) } || run.holds(" tag ") && run.mentions(" \(image)\n")
    }
    return step.with?["tags"]?.value.mentions(name) ?? false
  }
}
