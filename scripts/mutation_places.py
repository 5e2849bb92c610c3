# SPDX-License-Identifier: Apache-2.0
"""Finds the rejections in Swift sources and writes a mutant into each; for scripts/mutants."""

import dataclasses
import hashlib
import re

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
  private static let active = getenv("HALLMARK_MUTANT").flatMap { Int(String(cString: $0)) }

  package static func isActive(_ number: Int) -> Bool { active == number }

  package static func stop(_ number: Int) {
    if active == number { exit(99) }
  }

  package static func text(_ number: Int, _ text: String) -> String? {
    active == number ? nil : text
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
}


@dataclasses.dataclass
class Place:
    number: int
    path: str
    line: int
    kind: str
    code: str
    key: str
    start: int


def blanked(text):
    """The text with comments and the inside of strings blanked, of the same length."""
    output = list(text)
    position = 0

    def blank(start, end):
        for index in range(start, end):
            if output[index] != "\n":
                output[index] = " "

    def string_end(start):
        hashes = len(re.match(r"#*", text[start:]).group(0))
        quote = '"""' if text.startswith('"""', start + hashes) else '"'
        index = start + hashes + len(quote)
        closing, escape = quote + "#" * hashes, "\\" + "#" * hashes
        while not text.startswith(closing, index):
            if text.startswith(escape + "(", index):
                index += len(escape) + 1
                depth = 1
                while depth:
                    if text[index] == '"':
                        index = string_end(index)
                        continue
                    depth += {"(": 1, ")": -1}.get(text[index], 0)
                    index += 1
            elif text.startswith(escape, index):
                index += len(escape) + 1
            else:
                index += 1
        return index + len(closing)

    while position < len(text):
        if text.startswith("//", position):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            blank(position, end)
            position = end
        elif text[position] == '"' or re.match(r'#+"', text[position:position + 4]):
            end = string_end(position)
            blank(position + 1, end - 1)
            position = end
        else:
            position += 1
    return "".join(output)


OPEN, CLOSE = "([{", ")]}"


def closing(mask, start):
    """The index of the bracket that closes the one at `start`."""
    depth = 0
    for index in range(start, len(mask)):
        if mask[index] in OPEN:
            depth += 1
        elif mask[index] in CLOSE:
            depth -= 1
            if depth == 0:
                return index
    raise ValueError("unbalanced")


def opening(mask, start):
    """The index of the brace around `start`, or -1."""
    depth = 0
    for index in range(start - 1, -1, -1):
        if mask[index] in CLOSE:
            depth += 1
        elif mask[index] in OPEN:
            if depth == 0:
                return index
            depth -= 1
    return -1


def introducer(mask, brace):
    """The keyword that opens the block at `brace`."""
    depth, index = 0, brace - 1
    while index >= 0:
        char = mask[index]
        if char in CLOSE:
            if depth == 0 and char == "}":
                # `} else {` and `} catch {`: what is between decides.
                break
            depth += 1
        elif char in OPEN:
            if depth == 0:
                break
            depth -= 1
        index -= 1
    span = mask[index + 1:brace]
    flat, depth = [], 0
    for char in span:
        if char in OPEN:
            depth += 1
        flat.append(" " if depth else char)
        if char in CLOSE:
            depth -= 1
    words = re.findall(r"\b(if|for|while|else|catch|switch|func|init|do|guard)\b", "".join(flat))
    return words[-1] if words else ""


class Guard:
    """One `guard`: its clauses and the range of its `else` block."""

    def __init__(self, mask, start):
        self.start = start
        depth, index, piece = 0, start + len("guard"), start + len("guard")
        self.clauses = []
        while True:
            char = mask[index]
            if char in OPEN:
                depth += 1
            elif char in CLOSE:
                depth -= 1
            elif depth == 0 and char == ",":
                self.clauses.append((piece, index))
                piece = index + 1
            elif depth == 0 and re.match(r"\belse\s*\{", mask[index:index + 12]):
                self.clauses.append((piece, index))
                break
            index += 1
        self.body = mask.index("{", index)
        self.end = closing(mask, self.body)


def is_binding(clause):
    return re.match(r"(let|var|case)\b", clause) is not None


