# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of the copy: once to see which reach which mutant, then mutant by mutant."""

import concurrent.futures
import dataclasses
import json
import os
import re
import subprocess
import tempfile
import threading
import time

from mutation_copy import ROOT, WORK, fail, step

REACH = os.path.join(WORK, "reach.json")
# Tests that take no longer than this run together, to their end, so that all that notice are known.
QUICK = 0.5
QUICK_TOTAL = 3.0
REACH_BYTES = 65_536


@dataclasses.dataclass
class Outcome:
    """One run of the test program."""
    failed: list
    problem: str
    seconds: float


def save(path, value):
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(value, file, indent=0, sort_keys=True)
    os.replace(path + ".new", path)


class TestProgram:
    """The built tests; each function can run alone."""

    def __init__(self, path, jobs):
        self.path = path
        self.jobs = jobs
        # With CI set, a missing set of test vectors fails instead of being left out.
        self.environment = dict(os.environ, SWIFT_BACKTRACE="enable=no", CI="true", NO_COLOR="1")
        self.environment.setdefault(
            "HALLMARK_TESTDATA", os.path.join(ROOT, "..", "shared", "testdata"))

    def functions(self):
        listed = subprocess.run(
            [self.path, "--testing-library", "swift-testing", "--list-tests"],
            env=self.environment, capture_output=True, text=True)
        names = [l.strip() for l in listed.stdout.splitlines() if "/" in l]
        if not names:
            fail(f"the test program lists no tests: {listed.stderr[-500:]}")
        return sorted(set(names))

    def run(self, functions, limit, variables, until_first=False):
        command = [self.path, "--testing-library", "swift-testing"]
        for name in functions:
            command += ["--filter", "^" + re.escape(name).replace("/", "\\/") + "(/|$)"]
        start = time.monotonic()
        process = subprocess.Popen(
            command, env=dict(self.environment, **variables), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace")
        expired = []
        timer = threading.Timer(limit, lambda: (expired.append(True), process.kill()))
        timer.start()
        failed, ended = set(), None
        for line in process.stdout:
            found = re.search(
                r"Test (.+?) recorded an issue(?: with \d+ arguments? (.*?))? at \S+\.swift:", line)
            if found:
                name = found.group(1).split("(")[0].strip('"')
                argument = (found.group(2) or "").replace("|", "/").replace("`", "'").strip()
                failed.add(name + (f" ({argument[:60]})" if argument else ""))
                if until_first:
                    process.kill()
                    break
            found = re.search(r"Test run with (\d+) test", line)
            if found:
                ended = int(found.group(1))
        process.stdout.close()
        status = process.wait()
        timer.cancel()
        seconds = time.monotonic() - start
        problem = None
        if not failed:
            if expired:
                problem = f"no end within {limit:.0f} s"
            elif status != 0:
                problem = "stops the program" if status < 0 else f"status {status}"
            elif not ended:
                fail("no test ran: " + ", ".join(functions[:3]))
        return Outcome(sorted(failed), problem, seconds)

    def reach(self, total, count):
        """For each test function its duration and the mutants whose places it reaches.

        Kept as long as nothing of the copy changes. Any failure without a mutant ends the script.
        """
        if os.path.exists(REACH):
            kept = json.load(open(REACH, encoding="utf-8"))
            if kept["of"] == total:
                return kept["tests"]
        functions = self.functions()
        step(f"{len(functions)} test functions without a mutant: which reach what?")
        tests, failures = {}, []

        def record(name):
            with tempfile.NamedTemporaryFile(dir=WORK) as file:
                file.truncate(REACH_BYTES)
                outcome = self.run([name], 900, {"HALLMARK_MUTANT_REACH": file.name})
                if outcome.failed or outcome.problem:
                    failures.append(f"{name}: {outcome.problem or ', '.join(outcome.failed[:3])}")
                reached = open(file.name, "rb").read()
            tests[name] = {
                "seconds": round(outcome.seconds, 3),
                "reaches": [n for n in range(1, count + 1) if reached[n]]}

        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            list(pool.map(record, functions))
        if failures:
            fail("tests fail without a mutant:\n" + "\n".join(sorted(failures)), "mend them first")
        save(REACH, {"of": total, "tests": tests})
        return tests

    def verdict(self, place, tests):
        """Which cases notice the mutant: `by` is empty if none does."""
        reaching = sorted(
            (t for t in tests if place.number in tests[t]["reaches"]),
            key=lambda t: (tests[t]["seconds"], t))
        functions = [short(t) for t in reaching]
        if not reaching:
            return {"by": [], "how": "no test reaches it"}
        if place.kind == "stops":
            return {"by": functions[:40], "how": "reached"}
        quick, total = [], 0.0
        for name in reaching:
            if tests[name]["seconds"] > QUICK or total > QUICK_TOTAL:
                break
            quick.append(name)
            total += tests[name]["seconds"]
        batches = ([(quick, False)] if quick else [])
        batches += [([name], True) for name in reaching[len(quick):]]
        variables = {"HALLMARK_MUTANT": str(place.number)}
        for batch, until_first in batches:
            limit = 30 + 20 * sum(tests[t]["seconds"] for t in batch)
            outcome = self.run(batch, limit, variables, until_first)
            if outcome.failed:
                return {"by": outcome.failed[:40], "how": "fails"}
            if outcome.problem:
                return {"by": [short(t) for t in batch], "how": outcome.problem}
        return {"by": [], "how": f"{len(reaching)} reach it and pass"}


def short(name):
    """`Module.Suite/function(label:)` without module, suite and labels."""
    return name.split("/", 1)[1].split("(")[0].split("/")[-1]
