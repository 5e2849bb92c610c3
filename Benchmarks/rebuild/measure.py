# SPDX-License-Identifier: Apache-2.0
"""Runs `hallmark reproduce` over packages, tampered files and repositories; prints tables.

The exit status is 1 when a target is missed: 52 of 54 packages pass and 42 are identical, every
other one has a named cause, no tampered file passes, half of the packages take 5 seconds at most.
"""

import collections
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import tomllib

import tampering

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = pathlib.Path(os.environ["HALLMARK_REBUILD_FOLDER"])
PROGRAM = os.environ["HALLMARK_REBUILD_PROGRAM"]
TOOLS = FOLDER / "tools" / "bin"
PASSES = ("identical", "identical-given")


def rows(name: str) -> list[list[str]]:
    lines = (HERE / name).read_text().splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def fetch(release: str) -> tuple[list[pathlib.Path], dict[str, str]]:
    """The wheel and the sdist of a release, and when each was uploaded."""
    folder = FOLDER / "packages" / release
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / "pylock.toml"
    if not lock.exists():
        (folder / "release.in").write_text(release + "\n")
        run(str(TOOLS / "uv"), "pip", "compile", "--quiet", "--no-deps", "--no-header",
            "--python-version", "3.13", "--format", "pylock.toml",
            str(folder / "release.in"), "--output-file", str(lock))
    package = tomllib.loads(lock.read_text())["packages"][0]
    listed = {}
    for entry in package.get("wheels", []) + [package["sdist"]] * ("sdist" in package):
        name = entry.get("name") or entry["url"].rsplit("/", 1)[1]
        listed[name] = entry
    if not list(folder.glob("*.whl")):
        run(str(TOOLS / "python"), "-m", "pip", "download", "--quiet", "--no-deps",
            "--only-binary=:all:", "--platform", "any", "--implementation", "py", "--abi", "none",
            "--python-version", "3.13", "--dest", str(folder), release)
    # pip would build an sdist to read its metadata; this client only fetches it.
    if not list(folder.glob("*.tar.gz")):
        run(str(TOOLS / "unearth"), "--no-binary", "--download", str(folder), release)
    files = sorted(folder.glob("*.whl")) + sorted(folder.glob("*.tar.gz"))
    times = {}
    for path in files:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != listed[path.name]["hashes"]["sha256"]:
            raise SystemExit(f"error: {path.name} is not the file that the index promises")
        if moment := listed[path.name].get("upload-time"):
            times[path.name] = moment.isoformat().replace("+00:00", "Z")
    return files, times