def derive(sources):
    """The places of all files, and the mutated text of each file."""
    places, mutated = [], {}
    for path in sorted(sources):
        text = sources[path]
        mask = blanked(text)
        found = []  # (start, end, kind, insertions)

        def add(start, end, kind, insertions):
            found.append((start, end, kind, insertions))

        guards = [Guard(mask, m.start()) for m in re.finditer(r"\bguard\b", mask)]

        def in_guard(position):
            return any(
                g.body < position < g.end and opening(mask, position) == g.body for g in guards)

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
                add(first, last, "condition", [(inner, "("), (last, ") || Mutation.isActive(%d)")])
            if bindings:
                add(guard.body, guard.end + 1, "stops", [(guard.body + 1, " Mutation.stop(%d);")])
        for match in re.finditer(r"\bthrow\b(?!\s*\()", mask):
            if in_guard(match.start()):
                continue
            end = statement_end(mask, match.end())
            if introducer(mask, opening(mask, match.start())) in ("if", "for", "while"):
                add(match.start(), end, "removed", [
                    (match.start(), "if !Mutation.isActive(%d) { "), (end, " }")])
            else:
                add(match.start(), end, "stops", [(match.start(), "Mutation.stop(%d); ")])
        for match in re.finditer(r"\.failed\(", mask):
            if re.search(r"\bcase\s*$", mask[:match.start()]):
                continue
            add(match.start(), closing(mask, match.end() - 1) + 1, "passes",
                [(match.end(), "mutant: %d, ")])
        for match in re.finditer(r"\.failsToMeetPolicy\(", mask):
            add(match.start(), closing(mask, match.end() - 1) + 1, "passes",
                [(match.end(), "mutant: %d, ")])
        for match in re.finditer(r"\breturn false\b", mask):
            add(match.start(), match.end(), "true", [(match.end() - 5, "Mutation.isActive(%d) || ")])
        # Functions that answer with the reason, or nil.
        for match in re.finditer(r"func \w*[pP]roblem\w*\(", mask):
            body = mask.index("{", closing(mask, match.end() - 1))
            for reason in re.finditer(
                    r"(?:\breturn|\? nil :)\s+(?=\")", mask[body:closing(mask, body)]):
                start = body + reason.end()
                end = mask.index('"', start + 1) + 1
                add(start, end, "no reason", [(start, "Mutation.text(%d, "), (end, ")")])

        found.sort(key=lambda item: (item[0], item[1]))
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        insertions = []
        for ordinal, (start, end, kind, parts) in enumerate(found):
            number = len(places) + 1
            line = text.count("\n", 0, start) + 1
            code = " ".join(text[start:end].split())
            if len(code) > 72:
                code = code[:69] + "..."
            places.append(Place(
                number, path, line, kind, code, f"{path}#{digest}#{ordinal}", start))
            for order, (position, addition) in enumerate(parts):
                addition = addition % number if "%d" in addition else addition
                insertions.append((position, order, number, addition))
        # Inner closings first where two mutants end at the same place.
        insertions.sort(key=lambda item: (item[0], -item[2] if item[1] else item[2]))
        output, position = [], 0
        for offset, _, _, addition in insertions:
            output += [text[position:offset], addition]
            position = offset
        output.append(text[position:])
        result = "".join(output)
        if found and not re.search(r"^(package |public )?import Encodings$", result, re.M):
            result = result.replace("\n\n", "\n\nimport Encodings\n\n", 1)
        mutated[path] = result
    return places, mutated


def statement_end(mask, start):
    """The end of a `throw` statement: a line's end or the block's, outside brackets."""
    depth = 0
    for index in range(start, len(mask)):
        char = mask[index]
        if char in OPEN:
            depth += 1
        elif char in CLOSE:
            if depth == 0:
                return len(mask[:index].rstrip())
            depth -= 1
        elif char == "\n" and depth == 0 and not re.match(r"\s*[.?:+]", mask[index:]):
            return index
    return len(mask)


def without_mutant(sources, places):
    """Rejections near which no mutant was made; there should be none."""
    bare = []
    for path, text in sources.items():
        mask = blanked(text)
        starts = sorted(place.start for place in places if place.path == path)
        guards = [Guard(mask, m.start()) for m in re.finditer(r"\bguard\b", mask)]
        for match in re.finditer(
                r"\bthrow\b(?!\s*\()|(?<!case )\.failed\(|\breturn false\b|\bguard\b", mask):
            at = match.start()
            around = [g for g in guards if g.start <= at < g.end]
            low = min([g.start for g in around], default=at)
            high = max([g.end for g in around], default=at)
            if not any(low <= start <= high for start in starts):
                bare.append(f"{path}:{text.count(chr(10), 0, at) + 1}")
    return bare
