# SPDX-License-Identifier: Apache-2.0
"""Finds the rejections in Swift sources and writes a mutant into each; for scripts/mutants."""

import dataclasses
import re

from mutation_text import (
    Guard, blanked, closing, declarations, introducer, name_within, opening, statement_end)

SUPPORT = {
    "Sources/Formats/Encodings/Mutation.swift": """\
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which mutant is active; only the copy that is built for mutation has this.
package enum Mutation {
  private static let active = getenv("HALLMARK_MUTANT").flatMap { Int(String(cString: $0)) } ?? 0

  /// One byte per mutant, in the file that the environment names: whether its place was reached.
  nonisolated(unsafe) private static let reached: UnsafeMutablePointer<UInt8>? = {
    guard let path = getenv("HALLMARK_MUTANT_REACH") else { return nil }
    let file = open(path, O_RDWR)
    guard file >= 0,
      let map = mmap(nil, 65_536, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), map != MAP_FAILED
    else { exit(98) }
    return map.assumingMemoryBound(to: UInt8.self)
  }()

  package static func isActive(_ number: Int) -> Bool {
    reached?[number] = 1
    return active == number
  }

  package static func stop(_ number: Int) {
    if isActive(number) { exit(99) }
  }

  package static func text(_ number: Int, _ text: String) -> String? {
    isActive(number) ? nil : text
  }
}
""",
    "Sources/Evidence/Sigstore/MutationOutcome.swift": """\
// SPDX-License-Identifier: Apache-2.0

import Encodings

extension VerificationCheck.Outcome {
  package static func failed(mutant: Int, _ text: String) -> Self {
    Mutation.isActive(mutant) ? .passed : .failed(text)
  }
}

extension VerificationRule {
  /// The outcome; a failure passes if the mutant of this rule is active.
  package func outcome(
    firstMutant: Int, _ outcome: VerificationCheck.Outcome
  ) -> VerificationCheck.Outcome {
    guard case .failed = outcome, let index = Self.allCases.firstIndex(of: self) else {
      return outcome
    }
    return Mutation.isActive(firstMutant + index) ? .passed : outcome
  }
}
""",
    "Sources/Evidence/Certificates/MutationPolicy.swift": """\
// SPDX-License-Identifier: Apache-2.0

import Encodings
import X509

extension PolicyEvaluationResult {
  static func failsToMeetPolicy(mutant: Int, reason: String) -> Self {
    Mutation.isActive(mutant) ? .meetsPolicy : .failsToMeetPolicy(reason: reason)
  }
}
""",
    "Sources/Release/Verification/Provenance/MutationReason.swift": """\
// SPDX-License-Identifier: Apache-2.0

import Encodings

extension ProvenanceReason {
  /// The failure; with another reason if the mutant is active.
  func failure(mutant: Int, _ sentence: String) -> ProvenanceFailure {
    let other: ProvenanceReason = self == .internalError ? .invalidFormat : .internalError
    return (Mutation.isActive(mutant) ? other : self).failure(sentence)
  }
}
""",
}


@dataclasses.dataclass
class Place:
    number: int
    path: str
    line: int
    within: str
    kind: str
    code: str
    ordinal: int
    start: int
    end: int

    @property
    def name(self):
        """What the place is called in the table and in the list of equivalent mutants."""
        return f"{self.path} {self.within} {self.kind}: {self.code}"

    @property
    def key(self):
        return f"{self.name} #{self.ordinal}"


def is_binding(clause):
    return re.match(r"(let|var|case)\b", clause) is not None


REASON = re.compile(r"\bProvenanceReason\.\w+\.failure\(")


def failing(start, end, mask, fallback):
    """A mutant where nothing can go on: another reason if the code has one, else the stop."""
    reason = REASON.search(mask, start, end)
    if reason:
        return "other reason", [(reason.end(), "mutant: %d, ")]
    return "stops", fallback


def guard_places(text, mask, guards):
    for guard in guards:
        bindings = False
        for start, end in guard.clauses:
            raw = text[start:end]
            clause = raw.strip()
            first = start + len(raw) - len(raw.lstrip())
            last = start + len(raw.rstrip())
            if is_binding(clause):
                bindings = True
                continue
            word = re.match(r"(try\??|await)\s+", clause)
            inner = first + (word.end() if word and "?" not in word.group(0) else 0)
            yield first, last, "condition", [(inner, "("), (last, ") || Mutation.isActive(%d)")]
        if bindings:
            kind, parts = failing(
                guard.body, guard.end, mask, [(guard.body + 1, " Mutation.stop(%d);")])
            yield guard.body, guard.end + 1, kind, parts


def initialises(mask, block):
    """Whether another branch of the same `if` gives a value that the code after it needs."""
    first = block
    while True:
        before = mask.rfind("}", 0, first)
        if before < 0 or not re.match(r"\}\s*else\b[^{}]*$", mask[before:first]):
            break
        first = opening(mask, before)
    last = closing(mask, block)
    while True:
        after = re.compile(r"\s*else\b[^{}]*").match(mask, last + 1)
        if not after or mask[after.end():after.end() + 1] != "{":
            break
        last = closing(mask, after.end())
    chain = mask[first:last + 1]
    return chain.count("{") > 1 and re.search(r"^\s*[(\w][\w, )]*\s=\s", chain, re.M) is not None


