// SPDX-License-Identifier: Apache-2.0

import SourceText

/// There is a license file, and the metadata name the same license.
enum LicenseAgrees: AuditRule {
  static let description = RuleDescription(
    id: "license", title: "the license file and the metadata agree",
    severity: .low, checklist: [44], sources: ["secure package template"],
    why: "Without a license nobody may use the release; with two, nobody knows which holds.",
    fix: "add LICENSE, and write its SPDX expression as `license` in pyproject.toml",
    samples: [
      RuleSample(
        "no file", .findings(lines: [0]), isWhole: true,
        files: [("pyproject.toml", "[project]\nname = \"acme\"\nlicense = \"MIT\"\n")]),
      RuleSample(
        "two licenses", .findings(lines: [0]), isWhole: true,
        files: [
          ("pyproject.toml", "[project]\nname = \"acme\"\nlicense = \"MIT\"\n"),
          ("LICENSE", "                                 Apache License\n"),
        ]),
      RuleSample(
        "one license", .good, isWhole: true,
        files: [
          ("pyproject.toml", "[project]\nname = \"acme\"\nlicense = \"MIT\"\n"),
          ("LICENSE", "MIT License\n\nCopyright the authors\n"),
        ]),
      RuleSample(
        "a part", .notApplicable, files: [("pyproject.toml", "[project]\nname = \"acme\"\n")]),
    ])

  private static let known: [(title: String, spdx: [String])] = [
    ("Apache License", ["Apache-2.0"]), ("MIT License", ["MIT"]),
    ("Mozilla Public License", ["MPL-2.0"]),
    ("GNU AFFERO GENERAL PUBLIC LICENSE", ["AGPL"]),
    ("GNU LESSER GENERAL PUBLIC LICENSE", ["LGPL"]),
    ("GNU GENERAL PUBLIC LICENSE", ["GPL"]), ("BSD 3-Clause", ["BSD-3-Clause"]),
    ("BSD 2-Clause", ["BSD-2-Clause"]), ("CC0 1.0", ["CC0-1.0"]), ("ISC License", ["ISC"]),
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let license = project.files.values.filter { file in
      let name = file.path.lowercased()
      return ["license", "licence", "copying", "unlicense"].contains { name.hasPrefix($0) }
        || name.hasPrefix("licenses/")
    }.min { $0.path < $1.path }
    guard let license else {
      guard project.isWhole else { return AuditedProject.isPart }
      return .examined([
        finding("there is no license file", at: Finding.Place("LICENSE", nil))
      ])
    }
    guard let file = project.files["pyproject.toml"],
      let declared = declared(project.pyproject)
    else { return .examined([]) }
    let head = String(license.text.prefix(400))
    guard let found = known.first(where: { head.mentions($0.title) }),
      !found.spdx.contains(where: { declared.mentions($0) }),
      // A short text such as "MIT" is compared; a sentence is not.
      known.contains(where: { $0.spdx.contains { declared.mentions($0) } })
    else { return .examined([]) }
    return .examined([
      finding(
        "`license` says \(declared), and \(license.path) is the \(found.title)",
        at: Finding.Place(file.path, nil), related: [Finding.Place(license.path, nil)])
    ])
  }

  private static func declared(_ root: TOMLNode?) -> String? {
    guard let project = try? root?.optional("project"),
      let license = try? project.optional("license")
    else { return nil }
    if let text = try? license.string() { return text }
    return try? license.optional("text")?.string()
  }
}
