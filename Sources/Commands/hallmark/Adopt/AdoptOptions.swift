// SPDX-License-Identifier: Apache-2.0

import Adoption
import ArgumentParser
import ReleaseAudit

extension LicenseText: ExpressibleByArgument {}

extension AdoptionForge: ExpressibleByArgument {}

/// What is said about a project, for `adopt` and `new`.
struct AdoptOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The repository at the forge: owner/name, group/subgroup/name, or its address.",
      valueName: "owner/name"))
  var repository: String?

  @Option(
    help: ArgumentHelp(
      "Who reviews changes of what decides a release; may be given several times.",
      valueName: "@account"))
  var owner: [String] = []

  @Option(help: ArgumentHelp("The branch that releases come from.", valueName: "name"))
  var branch: String?

  @Option(help: "Which side is taken where recommendations contradict each other.")
  var profile: AuditProfile?

  @Option(help: "The forge that makes the releases; git's origin tells it by default.")
  var forgeKind: AdoptionForge?

  @Option(help: ArgumentHelp("The interpreter that looks requirements up.", valueName: "program"))
  var python = "python3"

  @Flag(help: "Show the changes as a diff and write nothing.")
  var diff = false

  @Flag(help: "Make the changes without asking.")
  var yes = false

  func validate() throws {
    if diff, yes { throw ValidationError("--diff shows the changes, --yes makes them.") }
  }

  /// The answers for a plan.
  func answers(license: LicenseText?) -> AdoptionAnswers {
    var answers = AdoptionAnswers()
    answers.repository = repository
    answers.forge = forgeKind
    answers.owners = owner
    answers.branch = branch
    answers.license = license
    return answers
  }
}
