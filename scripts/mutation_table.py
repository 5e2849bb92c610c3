# SPDX-License-Identifier: Apache-2.0
"""The table of mutants in the documentation, and the list of those that need no test."""

import os
import re

from mutation_copy import MUTATED, ROOT, read, swift_files

TABLE = "Documentation/mutants.md"
EQUIVALENT = "scripts/mutants-equivalent.txt"
SHOWN = 3


def equivalents():
    """Reasons by the name of a mutant: a line with the name, then indented lines with the reason."""
    reasons, name = {}, None
    if not os.path.exists(os.path.join(ROOT, EQUIVALENT)):
        return reasons
    for line in read(EQUIVALENT).splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            reasons[name] = (reasons[name] + " " + line.strip()).strip()
        else:
            name = line.strip()
            reasons[name] = ""
    return reasons


def faults_of_equivalents(reasons, places, results=None):
    """Entries without reason, of no mutant, or of mutants that tests do notice."""
    faults = []
    for name, reason in reasons.items():
        of = [p for p in places if p.name == name]
        if not of:
            faults.append(f"there is no such mutant (any more): {name}")
        elif not reason:
            faults.append(f"no reason is given: {name}")
        elif results is not None and all(
                p.key in results and results[p.key]["by"] for p in of):
            faults.append(f"a test notices it, the entry is not needed: {name}")
    return faults


def row(place, result, reasons):
    """One line of the table, and what kind of outcome it is."""
    if not result:
        kind, text = "open", "**not run**"
    elif result["by"]:
        kind = "killed"
        cases = [f"`{case}`" for case in result["by"][:SHOWN]]
        text = ", ".join(cases)
        if len(result["by"]) > SHOWN:
            text += f" and {len(result['by']) - SHOWN} more"
        if result["how"] not in ("fails", "reached"):
            text += f": {result['how']}"
    elif place.name in reasons:
        kind, text = "equivalent", f"*none needed*: {reasons[place.name]}"
    else:
        kind, text = "survived", f"**SURVIVED**: {result['how']}"
    code = place.code.replace("|", "\\|").replace("`", "'")
    return kind, f"| `{place.within}` | {place.kind} | `{code}` | {text} |"


def table(places, results, reasons, sources, tests):
    """The table's text and the counts by outcome."""
    count = {"killed": 0, "equivalent": 0, "survived": 0, "open": 0}
    parts, path = [], None
    for place in places:
        kind, line = row(place, results.get(place.key), reasons)
        count[kind] += 1
        if place.path != path:
            path = place.path
            parts.append(f"\n## {path}\n\n| within | mutant | code | noticed by |\n|---|---|---|---|")
        parts.append(line)
    folders = ", ".join(f"`{folder}`" for folder in MUTATED)
    head = f"""# Rejections and the cases that notice when they are gone

Written by `make mutants`; do not edit. Each rejection in {folders} is removed, one at a time, in a copy of the sources, and the tests of `Tests/Evidence` and `Tests/Release/VerificationTests` that reach the place run. The mutants:

- *condition*: one condition of a `guard` holds always; *removed*: a conditional `throw` or `return nil` is not there; *true*: a function or property of true and false answers true where it would answer false; *passes*: a failed check passes; *no reason*: a function that answers with what is wrong finds nothing wrong.
- *never fails*: one for each reason code of `VerificationRule`: no failure of this rule counts.
- *other reason*: nothing can go on without the value that is asked for, so provenance is refused with another `ProvenanceReason`; only a case that asks for the reason notices.
- *stops*: nothing can go on and there is no code; the program stops there, and every test that reaches the place notices.

What is shown is a kept result of an earlier run if the file's code has not changed since and a test that noticed it still reaches the place; changes of other files do not make it run again. Survivors run again when anything changes. `scripts/mutants --fresh` runs everything. The digests leave comments and layout out; `scripts/check` compares them.

- sources: `sha256:{sources}`
- tests: `sha256:{tests}`
- mutants: {len(places)}; killed: {count["killed"]}; equivalent, with a reason: {count["equivalent"]}; survived: {count["survived"]}; not run: {count["open"]}
"""
    return head + "\n".join(parts) + "\n", count


def faults(places, sources, test_folders):
    """Why the table in the documentation is not good enough; nothing if it is."""
    if not os.path.exists(os.path.join(ROOT, TABLE)):
        return [f"there is no {TABLE}"]
    present = read(TABLE)
    found = []
    if f"sources: `sha256:{sources}`" not in present:
        found.append(f"{TABLE} is of other sources")
    counts = re.search(r"survived: (\d+); not run: (\d+)", present)
    if not counts:
        return found + [f"{TABLE} has no counts"]
    if counts.group(1) != "0":
        found.append(f"{TABLE} has {counts.group(1)} survivors without a reason")
    if counts.group(2) != "0":
        found.append(f"{TABLE} has {counts.group(2)} mutants that were not run")
    tests = "\n".join(read(path) for path in swift_files(test_folders))
    # A test is named by its function, plain or in backticks, or by the text of its attribute.
    known = set(re.findall(r"\bfunc (\w+)", tests)) | set(re.findall(r"\bfunc `([^`]+)`", tests))
    known |= set(re.findall(r'@Test\(\s*"([^"]+)"', tests))
    for line in present.splitlines():
        if not line.startswith("| `") or "*none needed*" in line:
            continue
        noticed = re.findall(r"`([^`]+)`", line.rsplit(" | ", 1)[1].replace("``", "`"))
        names = [case.split(" (")[0] for case in noticed]
        if names and not any(name in known for name in names):
            found.append(f"{TABLE} names only tests that do not exist: {', '.join(names)}")
    return found + faults_of_equivalents(equivalents(), places)
