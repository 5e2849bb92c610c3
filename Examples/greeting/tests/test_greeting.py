# SPDX-License-Identifier: Apache-2.0
"""Tests of the example; run with ``python -m unittest discover -s tests -t .``."""

import contextlib
import io
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from greeting import LANGUAGES, greet  # noqa: E402
from greeting.__main__ import main  # noqa: E402


class GreetTests(unittest.TestCase):
    def test_world_by_default(self) -> None:
        self.assertEqual(greet(), "Hello, world!")

    def test_every_language(self) -> None:
        for language, word in LANGUAGES.items():
            with self.subTest(language=language):
                self.assertEqual(greet("Ada", language), f"{word}, Ada!")

    def test_unknown_language(self) -> None:
        with self.assertRaisesRegex(ValueError, "unknown language 'xx'"):
            greet("Ada", "xx")


class CommandTests(unittest.TestCase):
    def test_prints_the_greeting(self) -> None:
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = main(["Ada", "--language", "de"])
        self.assertEqual(status, 0)
        self.assertEqual(output.getvalue(), "Hallo, Ada!\n")


if __name__ == "__main__":
    unittest.main()