def throw_places(mask, guards):
    for match in re.finditer(r"\bthrow\b(?!\s*\()", mask):
        at = match.start()
        if any(g.body < at < g.end and opening(mask, at) == g.body for g in guards):
            continue
        end = statement_end(mask, match.end())
        rethrown = re.match(r"throw\s+(\w+)$", mask[at:end])
        if rethrown and introducer(mask, opening(mask, at)) == "catch":
            # `catch let error as E { throw error }` rejects nothing that was not rejected.
            continue
        block = opening(mask, at)
        if introducer(mask, block) in ("if", "for", "while") and not initialises(mask, block):
            yield at, end, "removed", [(at, "if !Mutation.isActive(%d) { "), (end, " }")]
        else:
            kind, parts = failing(at, end, mask, [(at, "Mutation.stop(%d); ")])
            yield at, end, kind, parts


def outcome_places(mask):
    for match in re.finditer(r"\.failed\(", mask):
        if not re.search(r"\bcase\s*$", mask[:match.start()]):
            yield (match.start(), closing(mask, match.end() - 1) + 1, "passes",
                   [(match.end(), "mutant: %d, ")])
    for match in re.finditer(r"\.failsToMeetPolicy\(", mask):
        yield (match.start(), closing(mask, match.end() - 1) + 1, "passes",
               [(match.end(), "mutant: %d, ")])
    # Functions that answer with the reason, or nil.
    for match in re.finditer(r"func \w*[pP]roblem\w*\(", mask):
        body = mask.index("{", closing(mask, match.end() - 1))
        for reason in re.finditer(
                r"(?:\breturn|\? nil :)\s+(?=\")", mask[body:closing(mask, body)]):
            start = body + reason.end()
            end = mask.index('"', start + 1) + 1
            yield start, end, "no reason", [(start, "Mutation.text(%d, "), (end, ")")]


def answer_places(mask):
    """What functions and properties answer that are true or false; equality is no answer."""
    heads = [(m.start(), m.group(1), m.end() - 1) for m in re.finditer(
        r"\bfunc\s+([^\s(<]+)[^{}]*?->\s*Bool\s*\{", mask)]
    heads += [(m.start(), m.group(1), m.end() - 1) for m in re.finditer(
        r"\bvar\s+(\w+)\s*:\s*Bool\s*\{", mask)]
    for _, name, body in heads:
        if name == "==":
            continue
        end = closing(mask, body)
        inside = mask[body + 1:end]
        if re.match(r"\s*(get|set|didSet|willSet)\b", inside):
            continue
        returns = list(re.finditer(r"\breturn\s+", inside))
        inner = [(m.start(), m.end()) for m in re.finditer(r"\breturn\s+", inside)]
        if not returns and not re.search(r"\b(switch|if|for|guard|do)\b", inside):
            start = body + 1 + len(inside) - len(inside.lstrip())
            inner = [(start - body - 1, start - body - 1)]
        choice = re.match(r"\s*(?=(?:switch|if)\b)", inside)
        if choice and not returns:
            # The body is one expression with branches; it cannot stand in brackets.
            start = body + 1 + choice.end()
            yield (start, mask.index("{", start), "true",
                   [(start, "if Mutation.isActive(%d) { return true }; return ")])
        for at, begin in inner:
            start = body + 1 + begin
            if re.match(r"(?:switch|if)\b", mask[start:start + 7]):
                first = body + 1 + at
                yield (first, mask.index("{", start), "true",
                       [(first, "if Mutation.isActive(%d) { return true }; ")])
                continue
            stop = statement_end(mask, start)
            expression = mask[start:stop].strip()
            if expression in ("true", "false") or not expression:
                continue
            around = [o for o in heads if o[2] < start < closing(mask, o[2])]
            if max(o[2] for o in around) != body:
                continue
            # A return of a closure within is not this function's.
            if in_closure(mask, start, body):
                continue
            word = re.match(r"try\s+", expression)
            first = start + (word.end() if word else 0)
            yield start, stop, "true", [(first, "("), (stop, ") || Mutation.isActive(%d)")]
    for match in re.finditer(r"\breturn false\b", mask):
        yield match.start(), match.end(), "true", [(match.end() - 5, "Mutation.isActive(%d) || ")]


def in_closure(mask, position, body):
    brace = opening(mask, position)
    while brace != body and brace >= 0:
        if mask[brace] == "(":
            return True
        if mask[brace] == "{" and not introducer(mask, brace):
            return True
        brace = opening(mask, brace)
    return False


