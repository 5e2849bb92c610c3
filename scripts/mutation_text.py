# SPDX-License-Identifier: Apache-2.0
"""Reads Swift as far as mutants need it: comments, brackets, guards, declarations."""

import re


def spans(text):
    """Comments and the inside of string literals: start, end, and whether it is a comment."""

    def string_end(start):
        hashes = len(re.match(r"#*", text[start:start + 4]).group(0))
        quote = '"""' if text.startswith('"""', start + hashes) else '"'
        index = start + hashes + len(quote)
        closing_quote, escape = quote + "#" * hashes, "\\" + "#" * hashes
        while not text.startswith(closing_quote, index):
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
        return index + len(closing_quote)

    position = 0
    opener = re.compile(r'//|/\*|#*"')
    while True:
        match = opener.search(text, position)
        if not match:
            return
        start = match.start()
        if match.group(0) == "//":
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            yield start, end, True
        elif match.group(0) == "/*":
            end = text.find("*/", start)
            end = len(text) if end < 0 else end + 2
            yield start, end, True
        else:
            end = string_end(start)
            yield start + 1, end - 1, False
        position = end


def blanked(text):
    """The text with comments and the inside of strings blanked, of the same length."""
    return erased(text, lambda is_comment: True)


def without_comments(text):
    """The text with comments blanked."""
    return erased(text, lambda is_comment: is_comment)


def erased(text, chooses):
    output, position = [], 0
    for start, end, is_comment in spans(text):
        if chooses(is_comment):
            output += [text[position:start], re.sub(r"[^\n]", " ", text[start:end])]
            position = end
    return "".join(output) + text[position:]


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


def declarations(mask):
    """Functions, initialisers and computed properties: start and end of the body, and the name."""
    found = []
    for match in re.finditer(r"\b(?:func\s+([^\s(<]+)|(init)\b\??|(subscript))\s*(?:<[^>]*>)?\(", mask):
        after = closing(mask, match.end() - 1)
        body = re.compile(r"[^{}]*?\{").match(mask, after + 1)
        if body:
            name = match.group(1) or match.group(2) or match.group(3)
            found.append((body.end() - 1, closing(mask, body.end() - 1), name + "()"))
    for match in re.finditer(r"\bvar\s+(\w+)\s*:[^={}\n]*\{", mask):
        found.append((match.end() - 1, closing(mask, match.end() - 1), match.group(1)))
    for match in re.finditer(r"\blet\s+(\w+)\b[^={}\n]*=\s*\{", mask):
        found.append((match.end() - 1, closing(mask, match.end() - 1), match.group(1)))
    return found


def name_within(scopes, position):
    """The innermost declaration around a position, or a dash."""
    around = [(end - start, name) for start, end, name in scopes if start < position < end]
    return min(around)[1] if around else "-"


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


# What begins a line that goes on with the statement before it.
CONTINUED = re.compile(r"\s*(?:[.?:+]|&&|\|\|)")


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
        elif char == "\n" and depth == 0 and not CONTINUED.match(mask, index):
            return index
    return len(mask)
