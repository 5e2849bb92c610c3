// SPDX-License-Identifier: Apache-2.0

/// Nothing of a project template is left over.
enum TemplateResidue: AuditRule {
  static let description = RuleDescription(
    id: "template-residue", title: "nothing of a project template is left over",
    severity: .low, checklist: [43], sources: ["secure package template"],
    why: """
      Reports of vulnerabilities go to the template's authors, reviews are asked of people who \
      do not exist, the index links to another project.
      """,
    fix: "write the project's own names",
    samples: [
      RuleSample(
        "reports go to the template", .findings(lines: [3]), isWhole: true,
        files: [
          (
            "SECURITY.md",
            "# Security\n\nhttps://github.com/sethmlarson/secure-python-package-template/security\n"
          ),
          ("pyproject.toml", "[project]\nname = \"acme\"\n"),
        ]),
      RuleSample(
        "a name that nobody filled in", .findings(lines: [1]), isWhole: true,
        files: [("CODEOWNERS", "* @{{ cookiecutter.github_username }}\n")]),
      RuleSample(
        "its own names", .good, isWhole: true,
        files: [("SECURITY.md", "# Security\n\nhttps://github.com/acme/acme/security\n")]),
    ])

  private static let marks = [
    "secure-python-package-template", "{{ cookiecutter.", "{{cookiecutter.", "{{ copier.",
    "YOUR_USERNAME", "your-username", "yourusername", "YOUR-ORG", "your-org/", "<your-",
    "OWNER/REPO/security", "pypa/sampleproject", "A sample Python project",
    "author@example.com",
  ]
  private static let paths = [
    "README.md", "README.rst", "SECURITY.md", ".github/SECURITY.md", "CODEOWNERS",
    ".github/CODEOWNERS", "docs/CODEOWNERS", "pyproject.toml", "RELEASING.md",
    ".github/dependabot.yml", "CONTRIBUTING.md",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let files = paths.compactMap { project.files[$0] }
    guard !files.isEmpty else {
      return .notApplicable("none of the files that come from templates was given")
    }
    // Templates themselves name themselves.
    let isTemplate =
      project.files["pyproject.toml"].map {
        $0.text.mentions("name = \"sampleproject\"")
          || $0.text.mentions("name = \"secure-package-template\"")
          || $0.text.mentions("name = \"secure_package_template\"")
          || $0.text.mentions("name = \"secure-python-package-template\"")
          || $0.text.mentions("name = \"secure_package_template\"")
      } ?? false
      || project.files.keys.contains { $0.mentions("{{") }
    guard !isTemplate else { return .notApplicable("the project is a template") }
    var findings: [Finding] = []
    for file in files {
      for mark in marks {
        guard let place = file.place(of: mark) else { continue }
        findings.append(finding("`\(mark)` is left over from a template", at: place))
        break
      }
    }
    return .examined(findings)
  }
}
