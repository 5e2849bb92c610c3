# SPDX-License-Identifier: Apache-2.0
"""The copy of the package with all mutants, and its build; for scripts/mutants."""

import hashlib
import os
import re
import shutil
import subprocess
import sys

import mutation_places as places_module
from mutation_text import blanked, without_comments

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.path.join(ROOT, ".build-mutants")
COPY = os.path.join(WORK, "package")
MUTATED = ["Sources/Evidence", "Sources/Release/Policies", "Sources/Release/Verification"]
TESTS = ["Tests/Evidence", "Tests/Release/VerificationTests", "Tests/Support"]


def step(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def fail(text, help_text=None):
    print(f"error: {text}", file=sys.stderr)
    if help_text:
        print(f"help: {help_text}", file=sys.stderr)
    sys.exit(1)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def swift_files(folders):
    found = []
    for folder in folders:
        for path, _, names in os.walk(os.path.join(ROOT, folder)):
            found += [os.path.join(path, n) for n in names if n.endswith(".swift")]
    return sorted(os.path.relpath(p, ROOT) for p in found)


def digest(texts):
    """The digest of files without their comments and layout: what decides how they behave."""
    total = hashlib.sha256()
    for path in sorted(texts):
        total.update(f"{path}\0{file_digest(texts[path])}\n".encode())
    return total.hexdigest()


def file_digest(text):
    code = " ".join(without_comments(text).split())
    return hashlib.sha256(code.encode()).hexdigest()


def entries(text):
    """The entries of the list that `text` begins in, up to its closing bracket."""
    mask = blanked(text)
    found, depth, start = [], 0, 0
    for index, char in enumerate(mask):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        if depth < 0 or depth == 0 and char == ",":
            entry = without_comments(text[start:index]).strip()
            if entry:
                found.append(entry)
            start = index + 1
        if depth < 0:
            return found
    return fail("Package.swift has a list without end")


def manifest():
    """Package.swift with only the modules that verification and its tests need.

    They are the modules of the mutated folders and the tests in TESTS, with all they depend on.
    The tests themselves are not optimised: they cost nothing, and swiftc 6.3 ends with an error of
    its own when it optimises them.
    """
    text = read("Package.swift")
    head, rest = text.split("  targets: [\n", 1)
    head = re.sub(r"  products: \[.*?\n  \],\n", "", head, flags=re.S)
    head = head.replace("  .treatAllWarnings(as: .error),\n", "")
    head = re.sub(
        r"(func (?:tests|support)\(.*?swiftSettings: settings)\)",
        r'\1 + [.unsafeFlags(["-Onone"])])', head, count=2, flags=re.S)
    targets = {}
    for entry in entries(rest):
        match = re.match(r'(module|tests|program|support)\(\s*(?:"(\w+)",\s*)?"(\w+)"', entry)
        if match and match.group(1) != "program":
            targets[match.group(3)] = (match.group(1), match.group(2), entry)
    chosen = set()

    def choose(name):
        if name not in chosen:
            chosen.add(name)
            for other in re.findall(r'"(\w+)"', targets[name][2]):
                if other in targets:
                    choose(other)

    for name, (maker, ring, _) in targets.items():
        folder = {"module": f"Sources/{ring}/{name}", "tests": f"Tests/{ring}/{name}",
                  "support": ""}[maker]
        if any(folder == f or folder.startswith(f + "/") for f in MUTATED + TESTS):
            choose(name)
    kept = [targets[name][2] for name in targets if name in chosen]
    words = set(re.findall(r"\b\w+\b", "\n".join(kept)))
    packages = {
        match.group(2) for match in re.finditer(
            r'let (\w+): Target\.Dependency =\s*\.product\(name: "\w+", package: "([^"]+)"', head)
        if match.group(1) in words}
    lines = []
    for line in head.split("\n"):
        url = re.search(r'url: "[^"]*/([^"/]+)"', line)
        if not url or url.group(1).removesuffix(".swift") in packages or url.group(1) in packages:
            lines.append(line)
    return "\n".join(lines) + "  targets: [\n    " + ",\n    ".join(kept) + "\n  ]\n)\n"


def write(path, text):
    """Writes only what changed, so that the build stays incremental."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def make_copy(mutated):
    """Writes the copy; gives the digest of all that is in it."""
    wanted = {}
    for path in swift_files(["Sources/Formats", "Sources/Evidence", "Sources/Release"] + TESTS):
        wanted[path] = mutated.get(path) or read(path)
    wanted.update(places_module.SUPPORT)
    wanted["Package.swift"] = manifest()
    for relative, text in wanted.items():
        write(os.path.join(COPY, relative), text)
    for folder in ["Sources", "Tests"]:
        for path, _, names in os.walk(os.path.join(COPY, folder)):
            for name in names:
                full = os.path.join(path, name)
                if os.path.relpath(full, COPY) not in wanted:
                    os.remove(full)
    # What is beside the sources without being one: system libraries and excluded files.
    for folder in ["Sources/Formats", "Sources/Evidence", "Sources/Release"]:
        for path, _, names in os.walk(os.path.join(ROOT, folder)):
            for name in names:
                if not name.endswith((".swift", ".md")):
                    target = os.path.join(COPY, os.path.relpath(path, ROOT), name)
                    os.makedirs(os.path.dirname(target), exist_ok=True)
                    shutil.copy(os.path.join(path, name), target)
    # Tests read the documentation beside the package.
    documentation = os.path.join(COPY, "Documentation")
    if not os.path.islink(documentation):
        os.symlink(os.path.join(ROOT, "Documentation"), documentation)
    resolved = os.path.join(ROOT, "Package.resolved")
    if os.path.exists(resolved) and not os.path.exists(os.path.join(COPY, "Package.resolved")):
        shutil.copy(resolved, COPY)
    total = hashlib.sha256()
    for relative in sorted(wanted):
        total.update(f"{relative}\0{wanted[relative]}\0".encode())
    return total.hexdigest()


def build(mutated):
    """Builds the copy; gives the path of the test program, and the digest of what it is from."""
    total = make_copy(mutated)
    step("build of the copy with all mutants, optimised (the first takes some minutes)")
    command = ["swift", "build", "-c", "release", "--build-tests", "--package-path", COPY,
               "-Xswiftc", "-enable-testing"]
    outcome = subprocess.run(command, capture_output=True, text=True)
    if outcome.returncode != 0:
        lines = (outcome.stdout + outcome.stderr).splitlines()
        errors = sorted({l for l in lines if "error:" in l}) or lines[-20:]
        fail("the copy with the mutants does not build:\n" + "\n".join(errors[:40]))
    shown = subprocess.run(command + ["--show-bin-path"], capture_output=True, text=True)
    folder = shown.stdout.strip()
    for name in os.listdir(folder):
        if name.endswith(".xctest"):
            return os.path.join(folder, name), total
    return fail(f"no test program in {folder}")
