# SPDX-License-Identifier: Apache-2.0
"""Says hello, in a few languages."""

from __future__ import annotations

__all__ = ["LANGUAGES", "greet"]
__version__ = "1.0.0"

#: The greeting word of each language that is known, by its ISO 639-1 code.
LANGUAGES = {
    "cs": "Ahoj",
    "de": "Hallo",
    "en": "Hello",
    "fr": "Bonjour",
    "nl": "Hallo",
}


def greet(name: str = "world", language: str = "en") -> str:
    """Return the greeting of ``name`` in ``language``.

    Raises:
        ValueError: if the language is not one of ``LANGUAGES``.
    """
    try:
        word = LANGUAGES[language]
    except KeyError:
        known = ", ".join(sorted(LANGUAGES))
        raise ValueError(f"unknown language {language!r}, known are {known}") from None
    return f"{word}, {name}!"
