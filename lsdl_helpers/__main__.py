"""``python -m lsdl_helpers COMMAND``: finds the command's module and hands the rest to it."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from lsdl_helpers.commands.parser import Parser

# Each has a module of its name in lsdl_helpers.commands.
COMMANDS = {
    "classify": "say what a picture shows",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Args:
        arguments: as after ``python -m lsdl_helpers``; by default those of this process.

    >>> main(["classify", "--image", "cat.jpg"])
    0
    """
    listed = "\n".join(f"  {name:12}{sentence}" for name, sentence in COMMANDS.items())
    parser = Parser(
        prog="python -m lsdl_helpers",
        epilog=f"commands:\n{listed}\n\nCOMMAND --help says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", metavar="COMMAND", choices=COMMANDS, help="one of those below")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    parsed = parser.parse_args(arguments)
    module = importlib.import_module(f"lsdl_helpers.commands.{parsed.command}")
    return module.main(parsed.rest)


if __name__ == "__main__":
    sys.exit(main())