def reproduce(files: list[pathlib.Path], *options: str) -> tuple[dict, float]:
    start = time.monotonic()
    process = subprocess.run(
        [PROGRAM, "reproduce", "--json", "--quiet", *options, *map(str, files)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seconds = time.monotonic() - start
    try:
        return json.loads(process.stdout), seconds
    except json.JSONDecodeError:
        last = (process.stderr.strip().splitlines() or ["no output"])[-1]
        return {"status": process.returncode, "verdict": "error", "files": [
            {"filename": path.name, "verdict": "error", "cause": last} for path in files
        ]}, seconds


def causes(file: dict) -> str:
    if cause := file.get("cause"):
        return f"{cause}: {file.get('message', '')}"[:120]
    found = (file.get("comparison") or {}).get("differences", [])
    return ", ".join(f"{one['cause']} {one['count']}" for one in found)[:120]


def packages(only: list[str]) -> bool:
    counts: collections.Counter[str] = collections.Counter()
    unnamed, seconds = [], []
    for release, backend, earlier in rows("packages.txt"):
        if only and release.split("==")[0] not in only:
            continue
        try:
            files, times = fetch(release)
        except subprocess.CalledProcessError as error:
            last = (error.stderr or "").strip().splitlines()[-1:]
            print(f"{release:<28} {backend:<18} not fetched: {''.join(last)}", flush=True)
            counts["not fetched"] += 1
            continue
        wheel = files[0]
        bound = ["--uploaded-before", times[wheel.name]] if wheel.name in times else []
        reproduce(files, *bound)  # fills the cache of environments
        result, taken = reproduce(files, *bound)
        file = next(one for one in result["files"] if one["filename"] == wheel.name)
        counts[file["verdict"]] += 1
        seconds.append(taken)
        if file["verdict"] != "identical" and not causes(file):
            unnamed.append(release)
        changed = "" if file["verdict"] == earlier else f" (earlier: {earlier})"
        print(f"{release:<28} {backend:<18} {file['verdict']:<20} {taken:5.1f} s  "
              f"{causes(file)}{changed}", flush=True)
    total = sum(counts.values())
    good = sum(counts[one] for one in PASSES)
    print(f"\npackages: {total}; " + ", ".join(f"{n} {v}" for v, n in counts.most_common()))
    if seconds:
        print(f"seconds with cached environments: median {statistics.median(seconds):.1f}, "
              f"longest {max(seconds):.1f}")
    if unnamed:
        print("without a named cause: " + ", ".join(unnamed))
    if only:
        return not unnamed
    return (good >= 52 and counts["identical"] >= 42 and not unnamed
            and statistics.median(seconds) <= 5)


def tampered() -> bool:
    """Files that were changed after the build: none may pass."""
    folder = FOLDER / "tampered"
    passed: list[str] = []
    total = 0
    kinds: collections.Counter[tuple[str, str]] = collections.Counter()
    for release in tampering.RELEASES:
        files, times = fetch(release)
        wheel, sdist = files[0], files[-1]
        bound = ["--uploaded-before", times[wheel.name]]
        for kind, mutant in tampering.mutants(wheel, folder / release):
            result, _ = reproduce([mutant, sdist], *bound)
            file = next(one for one in result["files"] if one["filename"] == wheel.name)
            kinds[kind, file["verdict"]] += 1
            total += 1
            if file["verdict"] in (*PASSES, None) or result["status"] == 0:
                passed.append(str(mutant))
    for (kind, verdict), count in sorted(kinds.items()):
        print(f"{kind:<28} {verdict:<20} {count:4}")
    print(f"\ntampered files: {total}; passed: {len(passed)}")
    for path in passed:
        print(f"  passed: {path}")
    return total >= 200 and not passed


def repositories(only: list[str]) -> bool:
    wheels: collections.Counter[str] = collections.Counter()
    sdists: collections.Counter[str] = collections.Counter()
    skipped = 0
    clones = os.environ.get("HALLMARK_REBUILD_CLONES")
    for release, tag, address in rows("repositories.txt"):
        if only and release.split("==")[0] not in only:
            continue
        place = address
        if clones:
            name = "+".join(address.rsplit("/", 2)[1:])
            for folder in (pathlib.Path(clones, name, "repo"), pathlib.Path(clones, name)):
                if folder.is_dir():
                    place = str(folder)
                    break
        probe = subprocess.run(
            ["git", "ls-remote", "--exit-code", "--tags", place, f"refs/tags/{tag}"],
            capture_output=True, env={**os.environ, "GIT_TERMINAL_PROMPT": "0"})
        if probe.returncode != 0:
            reason = "has no such tag" if probe.returncode == 2 else "cannot be reached"
            print(f"{release:<28} SKIPPED: {place} {reason} ({tag})", flush=True)
            skipped += 1
            continue
        files, times = fetch(release)
        bound = ["--uploaded-before", max(times.values())] if times else []
        result, taken = reproduce(
            files, "--from", "git", "--tag", tag, "--repository", place, *bound)
        for file in result["files"]:
            isWheel = file["filename"].endswith(".whl")
            (wheels if isWheel else sdists)[file["verdict"]] += 1
            print(f"{file['filename']:<44} {file['verdict']:<20} {taken:5.1f} s  {causes(file)}",
                  flush=True)
    print("\nwheels from git: " + ", ".join(f"{n} {v}" for v, n in wheels.most_common()))
    print("sdists from git: " + ", ".join(f"{n} {v}" for v, n in sdists.most_common()))
    print(f"skipped: {skipped}")
    bad = [sum(n for v, n in counts.items() if v not in PASSES) for counts in (wheels, sdists)]
    return bad[0] == 0 and bad[1] <= 1


def main() -> int:
    what, *names = sys.argv[1:] or ["all"]
    parts = {"packages": lambda: packages(names), "tampered": tampered,
             "git": lambda: repositories(names)}
    if what not in (*parts, "all"):
        print("usage: scripts/bench-rebuild [packages|tampered|git] [NAME…]", file=sys.stderr)
        return 2
    good = True
    for name, part in parts.items():
        if what in (name, "all"):
            print(f"# {name}\n", flush=True)
            good = part() and good
            print(flush=True)
    print("all targets are met" if good else "a target is missed")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
