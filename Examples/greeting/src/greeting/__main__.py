# SPDX-License-Identifier: Apache-2.0
"""The command ``greeting``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from greeting import LANGUAGES, __version__, greet


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a greeting and return the exit status."""
    parser = argparse.ArgumentParser(prog="greeting", description="Say hello.")
    parser.add_argument("name", nargs="?", default="world", help="whom to greet")
    parser.add_argument(
        "--language", choices=sorted(LANGUAGES), default="en", help="the language to greet in"
    )
    parser.add_argument("--version", action="version", version=f"greeting {__version__}")
    options = parser.parse_args(arguments)
    print(greet(options.name, options.language))
    return 0


if __name__ == "__main__":
    sys.exit(main())
