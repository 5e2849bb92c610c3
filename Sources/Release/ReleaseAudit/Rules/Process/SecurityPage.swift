// SPDX-License-Identifier: Apache-2.0

import SourceText

/// SECURITY.md names supported versions and where to report.
enum SecurityPage: AuditRule {
  static let description = RuleDescription(
    id: "security-page", title: "SECURITY.md names supported versions and where to report",
    severity: .low, checklist: [66], sources: ["secure package template"],
    why: """
      Who finds a vulnerability and no address writes a public issue, and attackers read it \
      before users do.
      """,
    fix: "write SECURITY.md: which versions get fixes, and the page or address for reports",
    samples: [
      RuleSample(
        "none", .findings(lines: [0]), isWhole: true,
        files: [("pyproject.toml", "[project]\nname = \"acme\"\n")]),
      RuleSample(
        "no address", .findings(lines: [0]), isWhole: true,
        files: [("SECURITY.md", "# Security\n\nThe latest version is supported.\n")]),
      RuleSample(
        "another project's address", .findings(lines: [4]), isWhole: true,
        files: [
          (
            "SECURITY.md",
            """
            # Security

            The latest version is supported. Report at
            https://github.com/other/project/security/advisories/new

            """
          ),
          (
            "pyproject.toml",
            "[project]\nname = \"acme\"\n[project.urls]\nSource = \"https://github.com/acme/acme\"\n"
          ),
        ]),
      RuleSample(
        "both", .good, isWhole: true,
        files: [
          (
            "SECURITY.md",
            """
            # Security

            The latest version is supported. Report at
            https://github.com/acme/acme/security/advisories/new

            """
          )
        ]),
      RuleSample(
        "a part", .notApplicable, files: [("pyproject.toml", "[project]\nname = \"acme\"\n")]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard let page = project.securityPage else {
      guard project.isWhole else { return AuditedProject.isPart }
      return .examined([
        finding("there is no SECURITY.md", at: Finding.Place("SECURITY.md", nil))
      ])
    }
    var findings: [Finding] = []
    let text = page.text.lowercased()
    let hasAddress =
      text.mentions("@") || text.mentions("https://") || text.mentions("security tab")
      || text.mentions("report a vulnerability")
    if !hasAddress {
      findings.append(
        finding("the page names no place for reports", at: Finding.Place(page.path, nil)))
    }
    if !["version", "supported", "latest", "release"].contains(where: { text.mentions($0) }) {
      findings.append(
        finding(
          "the page does not say which versions get fixes", .info,
          at: Finding.Place(page.path, nil)))
    }
    if let own = project.ownRepository {
      for line in page.textLines {
        guard let start = line.text.firstPlace(of: "https://github.com/"),
          line.text.mentions("/security/")
        else { continue }
        let rest = String(line.text.utf8.dropFirst(start + 19)) ?? ""
        let named = rest.split(separator: "/").prefix(2).joined(separator: "/").lowercased()
        // An organisation's own page of reports is not another project's.
        guard named != own, named.split(separator: "/").first != own.split(separator: "/").first
        else { continue }
        findings.append(
          finding(
            "reports go to \(named), and the project is \(own)",
            at: Finding.Place(page.path, line.span)))
      }
    }
    return .examined(findings)
  }
}

extension AuditedProject {
  /// Owner and name at GitHub, in lowercase, as git or `pyproject.toml` says.
  var ownRepository: String? {
    if let origin = git?.settings.remotes["origin"], let start = origin.firstPlace(of: "github.com")
    {
      let parts = Substring(origin.utf8.dropFirst(start + 11)).split(separator: "/")
      if parts.count == 2 {
        let name = parts[1].hasSuffix(".git") ? parts[1].dropLast(4) : parts[1]
        return "\(parts[0])/\(name)".lowercased()
      }
    }
    guard let table = try? pyproject?.optional("project")?.optional("urls")?.table() else {
      return nil
    }
    for member in table.members {
      guard case .string(let address) = member.value,
        ["source", "repository", "source code", "code", "github", "homepage"]
          .contains(member.key.lowercased()),
        address.hasPrefix("https://github.com/")
      else { continue }
      let parts = address.dropFirst(19).split(separator: "/")
      guard parts.count >= 2 else { continue }
      let name = parts[1].hasSuffix(".git") ? parts[1].dropLast(4) : parts[1]
      return "\(parts[0])/\(name)".lowercased()
    }
    return nil
  }
}
