#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast bundles are verified, beside what cannot be avoided and beside sigstore-python.

  compare.py HALLMARK-BENCHMARK     with the Python of an environment that has sigstore

Everything is measured in one run, interleaved, best of five, in processor time of one core unless
it says otherwise; Documentation/benchmarks.md says what each line means. The bundles are those of
sigstore-conformance in HALLMARK_TESTDATA. The status is 0 whether or not an aim is met.
"""

import json
import logging
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

import sigstore
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity

TURNS = 5
PASSES = 10
CASES = pathlib.Path(os.environ.get("HALLMARK_TESTDATA", "../shared/testdata")).absolute() / (
    "sigstore-conformance/bundle-verify")
IDENTITY = Identity(
    identity="https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
             ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main",
    issuer="https://token.actions.githubusercontent.com")
REKOR_1 = ["happy-path-v0.1", "happy-path-v0.2", "happy-path-v0.3",
           "happy-path-v0.3-new-mediaType", "happy-path-intoto-in-dsse-v3"]
REKOR_2 = ["rekor2-happy-path", "rekor2-timestamp-with-embedded-cert",
           "rekor2-timestamp-without-embedded-cert", "rekor2-dsse-happy-path",
           "rekor2-checkpoint-cosigned"]
SETS = {"Rekor v1": REKOR_1, "Rekor v2": REKOR_2, "mixed": REKOR_1 + REKOR_2}
LARGE = 10 * 10**9
SIGNED = 20


class Worker:
    """The program that measures; one line to it, one line from it."""

    def __init__(self, program: str) -> None:
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, do: str, **arguments):
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"error: `{do}` could not be measured")
        return json.loads(answer)

    def load_all(self) -> None:
        for name, cases in SETS.items():
            self.ask("load", set=name, files=[files(case) for case in cases])

    def peak_memory(self) -> float:
        """The most memory so far, in bytes; 0 where the system does not say."""
        try:
            status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0
        return next(1024 * float(line.split()[1]) for line in status.splitlines()
                    if line.startswith("VmHWM:"))

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def files(case: str) -> dict[str, str]:
    folder = CASES / case
    artifact = folder / "artifact"
    paths = {"bundle": str(folder / "bundle.sigstore.json"),
             "artifact": str(artifact if artifact.exists() else CASES / "a.txt")}
    root = folder / "trusted_root.json"
    if root.exists():
        paths["root"] = str(root)
    return paths


class Peer:
    """sigstore-python on the same bundles, its trusted roots loaded once."""

    def __init__(self) -> None:
        self.verifiers: dict[str | None, Verifier] = {}
        self.members = {name: [self.member(files(case)) for case in cases]
                        for name, cases in SETS.items()}
        for name in SETS:
            self.verify(name)

    def member(self, paths: dict[str, str]):
        root = paths.get("root")
        key = pathlib.Path(root).read_text() if root else None
        if key not in self.verifiers:
            self.verifiers[key] = (
                Verifier(trusted_root=TrustedRoot.from_file(root)) if root
                else Verifier.production(offline=True))
        return (pathlib.Path(paths["bundle"]).read_bytes(),
                pathlib.Path(paths["artifact"]).read_bytes(), self.verifiers[key])

    def verify(self, name: str) -> float:
        start = time.process_time()
        for text, artifact, verifier in self.members[name]:
            bundle = Bundle.from_json(text)
            if bundle._dsse_envelope is None:
                verifier.verify_artifact(artifact, bundle, IDENTITY)
            else:
                verifier.verify_dsse(bundle, IDENTITY)
        return time.process_time() - start


class Best:
    """The least of several measurements by name."""

    def __init__(self) -> None:
        self.values: dict[tuple, float] = {}

    def add(self, value: float, *name) -> None:
        self.values[name] = min(value, self.values.get(name, value))

    def __getitem__(self, name) -> float:
        return self.values[name]


def line(label: str, figures: str, verdicts: list[tuple[str, float, float, bool]]) -> None:
    """One line; a verdict is what is compared, its value, its aim, and whether more is better."""
    words = []
    for what, value, aim, more in verdicts:
        met = value >= aim if more else value <= aim
        words.append(f"{what} {value:.2f} (aim {'≥' if more else '≤'} {aim:g}: "
                     f"{'met' if met else 'missed'})")
    print(f"  {label:<24}{figures:<62}{', '.join(words)}".rstrip())


def throughput(program: str) -> None:
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if cores:
        os.sched_setaffinity(0, {cores[-1]})
    worker, peer, best = Worker(program), Peer(), Best()
    worker.load_all()
    for _ in range(TURNS):
        for name, cases in SETS.items():
            bundles = PASSES * len(cases)
            for shared in (False, True):
                answer = worker.ask("verify", set=name, rounds=PASSES, shared=shared)
                for what in ("floor", "verification"):
                    best.add(answer[what] / bundles, name, shared, what)
            best.add(sum(peer.verify(name) for _ in range(2)) / (2 * len(cases)), name, "peer")
            for what, seconds in worker.ask("parse", set=name, rounds=PASSES).items():
                best.add(seconds / bundles, name, what)
        for what, seconds in worker.ask("primitives").items():
            best.add(seconds, what)
    worker.end()

    print("the primitives, each alone")
    for what in ("P-256", "P-384", "Ed25519", "Merkle node", "SHA-256 of 1 MiB"):
        print(f"  {what:<24}{best[(what,)] * 1e6:>8.1f} µs")
    print(f"verified bundles per second of one core (sigstore-python {sigstore.__version__})")
    for name in SETS:
        own, floor = best[name, False, "verification"], best[name, False, "floor"]
        other = best[name, "peer"]
        line(name, f"{1 / own:>6.0f}  floor {1 / floor:>6.0f}  sigstore-python {1 / other:>5.0f}",
             [("of the floor", floor / own, 0.9, True), ("times the peer", other / own, 2.2, True)])
    print("the same with a certificate that was seen before")
    for name in SETS:
        own, floor = best[name, True, "verification"], best[name, True, "floor"]
        line(name, f"{1 / own:>6.0f}  floor {1 / floor:>6.0f}",
             [("of the floor", floor / own, 0.8, True)])
    print("reading alone, per bundle")
    for name in SETS:
        json_text, bundle = best[name, "json"], best[name, "bundle"]
        certificate = best[name, "certificate"]
        line(name, f"JSON {json_text * 1e6:>4.1f} µs, with all fields {bundle * 1e6:>4.1f} µs, "
                   f"DER {certificate * 1e6:>4.1f} µs",
             [("of the floor", (bundle + certificate) / best[name, False, "floor"], 0.1, False)])

    if len(cores) < 2:
        print("two cores: not measured, there is one")
        return
    os.sched_setaffinity(0, set(cores[-2:]))
    worker = Worker(program)
    worker.load_all()
    for _ in range(TURNS):
        for width in (1, 2):
            answer = worker.ask("parallel", set="mixed", rounds=4 * PASSES, width=width)
            best.add(answer["wall"], "parallel", width)
    worker.end()
    one, two = best["parallel", 1], best["parallel", 2]
    count = 4 * PASSES * len(SETS["mixed"])
    print("a list of bundles, by the clock on the wall")
    line("two at a time", f"{count / two:>6.0f}/s  one at a time {count / one:>6.0f}/s",
         [("ratio", one / two, 1.9, True)])


def large_file(program: str) -> None:
    worker, best = Worker(program), Best()
    worker.ask("primitives")
    before = worker.peak_memory()
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(LARGE)
        for _ in range(2):
            best.add(worker.ask("primitives")["SHA-256 of 1 MiB"], "primitive")
            for what, seconds in worker.ask("hash", path=file.name).items():
                best.add(seconds, what)
        best.add(worker.ask("primitives")["SHA-256 of 1 MiB"], "primitive")
    grown = worker.peak_memory() - before
    worker.end()
    floor = best[("primitive",)] * LARGE / 2**20
    print(f"a sparse file of {LARGE / 1e9:.0f} GB")
    line("SHA-256", f"{LARGE / 1e9 / best[('processor',)]:>6.2f} GB/s, SHA-256 alone "
                    f"{LARGE / 1e9 / floor:.2f} GB/s, memory +{grown / 1e6:.1f} MB",
         [("of SHA-256 alone", floor / best[("user",)], 0.95, True)])


class Stack:
    """The services of hallmark-server, beside the program that measures."""

    def __init__(self, program: str, folder: str) -> None:
        server = pathlib.Path(program).with_name("hallmark-server")
        self.process = subprocess.Popen(
            [server, "stack", "--data", folder, "--publisher", "greeting", "--announce",
             "--exit-with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = json.loads(self.process.stdout.readline())

    def token(self) -> str:
        secret = pathlib.Path(self.about["identityRequestTokenFile"]).read_text().strip()
        request = urllib.request.Request(
            self.about["url"] + "/identity/token?project=greeting&audience=sigstore",
            headers={"Authorization": "Bearer " + secret})
        context = ssl.create_default_context(cafile=self.about["tlsCA"])
        with urllib.request.urlopen(request, context=context) as answer:
            return json.load(answer)["value"]

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def signing(program: str) -> None:
    """Twenty files with one session against services on this machine."""
    worker, best = Worker(program), Best()
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(program, folder)
        try:
            for turn in range(TURNS + 1):
                answer = worker.ask(
                    "sign", count=SIGNED, trustConfig=stack.about["trustConfig"],
                    tlsAuthorities=stack.about["tlsCA"], token=stack.token())
                # The first is the first use of anything.
                if turn:
                    best.add(answer["wall"] - answer["waiting"], "own")
                    best.add(answer["wall"], "wall")
                    best.add((answer["wall"] - answer["waiting"]) / answer["wall"], "share")
                    best.add(answer["processor"], "processor")
        finally:
            stack.end()
    worker.end()
    print(f"signing {SIGNED} files against hallmark-server on this machine")
    line("from token to bundles", f"{best[('wall',)] * 1e3:>6.1f} ms, no request under way "
                                  f"{best[('own',)] * 1e3:.1f} ms, processor "
                                  f"{best[('processor',)] * 1e3:.1f} ms",
         [("share that is ours", best[("share",)], 0.1, False)])


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    logging.disable(logging.CRITICAL)
    if not CASES.is_dir():
        print(f"bundles: not measured, there is no {CASES} (CONTRIBUTING.md says where it is from)")
        return
    program = os.path.abspath(sys.argv[1])
    throughput(program)
    large_file(program)
    signing(program)


if __name__ == "__main__":
    main()