def failable_places(mask):
    """`return nil` of an initialiser, outside of guards, which have their own mutants."""
    for match in re.finditer(r"\binit\?\s*\(", mask):
        body = mask.index("{", closing(mask, match.end() - 1))
        for found in re.finditer(r"\breturn nil\b", mask[body:closing(mask, body)]):
            at = body + found.start()
            if introducer(mask, opening(mask, at)) == "if":
                yield (at, at + 10, "removed",
                       [(at, "if !Mutation.isActive(%d) { "), (at + 10, " }")])


def rule_places(text, mask):
    """One mutant per reason code: no failure of that rule counts."""
    start = mask.find("enum VerificationRule")
    if start < 0:
        return [], None
    body = mask.index("{", start)
    end = closing(mask, body)
    cases = [(body + m.start(), body + m.end(), m.group(1))
             for m in re.finditer(r"\bcase (\w+) = \"[^\"]*\"", mask[body:end])]
    assigned = re.search(r"\bself\.outcome = (outcome)\b", mask)
    if not cases or not assigned:
        raise ValueError("VerificationRule's cases, or where VerificationCheck keeps its outcome")
    return cases, (assigned.start(1), assigned.end(1))


def derive(sources):
    """The places of all files, and the mutated text of each file."""
    places, mutated = [], {}
    for path in sorted(sources):
        text = sources[path]
        mask = blanked(text)
        guards = [Guard(mask, m.start()) for m in re.finditer(r"\bguard\b", mask)]
        found = [*guard_places(text, mask, guards), *throw_places(mask, guards),
                 *outcome_places(mask), *answer_places(mask), *failable_places(mask)]
        found.sort(key=lambda item: (item[0], item[1]))
        scopes = declarations(mask)
        insertions, seen = [], {}

        def add(start, end, kind, within, parts):
            number = len(places) + 1
            code = " ".join(text[start:end].split())
            if len(code) > 72:
                code = code[:69] + "..."
            place = Place(number, path, text.count("\n", 0, start) + 1, within, kind, code, 0,
                          start, end)
            place.ordinal = seen[place.name] = seen.get(place.name, 0) + 1
            places.append(place)
            for order, (position, addition) in enumerate(parts):
                addition = addition % number if "%d" in addition else addition
                insertions.append((position, order, number, addition))

        for start, end, kind, parts in found:
            add(start, end, kind, name_within(scopes, start), parts)
        cases, outcome = rule_places(text, mask)
        for index, (start, end, _) in enumerate(cases):
            parts = []
            if index == 0:
                parts = [(outcome[0], "rule.outcome(firstMutant: %d, "), (outcome[1], ")")]
            add(start, end, "never fails", "VerificationRule", parts)
        # Inner closings first where two mutants end at the same place.
        insertions.sort(key=lambda item: (item[0], -item[2] if item[1] else item[2]))
        output, position = [], 0
        for offset, _, _, addition in insertions:
            output += [text[position:offset], addition]
            position = offset
        output.append(text[position:])
        result = "".join(output)
        if insertions and not re.search(r"^(package |public )?import Encodings$", result, re.M):
            result = result.replace("\n\n", "\n\nimport Encodings\n\n", 1)
        mutated[path] = result
    return places, mutated


def without_mutant(sources, places):
    """Rejections near which no mutant was made, and reasons without one; there should be none."""
    bare = []
    masks = {path: blanked(text) for path, text in sources.items()}
    for path, text in sources.items():
        mask = masks[path]
        starts = sorted(place.start for place in places if place.path == path)
        guards = [Guard(mask, m.start()) for m in re.finditer(r"\bguard\b", mask)]
        for match in re.finditer(
                r"\bthrow\b(?!\s*\()|(?<!case )\.failed\(|\breturn false\b|\bguard\b", mask):
            at = match.start()
            if match.group(0) == "throw" and introducer(mask, opening(mask, at)) == "catch" \
                    and re.match(r"throw\s+\w+\s*\n", mask[at:]):
                continue
            around = [g for g in guards if g.start <= at < g.end]
            low = min([g.start for g in around], default=at)
            high = max([g.end for g in around], default=at)
            if not any(low <= start <= high for start in starts):
                bare.append(f"{path}:{text.count(chr(10), 0, at) + 1}")
    return bare + reasons_without_mutant(masks, places)


def reasons_without_mutant(masks, places):
    """Reasons that are given somewhere, but in the code of no mutant."""
    bare = []
    named = {}
    for path, mask in masks.items():
        spans = [(p.start, p.end) for p in places if p.path == path]
        guards = [Guard(mask, m.start()) for m in re.finditer(r"\bguard\b", mask)]
        spans += [(g.start, g.end) for g in guards
                  if any(g.start <= start < g.end for start, _ in spans)]
        for match in re.finditer(r"\bProvenanceReason\.(\w+)\b", mask):
            covered = any(start <= match.start() < end for start, end in spans)
            named[match.group(1)] = named.get(match.group(1), False) or covered
    bare += [f"ProvenanceReason.{name}" for name, covered in sorted(named.items())
             if not covered and name not in ("allCases", "self", "init")]
    rules = [p for p in places if p.kind == "never fails"]
    if not rules:
        bare.append("VerificationRule")
    return bare
